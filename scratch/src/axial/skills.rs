//! Skills: what the assistant knows to do, in words.

use serde_json::{Value, json};

use super::actions::{self, HANDLER_TYPES, LOCAL_HANDLERS, PERMISSIONS};
use super::{SKILLS, named};
use crate::call::Call;
use crate::collection::{Row, flag, same, text};
use crate::input::Input;
use crate::passthrough::{add, set};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::world::World;

const COMPOSITIONS: &[&str] = &["vetted", "guided", "open"];

const SKILL: Resource = Resource {
    collection: SKILLS,
    what: "skill",
    id_field: "skill",
    fields: &[
        Field::required("key", Kind::Text(255)),
        Field::required("title", Kind::Text(255)),
        Field::required("description", Kind::Text(5000)),
        Field::optional("triggers", Kind::Text(5000), "\"\""),
        Field::required("instructions", Kind::Text(100_000)),
        Field::optional("composition", Kind::OneOf(COMPOSITIONS), "\"guided\""),
        Field::optional("citation_set", Kind::Any, "[]"),
        Field::optional("enabled", Kind::Flag, "true"),
        Field::optional("ordinal", Kind::Number(0, 100_000), "0"),
        Field::optional("parent_key", Kind::Text(255), "null"),
    ],
    unique: Some("key"),
};

pub(super) fn seed(world: &mut World) {
    let skills = [
        json!({
            "key": "axial.core", "title": "Core", "description": "How every answer is written.", "triggers": "",
            "instructions": "# Core\n\nAnswer in the customer's language. Never promise a date.",
            "composition": "guided", "citation_set": [], "enabled": true, "ordinal": 0, "parent_key": null,
            "reserved": true, "actions": [],
        }),
        json!({
            "key": "billing.refund_request", "title": "Refund requests",
            "description": "The customer wants money back, or was charged twice.", "triggers": "refund, charged twice",
            "instructions": "# Refunds\n\nLook the order up first. Above £500 ask Jonas.",
            "composition": "vetted", "citation_set": ["refund_done"], "enabled": true, "ordinal": 10,
            "parent_key": "axial.core", "reserved": false,
            "actions": [{
                "name": "look_up_order", "description": "Shows an order by its number.",
                "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
                "handler_type": "remote", "handler_ref": "shop.order.show", "permission": "staff",
                "requires_confirmation": false, "enabled": true, "ordinal": 0, "timeout_ms": 5000, "prefetch": false,
                "prefetch_params": null,
            }],
        }),
    ];
    for skill in skills {
        add(world, SKILLS, [skill]);
    }
}

/// A skill in full.
pub(super) fn shown(world: &World, id: u64) -> Reply {
    Reply::data(json!({"skill": world.rows(SKILLS).get(id)}))
}

/// Serves `axial.skills.index`.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows = world.rows(SKILLS).rows().map(|skill| {
        let mut short = skill.clone();
        for long in ["instructions", "triggers", "citation_set", "actions"] {
            short.shift_remove(long);
        }
        short.insert("action_count".into(), json!(actions::of(skill).len()));
        Value::Object(short)
    });
    Ok(Reply::data(json!({"skills": rows.collect::<Value>()})))
}

/// Serves `axial.skills.show`.
pub(super) fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = named(world, call)?;
    Ok(shown(world, id))
}

/// Serves `axial.skills.options`.
pub(super) fn options(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let fields: Vec<&str> = SKILL.fields.iter().map(|field| field.name).collect();
    let citable: Vec<&str> =
        world.rows("templates").rows().filter(|row| is_citable(row)).map(|row| text(row, "identifier")).collect();
    Ok(Reply::data(json!({
        "compositions": COMPOSITIONS, "handler_types": HANDLER_TYPES, "permissions": PERMISSIONS,
        "local_handlers": LOCAL_HANDLERS, "skill_fields": fields, "action_fields": actions::FIELDS, "citable": citable,
    })))
}

