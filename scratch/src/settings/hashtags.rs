//! `settings/hashtags`: the hashtags that staff may use, and on how many tickets each stands.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{same, text};
use crate::html::tags;
use crate::passthrough::{done, listed};
use crate::reply::{Refusal, Reply};
use crate::world::World;

/// Serves `settings.hashtags.index`.
pub(super) fn index(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let rows: Vec<Value> = world
        .rows("hashtags")
        .rows()
        .map(
            |row| json!({"id": row.get("id"), "tag": text(row, "tag"), "tickets": uses(world, call, text(row, "tag"))}),
        )
        .collect();
    Ok(listed(world, "hashtags", rows))
}

/// How many tickets that the caller may see bear a tag.
fn uses(world: &World, call: &Call, tag: &str) -> usize {
    let seen = world.tickets.iter().filter(|ticket| ticket.deleted_at.is_none() && call.sees(ticket.queue_id));
    let bears = |plain: &str| tags(plain, '#').iter().any(|known| same(known, tag));
    seen.filter(|ticket| world.thread(ticket).iter().any(|response| bears(&response.plain))).count()
}

/// Serves `settings.hashtags.delete`. An unknown tag is no failure.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let tag = input.text("tag", 255);
    let tag = input.need("tag", tag).unwrap_or_default().trim_start_matches('#');
    input.finish()?;
    let known = world.rows("hashtags").find("tag", tag).map(|(id, _)| id);
    if let Some(id) = known {
        world.rows_mut("hashtags").delete(id);
        world.did(format!("hashtag:{id}"), "deleted");
    }
    Ok(done())
}
