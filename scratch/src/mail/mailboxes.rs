//! `mail/mailboxes`: where mail comes in and goes out. Passwords go in and never come out.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, text};
use crate::effects::sha256;
use crate::passthrough::{add, done, made, picked};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::world::World;

/// Mailboxes, as `mail/send` looks them up too.
pub(super) const MAILBOXES: Resource = Resource {
    collection: "mailboxes",
    what: "mailbox",
    id_field: "mailbox_id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::required("address", Kind::Email),
        Field::required("mailbox_type", Kind::Text(32)),
        Field::optional("pop_enable", Kind::Flag, "false"),
        Field::optional("pop_host", Kind::Text(255), "null"),
        Field::optional("pop_port", PORT, "null"),
        Field::optional("pop_username", Kind::Text(255), "null"),
        Field::optional("pop_encryption", Kind::Text(32), "\"none\""),
        Field::optional("pop_validate_cert", Kind::Flag, "true"),
        Field::optional("max_consecutive_errors", Kind::Number(0, 1000), "5"),
        Field::optional("secondary_report_threshold", Kind::Number(0, 1000), "3"),
        Field::optional("outgoing_mailbox_type", Kind::Text(32), "\"none\""),
        Field::optional("smtp_enable", Kind::Flag, "false"),
        Field::optional("smtp_host", Kind::Text(255), "null"),
        Field::optional("smtp_port", PORT, "null"),
        Field::optional("smtp_username", Kind::Text(255), "null"),
        Field::optional("smtp_security", Kind::Text(32), "\"none\""),
    ],
    unique: Some("address"),
};

const PORT: Kind = Kind::Number(1, 65_535);

/// Digests of what was set; no route reads them.
const SECRETS: &str = "mailbox_secrets";
/// Only `smtp_password` is seen in a public source; the others are named there in words.
const SECRET_FIELDS: &[&str] = &["pop_password", "smtp_password", "client_secret"];

pub(super) fn seed(world: &mut World) {
    let mailbox = |name: &str, address: &str, kind: &str| {
        json!({
            "name": name, "address": address, "mailbox_type": kind, "pop_enable": true,
            "pop_host": "imap.kestrel.example", "pop_port": 993, "pop_username": address, "pop_encryption": "ssl",
            "pop_validate_cert": true, "max_consecutive_errors": 5, "secondary_report_threshold": 3,
            "outgoing_mailbox_type": "smtp", "smtp_enable": true, "smtp_host": "smtp.kestrel.example", "smtp_port": 587,
            "smtp_username": address, "smtp_security": "tls",
        })
    };
    let boxes = [
        mailbox("Kestrel Outdoor", "help@kestrel.example", "imap"),
        mailbox("Kestrel Accounts", "accounts@kestrel.example", "imap"),
    ];
    add(world, MAILBOXES.collection, boxes);
    for id in [1, 2] {
        for field in ["pop_password", "smtp_password"] {
            keep_secret(world, id, field, "a password of the invented company");
        }
    }
}

/// Serves `mail.mailboxes.index`.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = world.rows(MAILBOXES.collection).iter().map(|(id, row)| shown(world, id, row)).collect();
    let queues: Vec<Row> = world.rows("queues").rows().map(|queue| picked(queue, &["id", "name"])).collect();
    Ok(Reply::raw(json!({"mailboxes": rows, "queues": queues})))
}

/// A mailbox with the word whether a secret is set, instead of the secret.
fn shown(world: &World, id: u64, row: &Row) -> Value {
    let mut shown = row.clone();
    shown.insert("gmail_connected".into(), json!(false));
    for field in SECRET_FIELDS {
        shown.insert(format!("has_{field}"), json!(secret(world, id, field).is_some()));
    }
    Value::Object(shown)
}

/// Serves `mail.mailboxes.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = MAILBOXES.create(world, &call.body)?;
    Ok(made(MAILBOXES.id_field, id))
}

/// Serves `mail.mailboxes.update`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = MAILBOXES.named(world, call)?;
    MAILBOXES.update(world, id, &call.body)?;
    Ok(done())
}

/// Serves `mail.mailboxes.delete`. A mailbox that a queue sends from stays.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = MAILBOXES.named(world, call)?;
    if let Some(queue) = world.rows("queues").rows().find(|queue| sends_from(queue, id)) {
        return Err(Refusal::Inside(format!("The queue {} sends from this mailbox.", text(queue, "name"))));
    }
    MAILBOXES.delete(world, call)?;
    for field in SECRET_FIELDS {
        if let Some(secret) = secret(world, id, field) {
            world.rows_mut(SECRETS).delete(secret);
        }
    }
    Ok(done())
}

fn sends_from(queue: &Row, mailbox: u64) -> bool {
    queue.get("outgoing_mailbox_id").and_then(crate::input::integer).is_some_and(|id| u64::try_from(id) == Ok(mailbox))
}

/// Serves `mail.mailboxes.set_password`.
pub(super) fn set_password(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let id = input.id(MAILBOXES.id_field);
    input.need(MAILBOXES.id_field, id);
    let given = input.text("field", 64);
    let given = input.need("field", given);
    let field = SECRET_FIELDS.iter().find(|known| Some(**known) == given);
    if given.is_some() && field.is_none() {
        input.refuse("field", format!("The selected field is invalid; it is one of {}.", SECRET_FIELDS.join(", ")));
    }
    let value = input.text("value", 4096);
    let value = input.need("value", value).unwrap_or_default();
    input.finish()?;
    let (id, _) = MAILBOXES.named(world, call)?;
    let field = field.copied().unwrap_or_default();
    keep_secret(world, id, field, value);
    world.did(format!("{}:{id}", MAILBOXES.what), format!("{field} set"));
    Ok(done())
}

fn secret(world: &World, mailbox: u64, field: &str) -> Option<u64> {
    let mut secrets = world.rows(SECRETS).iter();
    secrets
        .find(|(_, row)| row.get("mailbox_id") == Some(&json!(mailbox)) && text(row, "field") == field)
        .map(|(id, _)| id)
}

fn keep_secret(world: &mut World, mailbox: u64, field: &str, value: &str) {
    if let Some(old) = secret(world, mailbox, field) {
        world.rows_mut(SECRETS).delete(old);
    }
    add(world, SECRETS, [json!({"mailbox_id": mailbox, "field": field, "sha256": sha256(value.as_bytes())})]);
}
