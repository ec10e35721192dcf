//! What an assistant looks up before it writes: staff, teams, queues, resolutions, the words of a search.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, flag, text};
use crate::reply::{Refusal, Reply};
use crate::tickets::criteria::MODES;
use crate::world::{World, members};

/// Serves `tickets.staff`.
pub(super) fn staff(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let search = input.text("search", 255).map(str::to_lowercase);
    input.finish()?;
    let is_meant = |user: &Row| {
        let all = format!("{} {}", text(user, "name"), text(user, "email")).to_lowercase();
        search.as_ref().is_none_or(|search| all.contains(search))
    };
    let staff = world.rows("users").rows().filter(|user| flag(user, "is_staff") && is_meant(user));
    let rows: Vec<Value> = staff
        .map(|user| {
            let teams = world.teams_of(text(user, "email")).into_iter().map(|id| json!(format!("team:{id}")));
            json!({
                "id": user.get("id"), "name": text(user, "name"), "email": text(user, "email"),
                "teams": teams.collect::<Value>(),
            })
        })
        .collect();
    Ok(Reply::data(json!({"staff": rows})))
}

/// Serves `tickets.teams`.
pub(super) fn teams(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = world
        .rows("teams")
        .iter()
        .map(|(id, team)| {
            let people: Vec<_> =
                members(team).map(|email| json!({"name": world.name_of(email), "email": email})).collect();
            json!({
                "id": id.to_string(), "name": text(team, "name"), "members": people, "key": format!("team:{id}"),
                "members_key": format!("team-and-members:{id}"),
            })
        })
        .collect();
    Ok(Reply::data(json!({"teams": rows})))
}

/// Serves `tickets.queues`: those that the owner may see.
pub(super) fn queues(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let seen = world.rows("queues").iter().filter(|(id, _)| call.sees(*id));
    let rows: Vec<Value> = seen.map(|(_, queue)| Value::Object(queue.clone())).collect();
    Ok(Reply::data(json!({"queues": rows})))
}

/// Serves `tickets.resolutions`.
pub(super) fn resolutions(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = world
        .rows("resolutions")
        .rows()
        .map(|row| json!({"id": row.get("id"), "name": text(row, "name"), "selectable": flag(row, "selectable")}))
        .collect();
    Ok(Reply::data(json!({"resolutions": rows})))
}

/// Serves `tickets.search_modes`.
pub(super) fn search_modes(_: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let modes: Vec<Value> =
        MODES.iter().map(|mode| json!({"mode": mode.name, "matches": mode.about, "kind": mode.kind.text()})).collect();
    Ok(Reply::data(json!({
        "modes": modes,
        "rules": "Criteria of the same mode are joined by OR, different modes by AND. Inside one criterion a text mode \
                  needs every token unless match is any; the other modes match any token.",
    })))
}
