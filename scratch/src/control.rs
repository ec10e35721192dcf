//! `/_scratch/…`: how a test that started the helpdesk as a process reads its logs and sets its faults.
//!
//! Every request needs the header `x-scratch-control`, which a web page cannot add without being asked first.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::faults::Planned;
use crate::list;
use crate::server::{Shared, State};
use crate::world::World;

/// Where the control endpoint lives.
pub(crate) const PREFIX: &str = "/_scratch/";
const HEADER: &str = "x-scratch-control";
const LONGEST_BODY: usize = 1024 * 1024;

pub(crate) async fn answer(shared: &Shared, head: &Parts, body: Incoming) -> Response<Answer> {
    let (status, body) = if head.headers.contains_key(HEADER) {
        match Limited::new(body, LONGEST_BODY).collect().await {
            Ok(body) => control(shared, head.method.as_str(), head.uri.path(), &body.to_bytes()),
            Err(error) => (400, json!({"error": error.to_string()})),
        }
    } else {
        (403, json!({"error": format!("the header {HEADER} is missing")}))
    };
    let mut response = Response::new(Answer::whole(body.to_string().into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn control(shared: &Shared, method: &str, path: &str, body: &Bytes) -> (u16, Value) {
    let mut state = shared.lock();
    let subject = path.strip_prefix(PREFIX).unwrap_or_default();
    match (method, subject) {
        ("GET", "requests") => (200, state.seen.iter().map(crate::SeenRequest::as_json).collect()),
        ("GET", "effects") => (200, state.world.effects().iter().map(crate::Effect::as_json).collect()),
        ("GET", "faults") => (200, state.faults.planned().map(|planned| json!(planned)).collect()),
        ("GET", "switches") => (200, state.world.switches.as_json()),
        ("GET", "routes") => (200, list::as_json()),
        ("POST", "faults") => match serde_json::from_slice::<Planned>(body) {
            Ok(planned) => {
                state.faults.plan(planned);
                (200, json!({"planned": state.faults.planned().count()}))
            }
            Err(error) => (422, json!({"error": error.to_string()})),
        },
        ("POST", "switches") => switch(&mut state, body),
        ("DELETE", "faults") => {
            state.faults.clear();
            (200, json!({"planned": 0}))
        }
        ("DELETE", "keys") => {
            state.keys.forget();
            (200, json!({"forgotten": true}))
        }
        ("DELETE", "logs") => {
            state.seen.clear();
            state.world.clear_effects();
            (200, json!({"cleared": true}))
        }
        ("POST", "reset") => {
            *state = State { world: World::seeded(), ..State::default() };
            (200, json!({"reset": true}))
        }
        _ => {
            let known = "GET requests, effects, faults, switches, routes; POST faults, switches, reset; DELETE faults, \
                         keys, logs";
            (404, json!({"error": format!("there is no {method} {path}; there are {known}")}))
        }
    }
}

/// All or nothing: `{"key_scope":"everyone", …}`.
fn switch(state: &mut State, body: &Bytes) -> (u16, Value) {
    let Ok(Value::Object(wanted)) = serde_json::from_slice(body) else {
        return (422, json!({"error": "expected an object of switches and settings"}));
    };
    let mut switches = state.world.switches;
    for (name, setting) in &wanted {
        if let Err(error) = switches.set(name, setting.as_str().unwrap_or_default()) {
            return (422, json!({"error": error.to_string()}));
        }
    }
    state.world.switches = switches;
    (200, switches.as_json())
}
