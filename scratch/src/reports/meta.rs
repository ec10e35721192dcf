//! `reports/meta`: what reports can be narrowed to.

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::day;
use crate::collection::Row;
use crate::passthrough::picked;
use crate::reply::{Refusal, Reply};
use crate::reports::period::Group;
use crate::world::World;

/// Serves `reports.meta`.
pub(super) fn meta(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let seen = world.rows("queues").iter().filter(|(id, _)| call.sees(*id));
    let queues: Vec<Row> = seen.map(|(_, queue)| picked(queue, &["id", "name"])).collect();
    let first = world.tickets.iter().map(|ticket| ticket.created_at).min();
    let first: Value = first.map_or(Value::Null, |at| json!(day(at.date())));
    Ok(Reply::raw(json!({
        "queues": queues, "group_by": Group::WORDS, "first_day": first, "last_day": day(world.now().date()),
    })))
}
