//! People, their roles, and their rights to queues. Every change reaches the tokens that they own.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, flag, row, text};
use crate::input::integer;
use crate::passthrough::{done, of, set};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::standard::{blocked, shown};
use crate::world::World;

const USER: Resource = Resource {
    collection: "users",
    what: "user",
    id_field: "user",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::required("email", Kind::Email),
        Field::optional("is_staff", Kind::Flag, "false"),
        Field::optional("is_admin", Kind::Flag, "false"),
        Field::optional("tonic_notifications", Kind::Flag, "false"),
    ],
    unique: Some("email"),
};

/// What may be changed afterwards.
const CHANGES: Resource = Resource {
    fields: &[
        Field::optional("is_staff", Kind::Flag, "false"),
        Field::optional("is_admin", Kind::Flag, "false"),
        Field::optional("tonic_notifications", Kind::Flag, "false"),
    ],
    unique: None,
    ..USER
};

const RIGHTS: &[&str] = &["can_view", "can_manage", "can_delete", "treat_as_inbox", "receive_inbox_errors"];

/// Gives the people of the company their rights: all staff work in all queues, but Tom, who is new, in the inbox only.
pub(super) fn seed(world: &mut World) {
    const INBOX: u64 = 1;
    let queues: Vec<u64> = world.rows("queues").iter().map(|(id, _)| id).collect();
    let users = world.rows("users").iter().filter(|(_, user)| flag(user, "is_staff") && !flag(user, "is_api_user"));
    let staff: Vec<_> =
        users.map(|(id, user)| (id, flag(user, "is_admin"), text(user, "name") == "Tom Becker")).collect();
    for (user, is_admin, is_new) in staff {
        for queue in queues.iter().copied().filter(|queue| !is_new || *queue == INBOX) {
            let mut right = everything(queue);
            right.insert("can_delete".into(), json!(is_admin));
            set_right(world, user, queue, right);
        }
    }
}

/// All rights to a queue, but for the mails about a failing inbox.
pub(crate) fn everything(queue: u64) -> Row {
    row(json!({
        "queue_id": queue.to_string(), "can_view": true, "can_manage": true, "can_delete": true,
        "treat_as_inbox": false, "receive_inbox_errors": false,
    }))
}

/// A person's rights, one row a queue.
fn rights(user: &Row) -> Vec<Value> {
    user.get("queues").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn is_for(right: &Value, queue: u64) -> bool {
    right.get("queue_id").and_then(integer).is_some_and(|id| u64::try_from(id) == Ok(queue))
}

/// Gives a person rights to a queue, in place of those that were there.
pub(crate) fn set_right(world: &mut World, user: u64, queue: u64, right: Row) {
    let Some(row) = world.rows_mut(USER.collection).get_mut(user) else { return };
    let mut all = rights(row);
    match all.iter_mut().find(|known| is_for(known, queue)) {
        Some(known) => *known = Value::Object(right),
        None => all.push(Value::Object(right)),
    }
    row.insert("queues".into(), json!(all));
}

/// Takes a person's rights to a queue away; says whether there were any.
pub(crate) fn take_right(world: &mut World, user: u64, queue: u64) -> bool {
    let Some(row) = world.rows_mut(USER.collection).get_mut(user) else { return false };
    let mut all = rights(row);
    let before = all.len();
    all.retain(|known| !is_for(known, queue));
    let taken = all.len() < before;
    if taken {
        row.insert("queues".into(), json!(all));
    }
    taken
}

/// Serves `administration.users.index`.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(of("users", USER.list(world)))
}

/// Serves `administration.users.create`. A new colleague sees no queue until let in.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = USER.create(world, &call.body)?;
    let created_at = world.now_text();
    let rest = json!({"is_sysadmin": false, "is_superuser": false, "is_api_user": false, "created_at": created_at, "queues": []});
    set(world, USER.collection, id, rest);
    world.renew_tokens();
    Ok(shown(&USER, world, id))
}

/// Serves `administration.users.update`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, user) = named(world, call)?;
    if flag(user, "is_api_user") && ["is_staff", "is_admin"].iter().any(|role| call.body.contains_key(*role)) {
        return Err(blocked(world, "user", "The role of the system user cannot be changed."));
    }
    CHANGES.update(world, id, &call.body)?;
    world.renew_tokens();
    Ok(shown(&USER, world, id))
}

/// Serves `administration.users.queue_upsert`. Rights that are not named stay as they are.
pub(super) fn queue_upsert(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, user) = named(world, call)?;
    let queue = queue(world, call)?;
    let old = rights(user).into_iter().find(|right| is_for(right, queue)).map(row).unwrap_or_default();
    let mut input = call.input();
    let mut right = row(json!({"queue_id": queue.to_string()}));
    for name in RIGHTS {
        let given = input.flag(name).unwrap_or_else(|| flag(&old, name));
        right.insert((*name).into(), json!(given));
    }
    input.finish()?;
    set_right(world, id, queue, right);
    world.renew_tokens();
    world.did(format!("user:{id}"), format!("rights to queue {queue} set"));
    Ok(shown(&USER, world, id))
}

/// Serves `administration.users.queue_detach`. Rights that are not there are no reason to complain.
pub(super) fn queue_detach(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, _) = named(world, call)?;
    let queue = queue(world, call)?;
    if take_right(world, id, queue) {
        world.renew_tokens();
        world.did(format!("user:{id}"), format!("rights to queue {queue} taken"));
    }
    Ok(done())
}

/// The person that the path names.
fn named<'w>(world: &'w World, call: &Call) -> Result<(u64, &'w Row), Refusal> {
    let id = in_path(call, "user");
    let row = world.rows(USER.collection).get(id).ok_or(Refusal::NotFound { what: "user", field: "user" })?;
    Ok((id, row))
}

/// Id of the queue that the path names.
fn queue(world: &World, call: &Call) -> Result<u64, Refusal> {
    let id = in_path(call, "queue");
    let there = world.rows("queues").get(id).is_some();
    there.then_some(id).ok_or(Refusal::NotFound { what: "queue", field: "queue" })
}

/// A number in the path; 0, which is nobody's id, when it is none.
fn in_path(call: &Call, name: &str) -> u64 {
    call.param(name).and_then(|text| text.parse().ok()).unwrap_or_default()
}
