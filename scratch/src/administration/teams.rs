//! Teams: the same that tickets are assigned to. Their fields are in no public text, so both usual names of the id are taken.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{flag, same, text};
use crate::input::scalar_text;
use crate::passthrough::{done, listed, of, set};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::world::{World, members};

const TEAM: Resource = Resource {
    collection: "teams",
    what: "team",
    id_field: "team_id",
    fields: &[Field::required("name", Kind::Text(255))],
    unique: Some("name"),
};

/// The resource under the name that this call uses for its id.
fn as_named(call: &Call) -> Resource {
    let id_field = if call.body.contains_key("id") { "id" } else { TEAM.id_field };
    Resource { id_field, ..TEAM }
}

/// Serves `administration.teams.index`.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(listed(world, "teams", world.rows(TEAM.collection).iter().map(|(id, _)| team(world, id))))
}

/// Serves `administration.teams.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let members = given_members(world, call)?.unwrap_or_default();
    let id = TEAM.create(world, &call.body)?;
    set(world, TEAM.collection, id, json!({"members": members}));
    Ok(of(TEAM.what, team(world, id)))
}

/// Serves `administration.teams.update`. Members are replaced as a whole.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let team_as_named = as_named(call);
    let (id, _) = team_as_named.named(world, call)?;
    let members = given_members(world, call)?;
    team_as_named.update(world, id, &call.body)?;
    if let Some(members) = members {
        set(world, TEAM.collection, id, json!({"members": members}));
    }
    Ok(of(TEAM.what, team(world, id)))
}

/// Serves `administration.teams.delete`. Tickets that were assigned to it are nobody's then.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = as_named(call).delete(world, call)?;
    let key = format!("team:{id}");
    let theirs = world.tickets.iter_mut().filter(|ticket| ticket.assigned.as_ref() == Some(&key));
    let left: Vec<u64> = theirs
        .map(|ticket| {
            ticket.assigned = None;
            ticket.number
        })
        .collect();
    for number in left {
        world.did(format!("ticket:{number}"), "unassigned");
    }
    Ok(done())
}

fn team(world: &World, id: u64) -> Value {
    let Some(row) = world.rows(TEAM.collection).get(id) else { return Value::Null };
    let people = members(row)
        .filter_map(|email| world.user(email))
        .map(|(id, user)| json!({"id": id.to_string(), "name": text(user, "name"), "email": text(user, "email")}));
    json!({
        "id": id.to_string(), "name": text(row, "name"), "key": format!("team:{id}"),
        "members": people.collect::<Value>(),
    })
}

/// Members by id or address; each must be staff.
fn given_members(world: &World, call: &Call) -> Result<Option<Vec<String>>, Refusal> {
    let mut input = call.input();
    let staff = |name: &Value| {
        let name = scalar_text(name)?;
        let (_, user) = world.rows("users").named("email", &json!(name))?;
        flag(user, "is_staff").then(|| text(user, "email").to_owned())
    };
    let members = input.list_of("members", 1000, "the id or the address of somebody on the staff", staff);
    input.finish()?;
    Ok(members.map(|mut members| {
        let mut seen: Vec<String> = Vec::new();
        members.retain(|email| {
            let is_new = !seen.iter().any(|known| same(known, email));
            seen.push(email.clone());
            is_new
        });
        members
    }))
}
