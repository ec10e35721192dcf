//! Mail that does not become a ticket: by sender (`mail/excluded-emails`) or by subject (`mail/subjects`).

use serde_json::{Value, json};

use crate::call::Call;
use crate::passthrough::{add, bare, done, made};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::world::World;

const EXCLUDED: Resource = Resource {
    collection: "excluded_emails",
    what: "excluded email",
    id_field: "id",
    fields: &[Field::required("email", Kind::Email)],
    unique: Some("email"),
};

const SUBJECTS: Resource = Resource {
    collection: "mail_subjects",
    what: "subject",
    id_field: "id",
    fields: &[Field::required("subject", Kind::Text(255))],
    unique: Some("subject"),
};

pub(super) fn seed(world: &mut World) {
    let senders = ["no-reply@parcel-news.example", "mailer-daemon@kestrel.example"];
    add(world, EXCLUDED.collection, senders.map(|email| json!({"email": email})));
    let subjects = ["Out of office", "Delivery Status Notification (Failure)"];
    add(world, SUBJECTS.collection, subjects.map(|subject| json!({"subject": subject})));
}

/// Serves `mail.excluded.index`.
pub(super) fn excluded(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(list(&EXCLUDED, world))
}

/// Serves `mail.excluded.create`.
pub(super) fn excluded_create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    create(&EXCLUDED, world, call)
}

/// Serves `mail.excluded.delete`.
pub(super) fn excluded_delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    delete(&EXCLUDED, world, call)
}

/// Serves `mail.subjects.index`.
pub(super) fn subjects(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(list(&SUBJECTS, world))
}

/// Serves `mail.subjects.create`.
pub(super) fn subjects_create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    create(&SUBJECTS, world, call)
}

/// Serves `mail.subjects.delete`.
pub(super) fn subjects_delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    delete(&SUBJECTS, world, call)
}

fn list(kind: &Resource, world: &World) -> Reply {
    bare(world.rows(kind.collection).rows().cloned().map(Value::Object))
}

fn create(kind: &Resource, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = kind.create(world, &call.body)?;
    Ok(made(kind.id_field, id))
}

fn delete(kind: &Resource, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    kind.delete(world, call)?;
    Ok(done())
}
