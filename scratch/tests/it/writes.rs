//! Writes, and what they leave in the log: something when they are served, nothing when they are refused.

use serde_json::{Value, json};
use tickiti_relay_scratch::{PASSWORD, Running};

use crate::client::{Answer, Client, helpdesk};
use crate::cycle::{all_writes_left_effects, laravel};

impl Answer {
    /// The fields that a 422 in Laravel's shape names.
    #[track_caller]
    pub(crate) fn invalid(&self) -> Vec<String> {
        laravel(self)
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

/// Posts, and proves that it left at least one effect.
#[track_caller]
pub(crate) fn write(helpdesk: &Running, client: &Client, path: &str, body: &Value) -> Value {
    let before = helpdesk.effects().len();
    let answer = client.post(path, body).fine();
    assert!(helpdesk.effects().len() > before, "{path} left no effect");
    answer
}

/// Posts what must do nothing, and proves that it did nothing.
#[track_caller]
pub(crate) fn refused(helpdesk: &Running, client: &Client, path: &str, body: &Value) -> Answer {
    let before = helpdesk.effects().len();
    let answer = client.post(path, body);
    assert_eq!(helpdesk.effects().len(), before, "{path} did something");
    answer
}

/// Sends a file of this part's name.
pub(crate) fn logo(client: &Client, which: &str, part: &str, bytes: &[u8]) -> Answer {
    let mut body =
        format!("--cut\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"logo.png\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let path = format!("administration/branding/{which}");
    client.send("POST", &path, &[], "multipart/form-data; boundary=cut", &body).unwrap()
}

/// The first bytes of a picture.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

#[test]
fn every_write_of_the_four_families_leaves_an_effect_under_its_route() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let action = json!({
        "name": "a", "description": "d", "handler_type": "local", "handler_ref": "ticket.show", "permission": "staff",
    });
    let skill = json!({"key": "k", "title": "t", "description": "d", "instructions": "i"});
    for (path, body) in [
        ("workflow/business-hours/update", json!({"mode": "simple"})),
        ("workflow/escalations/create", json!({"minutes": 5, "action": "notify", "email": "a@b.example"})),
        ("workflow/escalations/update", json!({"id": 1, "minutes": 9})),
        ("workflow/escalations/delete", json!({"id": 1})),
        ("workflow/interventions/create", json!({"name": "n", "title": "t", "queue_name": "Inbox"})),
        ("workflow/interventions/update", json!({"intervention_id": 2, "title": "u"})),
        ("workflow/interventions/generate-token", json!({"intervention_id": 2, "remote_name": "r"})),
        ("workflow/interventions/delete", json!({"intervention_id": 2})),
        ("workflow/queues/create", json!({"name": "Six"})),
        ("workflow/queues/update", json!({"queue_id": 6, "name": "Sixth"})),
        ("workflow/queues/move", json!({"from_queue_id": 2, "to_queue_id": 1})),
        ("administration/users/3/queues/6", json!({"can_view": true})),
        ("administration/users/3/queues/6/detach", json!({})),
        ("workflow/queues/delete", json!({"queue_id": 6})),
        ("workflow/resolution-categories/create", json!({"name": "Six"})),
        ("workflow/resolution-categories/update", json!({"id": 6, "name": "Sixth"})),
        ("workflow/resolution-categories/reorder", json!({"ids": [6]})),
        ("workflow/resolution-categories/delete", json!({"id": 6})),
        ("supervisor/health/disk/store", json!({"root_path": "/x", "min_free_space": 1, "warn_free_space": 2})),
        ("supervisor/health/disk/delete", json!({"id": 1})),
        ("supervisor/health/exception/store", json!({"pattern": "p"})),
        ("supervisor/health/exception/delete", json!({"id": 1})),
        ("supervisor/jobs/retry", json!({"job_ids": [1]})),
        ("supervisor/jobs/delete", json!({"job_ids": [1]})),
        ("administration/ai-assistant/update", json!({"current_password": PASSWORD, "ai_enabled": false})),
        ("administration/api-tokens/create", json!({"name": "n", "owner": "system", "abilities": ["tickets:read"]})),
        ("administration/api-tokens/update", json!({"id": 2, "name": "m"})),
        ("administration/api-tokens/revoke", json!({"id": 2})),
        ("administration/branding/update", json!({"company_name": "K"})),
        ("administration/custom-domain/update", json!({"current_password": PASSWORD, "domain": "a.example"})),
        ("administration/diagnostics/update", json!({"verbose_mail": true})),
        ("administration/diagnostics/upload", json!({})),
        ("administration/storage/delete-closed", json!({"older_than_days": 1})),
        ("administration/storage/retention", json!({"sent_mail_retention_days": 30})),
        ("administration/system/update", json!({"timezone": "UTC"})),
        ("administration/teams/create", json!({"name": "T"})),
        ("administration/teams/update", json!({"team_id": 1, "name": "U"})),
        ("administration/teams/delete", json!({"team_id": 1})),
        ("administration/users/create", json!({"name": "N", "email": "n@k.example"})),
        ("administration/users/3/update", json!({"is_admin": true})),
        ("axial/skills/create", skill),
        ("axial/skills/update", json!({"skill": "k", "title": "u"})),
        ("axial/skills/actions/upsert", json!({"skill": "k", "action": action})),
        ("axial/skills/actions/delete", json!({"skill": "k", "name": "a"})),
        ("axial/skills/delete", json!({"skill": "k"})),
    ] {
        write(&helpdesk, &client, path, &body);
    }
    for which in ["app-logo", "email-logo"] {
        logo(&client, which, "file", PNG).fine();
        write(&helpdesk, &client, &format!("administration/branding/reset-{which}"), &json!({}));
    }
    write(&helpdesk, &client, "administration/storage/delete-orphaned", &json!({}));
    for family in ["workflow", "supervisor", "administration", "axial"] {
        all_writes_left_effects(&helpdesk, family);
    }
}
