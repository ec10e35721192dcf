//! The family `templates`: mails, notifications, FAQs and interventions as text with `{{placeholders}}`.
//!
//! Stock responses stand in the same table, but belong to the family `settings`.

mod render;
mod search;
pub(crate) mod store;

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, text};
use crate::families::Known::{Documented, Guess, Recorded};
use crate::families::{Entry, Family};
use crate::passthrough::{bare, listed, picked};
use crate::reply::{Refusal, Reply, Style};
use crate::resource::{Field, Kind, Resource};
use crate::world::World;

pub(crate) use render::rendered;
use store::{COLLECTION, FAQ, STOCK, Shelf, created, shown};

/// `templates`.
pub(crate) const FAMILY: Family = Family {
    name: "templates",
    style: Style::PassThrough,
    seed: store::seed,
    entries: &[
        Entry::new("templates.create", Guess, create),
        Entry::new("templates.delete", Guess, delete),
        Entry::new("templates.faqs", Guess, faqs),
        Entry::new("templates.image_upload", Documented, image_upload),
        Entry::new("templates.index", Recorded, index),
        Entry::new("templates.render", Guess, render::render).styled(Style::Native),
        Entry::new("templates.search", Documented, search::search),
        Entry::new("templates.show", Recorded, show),
        Entry::new("templates.update", Documented, update),
    ],
};

const SHELF: Shelf = Shelf { what: "template", holds: |kind| kind != STOCK };

const TEMPLATES: Resource = resource(&fields(true));
const FAQS: Resource = resource(&fields(false));
const TYPES: &[&str] = &["email", "notification", FAQ, "intervention", "template"];

const LISTED: &[&str] =
    &["id", "type", "identifier", "subject", "category", "subcategory", "description", "is_enabled", "updated_at"];

const fn resource(fields: &'static [Field]) -> Resource {
    Resource { collection: COLLECTION, what: "template", id_field: "template_id", fields, unique: Some("identifier") }
}

const fn fields(identifier: bool) -> [Field; 11] {
    [
        Field::required("type", Kind::OneOf(TYPES)),
        Field { required: identifier, ..Field::optional("identifier", Kind::Text(255), "null") },
        Field::optional("subject", Kind::Text(255), "null"),
        Field::optional("content", Kind::Text(usize::MAX), "null"),
        Field::optional("description", Kind::Text(255), "null"),
        Field::optional("legend", Kind::Text(255), "null"),
        Field::optional("keywords", Kind::Text(usize::MAX), "\"\""),
        Field::optional("is_enabled", Kind::Flag, "true"),
        Field::optional("ordinal", Kind::Number(0, 1_000_000), "0"),
        Field::optional("category", Kind::Text(255), "\"\""),
        Field::optional("subcategory", Kind::Text(255), "\"\""),
    ]
}

/// Serves `templates.index`: all but FAQs and stock responses, without their bodies.
fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows = SHELF.rows(world).filter(|row| text(row, "type") != FAQ);
    Ok(bare(rows.map(|row| Value::Object(picked(&shown(world, row), LISTED)))))
}

/// Serves `templates.faqs`, in their order.
fn faqs(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let mut rows: Vec<&Row> = SHELF.rows(world).filter(|row| text(row, "type") == FAQ).collect();
    rows.sort_by_key(|row| row.get("ordinal").and_then(Value::as_i64));
    Ok(listed(world, "faqs", rows.into_iter().map(|row| Value::Object(shown(world, row)))))
}

/// Serves `templates.show`.
fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.show(world, call)
}

/// Serves `templates.create`.
fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let kind = if call.body.get("type") == Some(&json!(FAQ)) { FAQS } else { TEMPLATES };
    created(world, &kind, &call.body)
}

/// Serves `templates.update`.
fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.update(world, call, &TEMPLATES)
}

/// Serves `templates.delete`.
fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.delete(world, call)
}

/// Serves `templates.image_upload`.
fn image_upload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.image_upload(world, call)
}
