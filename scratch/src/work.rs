//! What the helpdesk does with a request that has arrived whole: gates, key, validation, handler, in this order.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value, json};
use tickiti_relay_routes::{Encoding, Key, Route};

use crate::call::{Call, Upload};
use crate::effects::{Origin, sha256};
use crate::families::{self, Entry};
use crate::faults::{Fault, Moment};
use crate::gate;
use crate::keys::{self, Claim, KeyId, LONGEST_KEY, Stored};
use crate::reply::{Refusal, Style};
use crate::server::Shared;
use crate::strike::{Cut, Outcome, broken, strike};
use crate::switches::{KeyLookedAt, MalformedJson, Switches, UndemandedKey};
use crate::tokens::Token;
use crate::wire::Shears;

/// A route with the values of its placeholders.
pub(crate) type Found = Result<(Arc<Route>, Vec<(String, String)>), Refusal>;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) number: u64,
    pub(crate) route: Found,
    pub(crate) query: Option<String>,
    pub(crate) secret: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

/// Gives a key back when its run ends without an answer to keep.
struct Held {
    shared: Arc<Shared>,
    id: KeyId,
    answer: Option<Stored>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.lock().keys.settle(&self.id, self.answer.take());
    }
}

/// Serves a request, and lets a fault act while the work is under way.
pub(crate) async fn work(
    shared: Arc<Shared>,
    asked: Asked,
    fault: Option<Fault>,
    shears: Arc<Shears>,
) -> Result<Outcome, Cut> {
    let fault = fault.as_ref();
    let switches = shared.lock().world.switches;
    let style = served_style(&asked);
    let ready = match admit(&shared, &asked, &switches).await {
        Ok(ready) => ready,
        Err(refusal) => {
            strike(fault, Moment::Claimed, &shears).await?;
            strike(fault, Moment::Done, &shears).await?;
            return Ok(refused(&refusal, style, &switches));
        }
    };
    let claimed = match &ready.key {
        None => Ok(None),
        Some(key) => claim(&shared, &ready, key, &asked.body, &switches).await,
    };
    strike(fault, Moment::Claimed, &shears).await?;
    let outcome = match claimed {
        Err(outcome) => outcome,
        Ok(held) => {
            let outcome = match broken(fault) {
                Some(status) => Outcome::server_error(status),
                None => run(&shared, &ready, &asked, style),
            };
            if let Some(mut held) = held {
                let stored = Stored { status: outcome.status, body: outcome.body.clone() };
                held.answer = Some(stored).filter(|stored| stored.is_kept(&switches));
            }
            outcome
        }
    };
    strike(fault, Moment::Done, &shears).await?;
    Ok(outcome)
}

/// A call past the gates.
struct Ready {
    entry: &'static Entry,
    call: Call,
    key: Option<String>,
}

async fn admit(shared: &Shared, asked: &Asked, switches: &Switches) -> Result<Ready, Refusal> {
    let (route, params) = asked.route.clone()?;
    let token = token(shared, asked.secret.as_deref());
    gate::pass(&route, token.as_ref(), switches)?;
    let key = key(&route, asked.key.as_deref(), switches)?;
    let (entry, _) = families::find(&route.name).ok_or_else(|| {
        let words = format!("This scratch helpdesk does not serve {}.", route.name);
        Refusal::Coded { status: 501, error: "not_served", message: words, data: None }
    })?;
    let (body, uploads) = match route.encoding {
        Encoding::Json => (json_body(asked, switches)?, Vec::new()),
        Encoding::Query => (query_fields(asked.query.as_deref().unwrap_or_default()), Vec::new()),
        Encoding::Multipart => parts(asked).await?,
    };
    let call = Call { route: Route::clone(&route), params, body, uploads, token };
    if switches.key_looked_at == KeyLookedAt::AfterValidation
        && let (Some(check), Some(_)) = (entry.check, &key)
    {
        check(&shared.lock().world, &call)?;
    }
    Ok(Ready { entry, call, key })
}

fn token(shared: &Shared, secret: Option<&str>) -> Option<Token> {
    shared.lock().world.use_token(secret?)
}

