//! What takes up space, and getting rid of it.

use serde_json::json;
use time::Duration;

use super::install::set_retention;
use crate::call::Call;
use crate::clock::iso;
use crate::collection::text;
use crate::reply::{Refusal, Reply};
use crate::tickets::merge::remove;
use crate::tickets::model::Status;
use crate::world::World;

/// The archive that the mail family keeps.
const SENT_MAIL: &str = "sent_mail";

/// Serves `administration.storage.delete_closed`: tickets that were closed so long ago go, and their files with them.
pub(super) fn delete_closed(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let days = input.number("older_than_days", 1, 100_000);
    let days = input.need("older_than_days", days).unwrap_or_default();
    input.finish()?;
    let before = world.now() - Duration::days(days);
    let old = world
        .tickets
        .iter()
        .filter(|ticket| ticket.deleted_at.is_none() && ticket.status == Status::Closed && ticket.updated_at < before);
    let old: Vec<(u64, u64)> = old.map(|ticket| (ticket.id, ticket.number)).collect();
    for (id, number) in &old {
        remove(world, *id);
        drop_files(world, *id);
        world.did(format!("ticket:{number}"), "deleted");
    }
    Ok(Reply::raw(json!({"ok": true, "deleted": old.len()})))
}

/// Takes the files off a ticket; their bytes go when nothing else points at them.
fn drop_files(world: &mut World, ticket_id: u64) {
    let responses = world.ticket(ticket_id).map(|ticket| ticket.responses.clone()).unwrap_or_default();
    let mut digests = Vec::new();
    for id in responses {
        let files =
            world.response_mut(id).map(|response| std::mem::take(&mut response.attachments)).unwrap_or_default();
        digests.extend(files.into_iter().filter_map(|file| world.attachments.remove(&file)).map(|file| file.sha256));
    }
    for digest in digests {
        if !is_used(world, &digest) {
            world.blobs.remove(&digest);
        }
    }
}

/// Serves `administration.storage.delete_orphaned`: stored files that nothing points at, uploads not yet used among them.
pub(super) fn delete_orphaned(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let orphans: Vec<String> = world.blobs.keys().filter(|digest| !is_used(world, digest)).cloned().collect();
    let mut bytes = 0;
    for digest in &orphans {
        bytes += world.blobs.remove(digest).map_or(0, |file| file.len());
        world.did(format!("file:{digest}"), "deleted");
    }
    Ok(Reply::raw(json!({"ok": true, "deleted": orphans.len(), "bytes": bytes})))
}

/// Whether a response, a logo, a template or anything else points at stored bytes.
fn is_used(world: &World, digest: &str) -> bool {
    world.attachments.values().any(|attachment| attachment.sha256 == digest) || world.is_mentioned(digest)
}

/// Serves `administration.storage.retention`: keeps the number, and what is older goes at once.
pub(super) fn retention(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let days = input.number("sent_mail_retention_days", 1, 3650);
    let days = input.need("sent_mail_retention_days", days).unwrap_or_default();
    input.finish()?;
    let system = set_retention(world, days);
    let before = iso(world.now() - Duration::days(days));
    // All times are written alike, so texts compare as times do.
    let old = world.rows(SENT_MAIL).iter().filter(|(_, mail)| text(mail, "sent_at") < before.as_str());
    let old: Vec<u64> = old.map(|(id, _)| id).collect();
    for id in &old {
        world.rows_mut(SENT_MAIL).delete(*id);
        world.did(format!("sent_mail:{id}"), "deleted");
    }
    Ok(Reply::raw(json!({"system": system, "deleted": old.len()})))
}
