//! What the web pages' own routes answer over plain rows: a list, the row after a write, a bare `ok` after a delete; and
//! settings, of which there is one row only.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::Row;
use crate::passthrough::{add, done, of};
use crate::reply::{Refusal, Reply};
use crate::resource::Resource;
use crate::switches::BlockedChange;
use crate::world::World;

/// Id of the one row that settings have.
const ONLY: u64 = 1;

/// `{"<what>":{…}}`.
pub(crate) fn shown(resource: &Resource, world: &World, id: u64) -> Reply {
    of(resource.what, json!(world.rows(resource.collection).get(id)))
}

/// Makes a row from the body.
pub(crate) fn created(resource: &Resource, world: &mut World, body: &Row) -> Result<Reply, Refusal> {
    let id = resource.create(world, body)?;
    Ok(shown(resource, world, id))
}

/// Changes the row that the body names.
pub(crate) fn updated(resource: &Resource, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = resource.named(world, call)?;
    resource.update(world, id, &call.body)?;
    Ok(shown(resource, world, id))
}

/// Takes away the row that the body names.
pub(crate) fn deleted(resource: &Resource, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    resource.delete(world, call).map(|_| done())
}

/// A change that the rules forbid, as the switch wants it refused.
pub(crate) fn blocked(world: &World, field: &str, words: impl Into<String>) -> Refusal {
    match world.switches.blocked_change {
        BlockedChange::Inside => Refusal::Inside(words.into()),
        BlockedChange::Unprocessable => Refusal::field(field, words),
    }
}

/// Puts the settings of a kind into a fresh world.
pub(crate) fn seed_settings(world: &mut World, collection: &'static str, settings: Value) {
    add(world, collection, [settings]);
}

/// The settings of a kind.
pub(crate) fn settings(world: &World, collection: &str) -> Row {
    let mut row = world.rows(collection).get(ONLY).cloned().unwrap_or_default();
    row.shift_remove("id");
    row
}

/// `{"<collection>":{…}}`.
pub(crate) fn settings_shown(world: &World, collection: &str) -> Reply {
    of(collection, json!(settings(world, collection)))
}

/// Changes settings whose fields are known.
pub(crate) fn settings_updated(resource: &Resource, world: &mut World, body: &Row) -> Result<Reply, Refusal> {
    resource.update(world, ONLY, body)?;
    Ok(settings_shown(world, resource.collection))
}

/// Lays members over settings; an effect is noted when there are any.
pub(crate) fn lay(world: &mut World, collection: &'static str, changes: &Row) {
    if changes.is_empty() {
        return;
    }
    world.rows_mut(collection).update(ONLY, changes);
    let names: Vec<&str> = changes.keys().map(String::as_str).collect();
    let names = names.join(", ");
    world.did(collection, format!("changed: {names}"));
}

/// Changes settings whose fields nobody outside knows: whatever is given is kept and shown again, but for `kept`.
pub(crate) fn settings_laid(world: &mut World, collection: &'static str, body: &Row, kept: &[&str]) -> Reply {
    let changes = body.iter().filter(|(name, _)| !kept.contains(&name.as_str()) && *name != "id");
    let changes: Row = changes.map(|(name, value)| (name.clone(), value.clone())).collect();
    lay(world, collection, &changes);
    settings_shown(world, collection)
}
