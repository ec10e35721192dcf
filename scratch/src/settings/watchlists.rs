//! `settings/watchlists`: lists of tickets that somebody keeps an eye on. `tickets/query` searches by them.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::Row;
use crate::input::integer;
use crate::passthrough::{add, complete, complete_row, done, made, picked, set};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::settings::owned;
use crate::world::World;

const LISTS: Resource = Resource {
    collection: "watchlists",
    what: "watchlist",
    id_field: "watchlist_id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::optional("icon", Kind::Text(64), "\"star\""),
        Field::optional("shared", Kind::Flag, "false"),
    ],
    unique: None,
};

const COLOURS: &[&str] = &["#c62828", "#ef6c00", "#f9a825", "#2e7d32", "#1565c0", "#6a1b9a", "#757575"];

/// Owners for the company's lists, and one of Priya's own.
pub(super) fn seed(world: &mut World) {
    complete(world, LISTS.collection, json!({"owner_email": "marta.kowalska@kestrel.example"}));
    let own = json!({
        "name": "To call back", "icon": "phone", "shared": false, "ticket_ids": ["7", "21"],
        "owner_email": "priya.nair@kestrel.example",
    });
    add(world, LISTS.collection, [own]);
}

/// Serves `settings.watchlists.index`: own and shared lists, and the colours of the page's pickers.
pub(super) fn index(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let seen = world.rows(LISTS.collection).rows().filter(|row| owned::is_seen(row, call));
    let rows: Vec<Value> = seen
        .map(|row| {
            let mut shown = picked(row, &["id", "name", "icon", "shared", "owner_email", "ticket_ids"]);
            shown.insert("ticket_count".into(), json!(ids(row).len()));
            Value::Object(shown)
        })
        .collect();
    Ok(Reply::raw(json!({"watchlists": rows, "colours": COLOURS})))
}

/// Serves `settings.watchlists.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    owned::may_share(&LISTS, world, call, owned::asks_to_share(call))?;
    let id = LISTS.create(world, &call.body)?;
    complete_row(world, LISTS.collection, id, &json!({"owner_email": call.owner(), "ticket_ids": []}));
    Ok(made(LISTS.id_field, id))
}

/// Serves `settings.watchlists.update`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = owned::to_change(&LISTS, world, call)?;
    owned::may_share(&LISTS, world, call, owned::asks_to_share(call))?;
    LISTS.update(world, id, &call.body)?;
    Ok(done())
}

/// Serves `settings.watchlists.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    owned::to_change(&LISTS, world, call)?;
    LISTS.delete(world, call)?;
    Ok(done())
}

/// Serves `settings.watchlists.add_tickets`. A ticket that is on the list stays where it stands.
pub(super) fn add_tickets(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (list, mut on_list, given) = read(world, call)?;
    for (index, id) in given.iter().enumerate() {
        let ticket = world.ticket(*id).filter(|ticket| ticket.deleted_at.is_none() && call.sees(ticket.queue_id));
        if ticket.is_none() {
            let field = format!("ticket_ids.{index}");
            return Err(Refusal::field(&field, format!("The selected {field} is invalid.")));
        }
    }
    for id in &given {
        if !on_list.contains(id) {
            on_list.push(*id);
        }
    }
    Ok(keep(world, list, &on_list, format!("tickets {} added", joined(&given))))
}

/// Serves `settings.watchlists.remove_tickets`. A ticket that is not on the list is no failure.
pub(super) fn remove_tickets(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (list, mut on_list, given) = read(world, call)?;
    on_list.retain(|id| !given.contains(id));
    Ok(keep(world, list, &on_list, format!("tickets {} removed", joined(&given))))
}

/// Serves `settings.watchlists.reorder`. Tickets that are not named keep their order at the end.
pub(super) fn reorder(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (list, mut on_list, given) = read(world, call)?;
    if let Some(index) = given.iter().position(|id| !on_list.contains(id)) {
        let field = format!("ticket_ids.{index}");
        return Err(Refusal::field(&field, "The ticket is not on the watchlist."));
    }
    on_list.sort_by_key(|id| given.iter().position(|wanted| wanted == id).unwrap_or(usize::MAX));
    Ok(keep(world, list, &on_list, format!("tickets put into the order {}", joined(&on_list))))
}

/// The list that is meant, the tickets on it, and the tickets that are given.
fn read(world: &World, call: &Call) -> Result<(u64, Vec<u64>, Vec<u64>), Refusal> {
    let mut input = call.input();
    let list = input.id(LISTS.id_field);
    input.need(LISTS.id_field, list);
    let given = input.integers("ticket_ids", 5000).filter(|ids| !ids.is_empty());
    let given = input.need("ticket_ids", given).unwrap_or_default();
    input.finish()?;
    let (id, row) = owned::named(&LISTS, world, call)?;
    Ok((id, ids(row), given))
}

fn ids(row: &Row) -> Vec<u64> {
    let ids = row.get("ticket_ids").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(integer).filter_map(|id| u64::try_from(id).ok()).collect()
}

fn keep(world: &mut World, list: u64, on_list: &[u64], did: String) -> Reply {
    let texts: Vec<String> = on_list.iter().map(u64::to_string).collect();
    set(world, LISTS.collection, list, json!({"ticket_ids": texts}));
    world.did(format!("{}:{list}", LISTS.what), did);
    done()
}

fn joined(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
