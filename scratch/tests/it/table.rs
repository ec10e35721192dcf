//! What every plain collection must do: what is made is listed, what is changed is shown, what is deleted is gone.

use serde_json::{Value, json};
use tickiti_relay_scratch::Running;

use crate::client::{Answer, Client, helpdesk};

/// One collection and its routes.
pub(crate) struct Collection {
    /// Route that lists it.
    pub(crate) list: &'static str,
    /// Where its rows are in that answer, as a JSON pointer.
    pub(crate) rows: &'static str,
    /// Route that makes a row, and what it wants.
    pub(crate) create: (&'static str, Value),
    /// What the refusal of an empty body names.
    pub(crate) required: &'static [&'static str],
    /// Route that changes a row, and how; none where rows only come and go.
    pub(crate) update: Option<(&'static str, Value)>,
    /// Route that takes a row away.
    pub(crate) delete: &'static str,
    /// The body field that names a row.
    pub(crate) id_field: &'static str,
}

impl Answer {
    /// The fields that a 422 in Laravel's shape names.
    #[track_caller]
    pub(crate) fn invalid(&self) -> Vec<String> {
        let body = self.json();
        assert!(self.status == 422 && body["message"].is_string() && body.get("ok").is_none(), "{body:#}");
        body["errors"].as_object().unwrap().keys().cloned().collect()
    }

    /// A 200 that is no failure inside.
    #[track_caller]
    pub(crate) fn fine(&self) -> Value {
        let body = self.json();
        let failed = ["my_error", "amf_error", "error"].iter().any(|flag| body.get(*flag).is_some());
        assert!(self.status == 200 && !failed && body["ok"] != false, "{} {body:#}", self.status);
        body
    }

    /// A 200 that is a failure inside.
    #[track_caller]
    pub(crate) fn failed_inside(&self) {
        assert!(self.status == 200 && self.json()["my_error"].is_string(), "{} {:#}", self.status, self.json());
    }
}

/// The rows of a list.
#[track_caller]
pub(crate) fn rows(client: &Client, list: &str, pointer: &str) -> Vec<Value> {
    client.post(list, &json!({})).fine().pointer(pointer).unwrap().as_array().unwrap().clone()
}

/// Whether a row holds all members of `some`.
fn holds(row: &Value, some: &Value) -> bool {
    some.as_object().unwrap().iter().all(|(name, value)| &row[name] == value)
}

/// Posts, and proves that exactly the effects of this route stand in the log.
#[track_caller]
pub(crate) fn write(helpdesk: &Running, client: &Client, path: &str, body: &Value) -> Value {
    let before = helpdesk.effects().len();
    let answer = client.post(path, body).fine();
    let route = helpdesk.requests().last().unwrap().path.clone();
    let new = helpdesk.effects().split_off(before);
    assert!(!new.is_empty(), "{route} left no effect");
    answer
}

/// Posts what must be refused, and proves that nothing happened.
#[track_caller]
pub(crate) fn refused(helpdesk: &Running, client: &Client, path: &str, body: &Value) -> Answer {
    let before = helpdesk.effects().len();
    let answer = client.post(path, body);
    assert_eq!(helpdesk.effects().len(), before, "{path} was refused and yet did something");
    answer
}

impl Collection {
    /// Proves the whole life of a row.
    #[track_caller]
    pub(crate) fn prove(&self) {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "full");
        let listed = || rows(&client, self.list, self.rows);
        let (create, body) = &self.create;
        let before = listed();
        if !self.required.is_empty() {
            assert_eq!(refused(&helpdesk, &client, create, &json!({})).invalid(), self.required, "{create}");
        }
        write(&helpdesk, &client, create, body);
        let after = listed();
        assert_eq!(after.len(), before.len() + 1, "{create}");
        let made = after.iter().find(|row| !before.iter().any(|old| old["id"] == row["id"])).unwrap();
        assert!(holds(made, body), "{create}: {made:#}");
        let id = made["id"].as_str().unwrap();
        if let Some((update, changes)) = &self.update {
            let with = |id: &str| {
                let mut all = changes.clone();
                all[self.id_field] = json!(id);
                all
            };
            write(&helpdesk, &client, update, &with(id));
            let shown = listed().into_iter().find(|row| row["id"] == id).unwrap();
            assert!(holds(&shown, changes), "{update}: {shown:#}");
            assert_eq!(refused(&helpdesk, &client, update, &with("999999")).status, 404, "{update}");
            assert_eq!(refused(&helpdesk, &client, update, changes).invalid(), [self.id_field], "{update}");
        }
        write(&helpdesk, &client, self.delete, &json!({self.id_field: id}));
        let ids = |rows: Vec<Value>| rows.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(listed()), ids(before), "{}", self.delete);
        assert_eq!(
            refused(&helpdesk, &client, self.delete, &json!({self.id_field: id})).status,
            404,
            "{}",
            self.delete
        );
        assert_eq!(refused(&helpdesk, &client, self.delete, &json!({})).invalid(), [self.id_field], "{}", self.delete);
    }
}
