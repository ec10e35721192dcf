//! `settings/perspectives`: saved views over tickets, own, shared and built in.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, same, text};
use crate::input::Input;
use crate::passthrough::{complete, complete_row, done, listed, made, of, picked};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::settings::owned;
use crate::world::World;

const VIEWS: Resource = Resource {
    collection: "perspectives",
    what: "perspective",
    id_field: "perspective_id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::optional("description", Kind::Text(255), "null"),
        Field::optional("shared", Kind::Flag, "false"),
        Field::optional("show_in_crm", Kind::Flag, "false"),
        Field::optional("display_mode", Kind::Any, "null"),
        Field::optional("conditions", Kind::Any, "[]"),
        Field::optional("orders", Kind::Any, "[]"),
    ],
    unique: None,
};

const LISTED: &[&str] =
    &["id", "name", "description", "is_built_in", "shared", "show_in_crm", "display_mode", "owner_email"];
const OPERATORS: &[&str] = &["is", "is not", "contains"];

/// Gives the company's views the members that only this family shows.
pub(super) fn seed(world: &mut World) {
    complete(world, VIEWS.collection, json!({"description": null, "display_mode": null}));
}

/// Serves `settings.perspectives.index`: the owner's own, or with `scope: all` everything visible with its rules.
pub(super) fn index(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let scope = input.text("scope", 255).unwrap_or("mine");
    if !["mine", "all"].contains(&scope) {
        input.refuse("scope", "The scope is mine or all.");
    }
    input.finish()?;
    let rows = world.rows(VIEWS.collection).rows();
    let rows: Vec<Value> = if scope == "all" {
        rows.filter(|row| owned::is_seen(row, call)).cloned().map(Value::Object).collect()
    } else {
        rows.filter(|row| owned::is_mine(row, call)).map(|row| Value::Object(picked(row, LISTED))).collect()
    };
    Ok(listed(world, "perspectives", rows))
}

/// Serves `settings.perspectives.show`, by id or by name.
pub(super) fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let name = input.text("name", 255).filter(|_| input.value("perspective_id").is_none());
    input.finish()?;
    let Some(name) = name else {
        let (_, row) = owned::named(&VIEWS, world, call)?;
        return Ok(shown(row));
    };
    let seen = world.rows(VIEWS.collection).rows().filter(|row| owned::is_seen(row, call));
    let mut named: Vec<&Row> = seen.filter(|row| same(text(row, "name"), name)).collect();
    // Two people may use the same name: the caller's own comes first.
    named.sort_by_key(|row| !owned::is_mine(row, call));
    named.first().map(|row| shown(row)).ok_or(Refusal::NotFound { what: VIEWS.what, field: "name" })
}

fn shown(row: &Row) -> Reply {
    of("perspective", Value::Object(row.clone()))
}

/// Serves `settings.perspectives.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    check_rules(call)?;
    owned::may_share(&VIEWS, world, call, owned::asks_to_share(call))?;
    let id = VIEWS.create(world, &call.body)?;
    complete_row(world, VIEWS.collection, id, &json!({"is_built_in": false, "owner_email": call.owner()}));
    Ok(made(VIEWS.id_field, id))
}

/// Serves `settings.perspectives.update`: only what is given changes.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    check_rules(call)?;
    let id = owned::to_change(&VIEWS, world, call)?;
    owned::may_share(&VIEWS, world, call, owned::asks_to_share(call))?;
    VIEWS.update(world, id, &call.body)?;
    Ok(made(VIEWS.id_field, id))
}

/// Serves `settings.perspectives.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    owned::to_change(&VIEWS, world, call)?;
    VIEWS.delete(world, call)?;
    Ok(done())
}

/// Refuses conditions and orders that have no field, an operator that there is not, or an order that is no flag.
fn check_rules(call: &Call) -> Result<(), Refusal> {
    let mut input = call.input();
    check_items(&mut input, "conditions", "operator", "one of is, is not, contains", |operator| {
        operator.as_str().is_some_and(|operator| OPERATORS.contains(&operator))
    });
    check_items(&mut input, "orders", "ascending", "true or false", |ascending| {
        ascending.is_boolean() || matches!(ascending.as_i64(), Some(0 | 1))
    });
    input.finish()
}

fn check_items(input: &mut Input<'_>, path: &str, member: &str, kind: &str, fits: impl Fn(&Value) -> bool) {
    for (index, item) in input.list(path, 100).unwrap_or_default().iter().enumerate() {
        if item.get("field").and_then(Value::as_str).is_none_or(str::is_empty) {
            let field = format!("{path}.{index}.field");
            input.refuse(&field, format!("The {field} field is required."));
        }
        if !item.get(member).is_some_and(&fits) {
            let field = format!("{path}.{index}.{member}");
            input.refuse(&field, format!("The {field} field must be {kind}."));
        }
    }
}
