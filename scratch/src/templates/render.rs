//! `templates/render`: what a template becomes with given values. Nothing is sent.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::collection::{same, text};
use crate::reply::{Refusal, Reply};
use crate::templates::store::COLLECTION;
use crate::tickets::create::filled;
use crate::world::World;

/// Subject and HTML of a template with its placeholders filled; `None` when there is no such template of this type.
pub(crate) fn rendered(
    world: &World,
    identifier: &str,
    kind: &str,
    data: &Map<String, Value>,
) -> Option<(String, String)> {
    let mut rows = world.rows(COLLECTION).rows().filter(|row| text(row, "type") == kind);
    let row = rows.find(|row| same(text(row, "identifier"), identifier))?;
    Some((filled(text(row, "subject"), data), filled(text(row, "content"), data)))
}

/// Serves `templates.render`.
pub(super) fn render(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let identifier = input.text("template_identifier", 255);
    let identifier = input.need("template_identifier", identifier).unwrap_or_default();
    let data = input.object("data");
    let data = input.need("data", data);
    let kind = input.text("type", 255).unwrap_or("email");
    let made = data.and_then(|data| rendered(world, identifier, kind, data));
    if made.is_none() && !input.is_wrong() {
        input.refuse("template_identifier", format!("There is no template {identifier} of type {kind}."));
    }
    input.finish()?;
    let (subject, html) = made.unwrap_or_default();
    Ok(Reply::data(json!({"template_identifier": identifier, "type": kind, "subject": subject, "html": html})))
}
