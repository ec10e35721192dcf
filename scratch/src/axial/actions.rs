//! Actions: what a skill may have run.

use serde_json::{Value, json};

use super::{SKILLS, named, skills};
use crate::call::Call;
use crate::collection::{Row, row, text};
use crate::input::Input;
use crate::passthrough::{set, within};
use crate::reply::{Refusal, Reply};
use crate::world::World;

/// Who runs it: the helpdesk, or the agent.
pub(super) const HANDLER_TYPES: &[&str] = &["local", "remote"];
/// For whom it may be run.
pub(super) const PERMISSIONS: &[&str] = &["staff", "participant", "system"];
/// What the helpdesk can run itself.
pub(super) const LOCAL_HANDLERS: &[&str] = &["ticket.show", "ticket.search", "template.search", "user.show"];
/// The members of an action.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "parameters",
    "handler_type",
    "handler_ref",
    "permission",
    "requires_confirmation",
    "enabled",
    "ordinal",
    "timeout_ms",
    "prefetch",
    "prefetch_params",
];

/// The actions of a skill.
pub(super) fn of(skill: &Row) -> Vec<Value> {
    skill.get("actions").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn place(actions: &[Value], name: &str) -> Option<usize> {
    actions.iter().position(|action| action.get("name").and_then(Value::as_str) == Some(name))
}

/// Serves `axial.skills.actions.upsert`.
pub(super) fn upsert(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, skill) = named(world, call)?;
    let mut input = call.input();
    let action = input.object("action");
    let action = input.need("action", action).cloned().unwrap_or_default();
    input.finish()?;
    let mut actions = of(skill);
    let place = place(&actions, text(&action, "name"));
    let old = place.and_then(|place| actions.get(place)).cloned().map(row);
    let action = read(&Value::Object(action), old, "action")?;
    let name = text(&action, "name").to_owned();
    match place.and_then(|place| actions.get_mut(place)) {
        Some(slot) => *slot = Value::Object(action),
        None => actions.push(Value::Object(action)),
    }
    Ok(kept(world, id, &actions, &format!("action {name} set")))
}

/// Serves `axial.skills.actions.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, skill) = named(world, call)?;
    let mut input = call.input();
    let name = input.text("name", 255);
    let name = input.need("name", name).unwrap_or_default().to_owned();
    input.finish()?;
    let mut actions = of(skill);
    let place = place(&actions, &name).ok_or(Refusal::NotFound { what: "action", field: "name" })?;
    actions.remove(place);
    Ok(kept(world, id, &actions, &format!("action {name} deleted")))
}

fn kept(world: &mut World, id: u64, actions: &[Value], did: &str) -> Reply {
    set(world, SKILLS, id, json!({"actions": actions}));
    world.did(format!("skill:{id}"), did);
    skills::shown(world, id)
}

/// An action as given, laid over the one that it changes. `path` is what messages call it: `action`, `actions.0`.
pub(super) fn read(given: &Value, old: Option<Row>, path: &str) -> Result<Row, Refusal> {
    let Some(given) = given.as_object() else {
        return Err(Refusal::field(path, format!("The {path} field must be an object.")));
    };
    let mut input = Input::new(given);
    check(&mut input, old.is_none());
    let mut action = old.unwrap_or_else(|| {
        row(json!({
            "name": null, "description": null, "parameters": {"type": "object", "properties": {}},
            "handler_type": null, "handler_ref": null, "permission": null, "requires_confirmation": false,
            "enabled": true, "ordinal": 0, "timeout_ms": null, "prefetch": false, "prefetch_params": null,
        }))
    });
    // A null clears what may be empty, and is no value for anything else.
    let may_be_empty = |name: &str| ["timeout_ms", "prefetch_params"].contains(&name) || !FIELDS.contains(&name);
    for (name, value) in given.iter().filter(|(name, value)| !value.is_null() || may_be_empty(name)) {
        action.insert(name.clone(), value.clone());
    }
    if text(&action, "handler_type") == "local" {
        let handler = text(&action, "handler_ref");
        if !handler.is_empty() && !LOCAL_HANDLERS.contains(&handler) {
            input.refuse("handler_ref", format!("A local handler is one of {}.", LOCAL_HANDLERS.join(", ")));
        }
        if input.value("timeout_ms").is_some() {
            input.refuse("timeout_ms", "Only remote actions have a time limit.");
        }
        action.insert("timeout_ms".into(), Value::Null);
    }
    input.finish().map(|()| action).map_err(|refusal| within(path, refusal))
}

fn check(input: &mut Input<'_>, is_new: bool) {
    let name = input.text("name", 64);
    if input.need("name", name).is_some_and(|name| !is_identifier(name)) {
        input.refuse("name", "The name is a lower-case identifier.");
    }
    let one_of = |input: &mut Input<'_>, field: &str, words: &[&str]| {
        let word = input.text(field, 64);
        if word.is_some_and(|word| !words.contains(&word)) {
            input.refuse(field, format!("The {field} is one of {}.", words.join(", ")));
        }
    };
    one_of(input, "handler_type", HANDLER_TYPES);
    one_of(input, "permission", PERMISSIONS);
    for field in ["description", "handler_ref"] {
        input.text(field, 5000);
    }
    for field in ["description", "handler_type", "handler_ref", "permission"] {
        let given = input.value(field);
        if is_new {
            input.need(field, given);
        }
    }
    for field in ["parameters", "prefetch_params"] {
        input.object(field);
    }
    for field in ["requires_confirmation", "enabled", "prefetch"] {
        input.flag(field);
    }
    input.number("ordinal", 0, 100_000);
    input.number("timeout_ms", 1, 600_000);
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