/// Serves `axial.skills.create`: the skill with all its actions, or nothing.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    check(&mut input, world, None);
    let given = input.list("actions", 100).unwrap_or_default();
    input.finish()?;
    let mut all: Vec<Value> = Vec::new();
    for (index, action) in given.iter().enumerate() {
        let action = actions::read(action, None, &format!("actions.{index}"))?;
        if all.iter().any(|other| other.get("name") == action.get("name")) {
            return Err(Refusal::field(&format!("actions.{index}.name"), "Two actions have the same name."));
        }
        all.push(Value::Object(action));
    }
    let id = SKILL.create(world, &call.body)?;
    set(world, SKILLS, id, json!({"reserved": false, "actions": all}));
    Ok(shown(world, id))
}

/// Serves `axial.skills.update`. Skills below follow a new key.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, skill) = named(world, call)?;
    let old = text(skill, "key").to_owned();
    let mut input = call.input();
    check(&mut input, world, Some(&old));
    let renames = input.text("key", 255).is_some_and(|key| key != old);
    if renames && flag(skill, "reserved") {
        input.refuse("key", format!("{old} is reserved and keeps its key."));
    }
    input.finish()?;
    SKILL.update(world, id, &call.body)?;
    let new = world.rows(SKILLS).get(id).map(|skill| text(skill, "key").to_owned()).unwrap_or_default();
    if new != old {
        set_parent(world, &old, &json!(new));
    }
    Ok(shown(world, id))
}

/// Serves `axial.skills.delete`. Skills below lose their parent.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, skill) = named(world, call)?;
    let key = text(skill, "key").to_owned();
    if flag(skill, "reserved") {
        return Err(Refusal::field("skill", format!("{key} is reserved and cannot be deleted.")));
    }
    world.rows_mut(SKILLS).delete(id);
    set_parent(world, &key, &Value::Null);
    world.did(format!("skill:{id}"), "deleted");
    Ok(Reply::data(json!({"skill": key, "deleted": true})))
}

/// Gives all skills below one another parent.
fn set_parent(world: &mut World, of: &str, parent: &Value) {
    let below = world.rows(SKILLS).iter().filter(|(_, skill)| same(text(skill, "parent_key"), of));
    let below: Vec<u64> = below.map(|(id, _)| id).collect();
    for id in below {
        set(world, SKILLS, id, json!({"parent_key": parent}));
    }
}

/// What the plain fields do not say: the form of a key, citations that exist, a parent that is no descendant.
fn check(input: &mut Input<'_>, world: &World, own: Option<&str>) {
    if input.text("key", 255).is_some_and(|key| !is_key(key)) {
        input.refuse("key", "The key is lower case, words joined by dots and underscores.");
    }
    for identifier in input.texts("citation_set", 500).unwrap_or_default() {
        let template = world.rows("templates").find("identifier", &identifier);
        if !template.is_some_and(|(_, row)| is_citable(row)) {
            input.refuse("citation_set", format!("{identifier} is no stock response that may be cited."));
        }
    }
    let mut next = input.text("parent_key", 255);
    if next.is_some_and(|parent| world.rows(SKILLS).find("key", parent).is_none()) {
        input.refuse("parent_key", "There is no such skill.");
    }
    while let Some(parent) = next {
        if own.is_some_and(|own| same(own, parent)) {
            input.refuse("parent_key", "A skill cannot be its own parent.");
            break;
        }
        let above = world.rows(SKILLS).find("key", parent).map(|(_, skill)| text(skill, "parent_key"));
        next = above.filter(|key| !key.is_empty());
    }
}

fn is_key(key: &str) -> bool {
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    key.split(['.', '_']).all(|word| !word.is_empty() && is_word(word))
}

fn is_citable(template: &Row) -> bool {
    text(template, "type") == "stock-response" && ["as_is", "compose"].contains(&text(template, "ai_relevance"))
}
