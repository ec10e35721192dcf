//! `tickets/attachment`, `-upload`, `-delete`: files of responses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::call::Call;
use crate::files::{LARGEST_FILE, Rule, rule, sniffed};
use crate::reply::{Refusal, Reply};
use crate::switches::{AttachmentRefused, RangePastEnd};
use crate::templates;
use crate::tickets::reference::{self, Reference};
use crate::tickets::rows;
use crate::world::World;

/// Serves `tickets.attachment`.
pub(super) fn attachment(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let most = i64::try_from(LARGEST_FILE).unwrap_or(i64::MAX);
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let id = input.id("response_attachment_id");
    let id = input.need("response_attachment_id", id);
    let intent = input.text("intent", 64);
    if intent.is_some_and(|intent| intent != "review_ok") {
        input.refuse("intent", "The intent is review_ok or left out.");
    }
    let offset = input.number("offset", 0, i64::MAX);
    let length = input.number("length", 1, most);
    input.finish()?;
    let ticket = reference.find(world, call)?;
    let (found, _) = reference::attachment(world, ticket, id.unwrap_or_default())?;
    refuse_by_rule(world, &found.name, intent.is_some())?;
    let bytes = world.bytes_of(found);
    let mut row = rows::attachment_row(world, found);
    let is_ranged = offset.is_some() || length.is_some();
    if !is_ranged && bytes.len() > LARGEST_FILE {
        return Err(Refusal::Coded {
            status: 413,
            error: "attachment_too_large",
            message: "The attachment is too large to be sent at once; ask for ranges.".into(),
            data: Some(json!({"file_size": bytes.len(), "ranged": true, "mime_type": sniffed(&bytes)})),
        });
    }
    let start = usize::try_from(offset.unwrap_or(0)).unwrap_or(usize::MAX);
    if is_ranged && start > bytes.len() {
        refuse_past_end(world.switches.range_past_end)?;
    }
    let start = start.min(bytes.len());
    let length = usize::try_from(length.unwrap_or(most)).unwrap_or(LARGEST_FILE);
    let end = if is_ranged { start.saturating_add(length).min(bytes.len()) } else { bytes.len() };
    row.insert("content_base64".into(), json!(STANDARD.encode(bytes.slice(start..end))));
    if is_ranged {
        row.insert("eof".into(), json!(end == bytes.len()));
    }
    Ok(Reply::data(Value::Object(row)))
}

fn refuse_by_rule(world: &World, name: &str, reviewed: bool) -> Result<(), Refusal> {
    let status = match world.switches.attachment_refused {
        AttachmentRefused::Forbidden => 403,
        AttachmentRefused::Conflict => 409,
        AttachmentRefused::Unprocessable => 422,
    };
    match rule(name) {
        Rule::Blocked => Err(Refusal::coded(status, "attachment_blocked", "Files of this type are not handed out.")),
        Rule::Review if !reviewed => {
            let words = "Files of this type are handed out with intent review_ok only.";
            Err(Refusal::coded(status, "attachment_review_required", words))
        }
        Rule::Review | Rule::Allowed => Ok(()),
    }
}

fn refuse_past_end(switch: RangePastEnd) -> Result<(), Refusal> {
    match switch {
        RangePastEnd::Empty => Ok(()),
        RangePastEnd::Unprocessable => Err(Refusal::field("offset", "The offset is past the end of the attachment.")),
        RangePastEnd::NotSatisfiable => {
            Err(Refusal::coded(416, "range_not_satisfiable", "The offset is past the end of the attachment."))
        }
    }
}

/// Serves `tickets.attachment_upload`. Bytes are kept by their digest: the same again change nothing.
pub(super) fn attachment_upload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let upload = call.upload("file")?;
    let name = upload.name.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::field("file", "The file has no name."))?.to_owned();
    if upload.bytes.len() > LARGEST_FILE {
        return Err(Refusal::coded(413, "attachment_too_large", "A file may have 25 MiB."));
    }
    if rule(&name) == Rule::Blocked {
        return Err(Refusal::field("file", "Files of this type may not be attached."));
    }
    let file_size = upload.bytes.len();
    let file = world.file(&name, upload.bytes.clone());
    world.did(format!("file:{}", file.sha256), "uploaded");
    Ok(Reply::data(json!({"sha256": file.sha256, "name": name, "file_size": file_size})))
}

/// Serves `tickets.attachment_delete`.
pub(super) fn attachment_delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let reference = Reference::read(&mut input, &world.switches);
    let id = input.id("response_attachment_id");
    let id = input.need("response_attachment_id", id).unwrap_or_default();
    let reason = input.text("reason", 500);
    input.finish()?;
    let ticket = reference.find(world, call)?;
    let (found, response) = reference::attachment(world, ticket, id)?;
    let (name, digest, response_id) = (found.name.clone(), found.sha256.clone(), response.id);
    let because = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let line = format!("Attachment {name} (sha256 {digest}) removed by {}{because}", call.owner());
    world.attachments.remove(&id);
    if let Some(response) = world.response_mut(response_id) {
        response.attachments.retain(|known| *known != id);
        response.audit.push(line);
    }
    if !world.attachments.values().any(|other| other.sha256 == digest) && !templates::store::needs(world, &digest) {
        world.blobs.remove(&digest);
    }
    world.did(format!("attachment:{id}"), "deleted");
    Ok(Reply::data(json!({
        "response_attachment_id": id.to_string(), "response_id": response_id.to_string(), "name": name, "deleted": true,
    })))
}
