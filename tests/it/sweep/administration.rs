//! `administration`: people and teams that tickets are given to; then the install itself.

use serde_json::{Value, json};
use tickiti_relay_scratch::PASSWORD;

use super::step::{NOT_FOUND, Step, step};

pub(super) fn people() -> Vec<Step> {
    [person(), team()].concat()
}

fn person() -> Vec<Step> {
    let index = || step("administration.users.index", json!({}));
    let body = json!({"name": "Noor Visser", "email": "noor.visser@kestrel.example", "is_staff": true});
    vec![
        step("administration.users.create", body).keeps("user", "/user/id"),
        index().has(
            "/users",
            json!({"id": "$user", "name": "Noor Visser", "is_staff": true, "is_admin": false, "queues": []}),
        ),
        step("administration.users.update", json!({"user": "$user", "is_admin": true, "tonic_notifications": true})),
        index().has("/users", json!({"id": "$user", "is_admin": true, "tonic_notifications": true})),
        step(
            "administration.users.queue_upsert",
            json!({"user": "$user", "queue": "$queue", "can_view": true, "can_manage": true}),
        ),
        index().has(
            "/users",
            json!({"id": "$user", "queues": [{"queue_id": "$queue", "can_view": true, "can_manage": true, "can_delete": false}]}),
        ),
        step("administration.users.queue_detach", json!({"user": "$user", "queue": "$queue"})),
        index().has("/users", json!({"id": "$user", "queues": []})),
    ]
}

fn team() -> Vec<Step> {
    let index = || step("administration.teams.index", json!({}));
    let body = json!({"name": "Welders", "members": ["noor.visser@kestrel.example"]});
    vec![
        step("administration.teams.create", body).keeps("team", "/team/id"),
        index().has("/teams", json!({"id": "$team", "name": "Welders", "members": [{"id": "$user"}]})),
        step(
            "administration.teams.update",
            json!({"team_id": "$team", "name": "Frame builders", "members": ["$user", "aisha.rahman@kestrel.example"]}),
        ),
        index().has(
            "/teams",
            json!({
                "id": "$team", "name": "Frame builders",
                "members": [{"id": "$user"}, {"email": "aisha.rahman@kestrel.example"}],
            }),
        ),
    ]
}

/// The team goes; what was given to it is nobody's then. There is no endpoint that takes a person away.
pub(super) fn people_gone() -> Vec<Step> {
    let ticket = json!({"ticket_number": "$ticket"});
    vec![
        step("tickets.show", ticket.clone()).shows("/ticket/assigned_to_email", json!("team:$team")),
        step("administration.teams.delete", json!({"team_id": "$team"})).once(),
        step("administration.teams.index", json!({})).lacks("/teams", json!({"id": "$team"})),
        step("tickets.show", ticket).shows("/ticket/assigned_to_email", Value::Null),
    ]
}

pub(super) fn install() -> Vec<Step> {
    [assistant(), tokens(), branding(), domain(), diagnostics(), system()].concat()
}

fn assistant() -> Vec<Step> {
    let body = json!({"current_password": PASSWORD, "ai_persona": "Dry, exact.", "ai_auto_send": false, "ai_api_key": "sweep"});
    vec![
        step("administration.ai.index", json!({})).shows("/ai_assistant/ai_api_key_set", json!(false)),
        step("administration.ai.update", body),
        step("administration.ai.index", json!({}))
            .shows("/ai_assistant", json!({"ai_persona": "Dry, exact.", "ai_api_key_set": true})),
    ]
}

fn tokens() -> Vec<Step> {
    let index = || step("administration.api_tokens.index", json!({}));
    let body = json!({"name": "Sweep", "owner": "system", "abilities": ["tickets:read"]});
    vec![
        step("administration.api_tokens.create", body).keeps("new_token", "/token").keeps("token_id", "/api_token/id"),
        index().has("/api_tokens", json!({"id": "$token_id", "name": "Sweep", "abilities": ["tickets:read"]})),
        step(
            "administration.api_tokens.update",
            json!({"id": "$token_id", "abilities": ["tickets:read", "mail:read"], "allowed_ip": "192.0.2.7"}),
        ),
        index().has(
            "/api_tokens",
            json!({"id": "$token_id", "abilities": ["tickets:read", "mail:read"], "allowed_ip": "192.0.2.7"}),
        ),
        step("administration.api_tokens.revoke", json!({"id": "$token_id"})).once(),
        index().lacks("/api_tokens", json!({"id": "$token_id"})),
    ]
}