fn key(route: &Route, given: Option<&str>, switches: &Switches) -> Result<Option<String>, Refusal> {
    let looked_at = match route.key {
        Key::Demanded => true,
        Key::Sent | Key::None => switches.undemanded_key == UndemandedKey::Honoured,
    };
    match given.filter(|key| !key.trim().is_empty()) {
        None if route.key == Key::Demanded => Err(Refusal::KeyMissing),
        Some(key) if looked_at && key.chars().count() > LONGEST_KEY => Err(Refusal::field(
            "Idempotency-Key",
            format!("The key must not be greater than {LONGEST_KEY} characters."),
        )),
        Some(key) if looked_at => Ok(Some(key.to_owned())),
        _ => Ok(None),
    }
}

async fn claim(
    shared: &Arc<Shared>,
    ready: &Ready,
    key: &str,
    body: &[u8],
    switches: &Switches,
) -> Result<Option<Held>, Outcome> {
    let route = ready.call.route.name.as_str();
    let token = ready.call.token.as_ref().map_or(0, |token| token.id).to_string();
    let id = KeyId::new(key, &token, route, switches);
    let payload = keys::payload(route, body, switches);
    loop {
        let claim = shared.lock().keys.claim(&id, &payload, switches);
        match claim {
            Claim::Run => return Ok(Some(Held { shared: Arc::clone(shared), id, answer: None })),
            Claim::RunBeside => return Ok(None),
            Claim::Replay(Stored { status, body }) => return Err(Outcome { status, body, replayed: true }),
            Claim::Conflict => return Err(refused(&Refusal::KeyConflict, Style::Native, switches)),
            Claim::Busy => return Err(refused(&Refusal::KeyRunning, Style::Native, switches)),
            // An error means that the run has ended: then the key is asked for again.
            Claim::Wait(mut running) => while running.changed().await.is_ok() {},
        }
    }
}

fn run(shared: &Shared, ready: &Ready, asked: &Asked, style: Style) -> Outcome {
    let mut state = shared.lock();
    let world = &mut state.world;
    world.tick();
    world.origin = Origin {
        request: asked.number,
        route: ready.call.route.name.clone(),
        key: asked.key.clone(),
        token: ready.call.token.as_ref().map(|token| token.name.clone()),
        body_sha256: sha256(&asked.body),
    };
    match (ready.entry.handler)(world, &ready.call) {
        Ok(reply) => Outcome::new(200, &reply.0),
        Err(refusal) => refused(&refusal, style, &world.switches),
    }
}

fn refused(refusal: &Refusal, style: Style, switches: &Switches) -> Outcome {
    let (status, body) = refusal.render(style, switches);
    Outcome::new(status, &body)
}

fn served_style(asked: &Asked) -> Style {
    let route = asked.route.as_ref().ok();
    route.and_then(|(route, _)| families::find(&route.name)).map_or(Style::Native, |(_, style)| style)
}

fn json_body(asked: &Asked, switches: &Switches) -> Result<Map<String, Value>, Refusal> {
    if asked.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let is_json = asked.content_type.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    match serde_json::from_slice(&asked.body) {
        Ok(Value::Object(members)) if is_json => Ok(members),
        // PHP writes an empty object so.
        Ok(Value::Array(items)) if is_json && items.is_empty() => Ok(Map::new()),
        _ if switches.malformed_json == MalformedJson::Empty => Ok(Map::new()),
        _ => Err(Refusal::Malformed),
    }
}

fn query_fields(query: &str) -> Map<String, Value> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), json!(decoded(value)))
        })
        .collect()
}

/// Undoes the percent-encoding of a query; what is not valid stays as it is.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

async fn parts(asked: &Asked) -> Result<(Map<String, Value>, Vec<Upload>), Refusal> {
    let malformed = |_| Refusal::Malformed;
    // Laravel reads a body of another type as one without files; the route then misses its part.
    let Ok(boundary) = multer::parse_boundary(asked.content_type.as_deref().unwrap_or_default()) else {
        return Ok((Map::new(), Vec::new()));
    };
    let whole: Result<Bytes, std::convert::Infallible> = Ok(asked.body.clone());
    let mut multipart = multer::Multipart::new(stream::iter([whole]), boundary);
    let (mut fields, mut uploads) = (Map::new(), Vec::new());
    while let Some(part) = multipart.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let is_file = file_name.is_some() || part.content_type().is_some();
        let bytes = part.bytes().await.map_err(malformed)?;
        if is_file {
            uploads.push(Upload { part: name, name: file_name, bytes });
        } else {
            fields.insert(name, json!(String::from_utf8_lossy(&bytes)));
        }
    }
    Ok((fields, uploads))
}
