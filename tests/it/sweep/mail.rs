//! `mail`: a mailbox, a mail from it, and what keeps mail out.

use serde_json::json;

use super::step::{NOT_FOUND, Step, step};

const EXCLUDED: [&str; 3] = ["mail.excluded.create", "mail.excluded.index", "mail.excluded.delete"];
const SUBJECTS: [&str; 3] = ["mail.subjects.create", "mail.subjects.index", "mail.subjects.delete"];

pub(super) fn story() -> Vec<Step> {
    [
        mailbox(),
        sent(),
        mailbox_gone(),
        kept_out(EXCLUDED, "email", "spam@lottery.example"),
        kept_out(SUBJECTS, "subject", "You have won"),
    ]
    .concat()
}

fn mailbox() -> Vec<Step> {
    let index = || step("mail.mailboxes.index", json!({}));
    let body = json!({
        "name": "Sweep", "address": "sweep@kestrel.example", "mailbox_type": "imap", "smtp_enable": true,
        "smtp_security": "tls", "max_consecutive_errors": 7,
    });
    vec![
        step("mail.mailboxes.create", body).keeps("mailbox", "/mailbox_id"),
        index().has(
            "/mailboxes",
            json!({"id": "$mailbox", "name": "Sweep", "max_consecutive_errors": 7, "has_smtp_password": false}),
        ),
        step(
            "mail.mailboxes.set_password",
            json!({"mailbox_id": "$mailbox", "field": "smtp_password", "value": "not a real one"}),
        ),
        index().has("/mailboxes", json!({"id": "$mailbox", "has_smtp_password": true, "has_pop_password": false})),
        step("mail.mailboxes.update", json!({"mailbox_id": "$mailbox", "name": "Repairs", "pop_enable": true})),
        index()
            .has("/mailboxes", json!({"id": "$mailbox", "name": "Repairs", "pop_enable": true, "smtp_enable": true})),
    ]
}

fn sent() -> Vec<Step> {
    let body = json!({
        "to_address": "ines.duarte@harborlight.example", "cc": ["yuki@tanabe-design.example"],
        "subject": "Your pole is welded", "content": "<p>Come and see.</p>", "mailbox": "Repairs",
    });
    let row = json!({"id": "$mail", "from_address": "sweep@kestrel.example", "subject": "Your pole is welded", "status": "sent"});
    vec![
        step("mail.send", body).keeps("mail", "/id").shows("/status", json!("sent")),
        step("mail.sent_mail.list", json!({"range_days": 1, "limit": 1})).shows("/sent_mail", json!([row])),
        step("mail.sent_mail.search", json!({"q": "pole is welded"})).shows("/sent_mail", json!([row])),
        step("mail.sent_mail.show", json!({"id": "$mail"})).shows(
            "/sent_mail",
            json!({"cc": ["yuki@tanabe-design.example"], "content": "<p>Come and see.</p>", "mailbox": "Repairs"}),
        ),
    ]
}

fn mailbox_gone() -> Vec<Step> {
    vec![
        step("mail.mailboxes.delete", json!({"mailbox_id": "$mailbox"})).once(),
        step("mail.mailboxes.index", json!({})).lacks("/mailboxes", json!({"id": "$mailbox"})),
        step("mail.mailboxes.update", json!({"mailbox_id": "$mailbox", "name": "Again"})).refused(NOT_FOUND),
    ]
}

/// A list of what becomes no ticket, by the routes that add to it, show it and take from it.
fn kept_out([create, index, delete]: [&'static str; 3], member: &str, value: &str) -> Vec<Step> {
    vec![
        step(create, json!({member: value})).keeps("row", "/id"),
        step(index, json!({})).has("", json!({"id": "$row", member: value})),
        step(delete, json!({"id": "$row"})).once(),
        step(index, json!({})).lacks("", json!({member: value})),
    ]
}
