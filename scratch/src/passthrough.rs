//! What the families share that answer as the web pages' own controllers do: shapes of answers, nested bodies, rows.

use serde_json::{Map, Value, json};
use tickiti_relay_routes::Role;

use crate::call::Call;
use crate::collection::Row;
use crate::reply::{FieldErrors, Refusal, Reply};
use crate::switches::UnknownList;
use crate::world::World;

/// A list whose wrapper nobody has seen: `{plural:[…]}` or bare, as the switch says.
pub(crate) fn listed(world: &World, plural: &str, rows: impl IntoIterator<Item = Value>) -> Reply {
    match world.switches.unknown_list {
        UnknownList::Named => wrapped(plural, rows),
        UnknownList::Bare => bare(rows),
    }
}

/// `{name: […]}`.
pub(crate) fn wrapped(name: &str, rows: impl IntoIterator<Item = Value>) -> Reply {
    of(name, rows.into_iter().collect())
}

/// The rows as a bare array.
pub(crate) fn bare(rows: impl IntoIterator<Item = Value>) -> Reply {
    Reply::raw(rows.into_iter().collect())
}

/// `{name: value}`.
pub(crate) fn of(name: &str, value: Value) -> Reply {
    let mut body = Map::new();
    body.insert(name.to_owned(), value);
    Reply::raw(Value::Object(body))
}

/// A write that has nothing to tell.
pub(crate) fn done() -> Reply {
    of("ok", json!(true))
}

/// A new row: its id at top level, under a name of its own.
pub(crate) fn made(id_field: &str, id: u64) -> Reply {
    Reply::raw(json!({"ok": true, id_field: id.to_string()}))
}

/// The named members of a row, in this order.
pub(crate) fn picked(row: &Row, names: &[&str]) -> Row {
    names.iter().filter_map(|name| row.get(*name).map(|value| ((*name).to_owned(), value.clone()))).collect()
}

/// Puts the name of the object that was validated before each wrong field: `template.subject`.
pub(crate) fn within(name: &str, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Fields(errors) => {
            let errors = errors.0.into_iter().map(|(field, message)| (format!("{name}.{field}"), message));
            Refusal::Fields(FieldErrors(errors.collect()))
        }
        other => other,
    }
}

/// Gives every row of a collection the members that it lacks.
pub(crate) fn complete(world: &mut World, collection: &'static str, defaults: Value) {
    let ids: Vec<u64> = world.rows(collection).iter().map(|(id, _)| id).collect();
    for id in ids {
        complete_row(world, collection, id, &defaults);
    }
}

/// Gives one row the members that it lacks.
pub(crate) fn complete_row(world: &mut World, collection: &'static str, id: u64, defaults: &Value) {
    let Some(row) = world.rows_mut(collection).get_mut(id) else { return };
    for (name, value) in defaults.as_object().into_iter().flatten() {
        if !row.contains_key(name) {
            row.insert(name.clone(), value.clone());
        }
    }
}

/// Adds rows to a collection; for seeds.
pub(crate) fn add(world: &mut World, collection: &'static str, rows: impl IntoIterator<Item = Value>) {
    for value in rows {
        world.rows_mut(collection).add(crate::collection::row(value));
    }
}

/// Lays members over a row.
pub(crate) fn set(world: &mut World, collection: &'static str, id: u64, members: Value) {
    world.rows_mut(collection).update(id, &crate::collection::row(members));
}

/// Whether the token's owner is an administrator or more.
pub(crate) fn is_admin(call: &Call) -> bool {
    call.token.as_ref().is_some_and(|token| token.role >= Some(Role::Admin))
}
