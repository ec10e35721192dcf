//! Rows that belong to one person and may be shared with all: who sees them, and who may change them.

use serde_json::Value;

use crate::call::Call;
use crate::collection::{Row, flag, same, text};
use crate::passthrough::is_admin;
use crate::reply::Refusal;
use crate::resource::Resource;
use crate::switches::SharedByStaff;
use crate::world::World;

/// Whether a row is the caller's own.
pub(super) fn is_mine(row: &Row, call: &Call) -> bool {
    same(text(row, "owner_email"), call.owner())
}

/// Whether the caller sees a row: own ones, shared ones, built-in ones.
pub(super) fn is_seen(row: &Row, call: &Call) -> bool {
    is_mine(row, call) || flag(row, "shared") || flag(row, "is_built_in")
}

/// The row that the call names, if the caller sees it.
pub(super) fn named<'w>(kind: &Resource, world: &'w World, call: &Call) -> Result<(u64, &'w Row), Refusal> {
    let (id, row) = kind.named(world, call)?;
    if is_seen(row, call) { Ok((id, row)) } else { Err(Refusal::NotFound { what: kind.what, field: kind.id_field }) }
}

/// The id of the row that the call names, if the caller may change the row itself.
pub(super) fn to_change(kind: &Resource, world: &World, call: &Call) -> Result<u64, Refusal> {
    let (id, row) = named(kind, world, call)?;
    if flag(row, "is_built_in") {
        return Err(Refusal::Inside(format!("The {} is built in.", kind.what)));
    }
    may_share(kind, world, call, flag(row, "shared"))?;
    Ok(id)
}

/// Refuses what would share something for all, unless an administrator asks.
pub(super) fn may_share(kind: &Resource, world: &World, call: &Call, shared: bool) -> Result<(), Refusal> {
    if !shared || is_admin(call) {
        return Ok(());
    }
    let words = format!("Only administrators may write a shared {}.", kind.what);
    Err(match world.switches.shared_by_staff {
        SharedByStaff::Inside => Refusal::Inside(words),
        SharedByStaff::Forbidden => Refusal::Gate(words),
    })
}

/// Whether the body asks for sharing.
pub(super) fn asks_to_share(call: &Call) -> bool {
    match call.body.get("shared") {
        Some(Value::String(text)) => text == "1",
        Some(other) => other.as_bool() == Some(true) || other.as_i64() == Some(1),
        None => false,
    }
}
