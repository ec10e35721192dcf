//! The life of a row in a collection: made, listed, shown, changed, shown, taken away, gone, unknown from then on.

use serde_json::{Value, json};
use tickiti_relay_routes::{Class, Table};
use tickiti_relay_scratch::Running;

use crate::client::{Answer, Client};

/// A body made from an id.
pub(crate) type Body = fn(&str) -> Value;

pub(crate) struct Cycle {
    /// Path and body that make one.
    pub(crate) create: (&'static str, Value),
    /// The fields without which it is refused.
    pub(crate) needs: &'static [&'static str],
    /// Path, body and JSON pointer of the rows.
    pub(crate) list: (&'static str, Value, &'static str),
    /// Path, body and JSON pointer of the one with an id; not every collection shows single rows.
    pub(crate) show: Option<(&'static str, Body, &'static str)>,
    /// Path and body that change the one with an id.
    pub(crate) update: Option<(&'static str, Body)>,
    /// What is seen of it after the change; after the making when it cannot be changed.
    pub(crate) then: Value,
    /// Path and body that take away the one with an id.
    pub(crate) delete: (&'static str, Body),
}

impl Cycle {
    #[track_caller]
    pub(crate) fn run(&self, helpdesk: &Running, client: &Client) {
        let (path, body) = &self.create;
        assert_eq!(laravel(&client.post(path, &json!({}))), self.needs, "{path}");
        let before = self.ids(client);
        done(helpdesk, client, path, body);
        let after = self.ids(client);
        let new: Vec<_> = after.iter().filter(|id| !before.contains(id)).collect();
        let [id] = new[..] else { panic!("{path} made {new:?}") };
        assert_eq!(after.len(), before.len() + 1, "{path}");
        if let Some((path, body)) = self.update {
            done(helpdesk, client, path, &body(id));
        }
        let seen = self.row(client, id).unwrap();
        for (member, value) in self.then.as_object().unwrap() {
            assert_eq!(&seen[member], value, "{member} after {path}");
        }
        done(helpdesk, client, self.delete.0, &(self.delete.1)(id));
        assert_eq!(self.ids(client), before, "{path}");
        assert_eq!(self.row(client, id), None, "{path}");
        let refused = [Some(self.delete), self.update, self.show.map(|(path, body, _)| (path, body))];
        let effects = helpdesk.effects().len();
        for (path, body) in refused.into_iter().flatten() {
            let answer = client.post(path, &body(id));
            assert_eq!(answer.status, 404, "{path}: {}", answer.json());
            assert!(answer.json()["message"].as_str().unwrap().ends_with("not found."), "{path}");
        }
        assert_eq!(helpdesk.effects().len(), effects);
    }

    fn ids(&self, client: &Client) -> Vec<String> {
        rows(client, &self.list).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    fn row(&self, client: &Client, id: &str) -> Option<Value> {
        let listed = rows(client, &self.list).into_iter().find(|row| row["id"] == id)?;
        let Some((path, body, pointer)) = self.show else { return Some(listed) };
        Some(client.post(path, &body(id)).json().pointer(pointer).unwrap().clone())
    }
}

fn rows(client: &Client, (path, body, pointer): &(&str, Value, &str)) -> Vec<Value> {
    let answer = client.post(path, body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.json());
    answer
        .json()
        .pointer(pointer)
        .and_then(Value::as_array)
        .unwrap_or_else(|| panic!("{path}: {}", answer.json()))
        .clone()
}

/// Does a write that leaves exactly one effect, and hands its answer on.
#[track_caller]
pub(crate) fn done(helpdesk: &Running, client: &Client, path: &str, body: &Value) -> Value {
    let effects = helpdesk.effects().len();
    let answer = client.post(path, body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.json());
    assert_eq!(helpdesk.effects().len(), effects + 1, "effects of {path}");
    answer.json()
}

/// The fields that a 422 in Laravel's shape names.
#[track_caller]
pub(crate) fn laravel(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    assert_eq!(answer.status, 422, "{body:#}");
    assert!(body["message"].is_string() && body.get("ok").is_none(), "{body:#}");
    body["errors"].as_object().unwrap().keys().cloned().collect()
}

/// Every write of a family stands in the log of effects.
#[track_caller]
pub(crate) fn all_writes_left_effects(helpdesk: &Running, family: &str) {
    let effects = helpdesk.effects();
    for route in Table::builtin().family(family).filter(|route| route.class != Class::Read) {
        assert!(effects.iter().any(|effect| effect.route == route.name), "{} left no effect", route.name);
    }
}

/// Sends a file part and text parts.
pub(crate) fn multipart(client: &Client, path: &str, file: Option<(&str, &[u8])>, fields: &[(&str, &str)]) -> Answer {
    let mut body = Vec::new();
    if let Some((name, bytes)) = file {
        let head = format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    for (name, value) in fields {
        let part = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(b"--cut--\r\n");
    client.send("POST", path, &[], "multipart/form-data; boundary=cut", &body).unwrap()
}