fn branding() -> Vec<Step> {
    let index = || step("administration.branding.index", json!({}));
    let picture = json!({"name": "picture.png"});
    vec![
        step("administration.branding.update", json!({"company_name": "Kestrel & Co."})),
        index().shows("/branding", json!({"company_name": "Kestrel & Co.", "app_logo": null, "email_logo": null})),
        step("administration.branding.app_logo", json!({})).file_in("logo", "picture.png"),
        index().shows("/branding", json!({"app_logo": picture, "email_logo": null})),
        step("administration.branding.email_logo", json!({})).file("picture.png"),
        index().shows("/branding", json!({"app_logo": picture, "email_logo": picture})),
        step("administration.branding.reset_app_logo", json!({})),
        index().shows("/branding", json!({"app_logo": null, "email_logo": picture})),
        step("administration.branding.reset_email_logo", json!({})),
        index().shows("/branding", json!({"app_logo": null, "email_logo": null})),
    ]
}

fn domain() -> Vec<Step> {
    let domain = |domain: Value, status: &str| {
        [
            step("administration.custom_domain.update", json!({"current_password": PASSWORD, "domain": domain})),
            step("administration.custom_domain.status", json!({}))
                .shows("/custom_domain", json!({"domain": domain, "status": status})),
        ]
    };
    [domain(json!("help.kestrel.example"), "waiting_for_dns"), domain(Value::Null, "none")].concat()
}

fn diagnostics() -> Vec<Step> {
    vec![
        step("administration.diagnostics.update", json!({"verbose_mail": true})),
        step("administration.diagnostics.index", json!({}))
            .shows("/diagnostics", json!({"verbose_mail": true, "verbose_jobs": false}))
            .shows("/uploads", json!([])),
        step("administration.diagnostics.fetch", json!({})).shows("/report/settings/verbose_mail", json!(true)),
        step("administration.diagnostics.upload", json!({})).keeps("upload", "/upload_id"),
        step("administration.diagnostics.index", json!({})).shows("/uploads", json!([{"id": "$upload"}])),
    ]
}

fn system() -> Vec<Step> {
    vec![
        // Noor is the sixth on the staff.
        step("administration.licence.index", json!({})).shows("/licence", json!({"seats": 10, "seats_used": 6})),
        step("administration.system.update", json!({"timezone": "Europe/Berlin"})),
        step("administration.system.index", json!({}))
            .shows("/system", json!({"timezone": "Europe/Berlin", "sent_mail_retention_days": 90})),
        step("administration.storage.retention", json!({"sent_mail_retention_days": 30})),
        step("administration.system.index", json!({}))
            .shows("/system", json!({"timezone": "Europe/Berlin", "sent_mail_retention_days": 30})),
    ]
}

/// Old tickets and files that nothing points at.
pub(super) fn storage() -> Vec<Step> {
    let attach = json!({
        "ticket_number": "$ticket", "from_email": "priya.nair@kestrel.example",
        "attachments": [{"sha256": "$spare", "name": "spare.txt"}],
    });
    vec![
        step("tickets.show", json!({"ticket_id": 1})).shows("/ticket/status", json!("closed")),
        step("administration.storage.delete_closed", json!({"older_than_days": 20})),
        step("tickets.show", json!({"ticket_id": 1})).refused(NOT_FOUND),
        step("tickets.show", json!({"ticket_number": "$ticket"})).shows("/ticket/status", json!("closed")),
        step("tickets.attachment_upload", json!({}))
            .file("spare.txt")
            .keeps("spare", "/sha256")
            .effect("file:$spare", "uploaded"),
        step("administration.storage.delete_orphaned", json!({})).effect("file:$spare", "deleted"),
        step("tickets.respond", attach).refused("No file with this sha256 was uploaded."),
    ]
}
