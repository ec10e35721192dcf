//! `tickets/response-update` and `-delete`: changing what was posted.

use serde_json::{Value, json};

use crate::call::Call;
use crate::html::plain_text;
use crate::input::Input;
use crate::reply::{Refusal, Reply};
use crate::tickets::model::Response;
use crate::tickets::reference;
use crate::world::World;

/// One find/replace step.
struct Step {
    find: String,
    replace: String,
    all: bool,
}

/// Serves `tickets.response_update`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let id = input.id("response_id");
    let id = input.need("response_id", id).unwrap_or_default();
    let content = input.text("content", usize::MAX).map(str::to_owned);
    let steps = steps(&mut input);
    let is_internal = input.flag("is_internal");
    let notify = input.flag("notify").unwrap_or(false);
    if content.is_some() && !steps.is_empty() {
        input.refuse("replace", "Give content or replace, not both.");
    }
    if content.is_none() && steps.is_empty() && is_internal.is_none() && !input.is_wrong() {
        input.refuse("content", "There is nothing to change: give content, replace or is_internal.");
    }
    input.finish()?;
    let (response, _) = reference::response(world, call, id, "response_id")?;
    let body = new_body(response, content, &steps)?;
    let publishes = response.is_internal && is_internal == Some(false);
    if notify && !publishes {
        return Err(Refusal::field("notify", "Only publishing an internal response can notify."));
    }
    let (stored, images) = world.stored_body(body.as_deref());
    let now = world.now();
    if let Some(response) = world.response_mut(id) {
        if let Some(html) = stored {
            response.plain = plain_text(&html);
            response.html = Some(html);
            response.audit.push(format!("Edited by {}", call.owner()));
        }
        if let Some(is_internal) = is_internal.filter(|wanted| *wanted != response.is_internal) {
            response.is_internal = is_internal;
            let to = if is_internal { "internal" } else { "public" };
            response.audit.push(format!("Made {to} by {}", call.owner()));
        }
        response.updated_at = now;
    }
    for image in images {
        world.attach(id, image, true);
    }
    world.did(format!("response:{id}"), if notify { "updated, customer notified" } else { "updated" });
    Ok(Reply::data(json!({"response_id": id, "notified": notify})))
}

fn steps(input: &mut Input<'_>) -> Vec<Step> {
    let Some(items) = input.list("replace", 500) else { return Vec::new() };
    let mut steps = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let find = item.get("find").and_then(Value::as_str).filter(|find| !find.is_empty());
        // The server's middleware turns an empty string into null, so both delete.
        let replace = match item.get("replace") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Null) => Some(String::new()),
            _ => None,
        };
        match (find, replace) {
            (Some(find), Some(replace)) => steps.push(Step {
                find: find.to_owned(),
                replace,
                all: item.get("all").and_then(Value::as_bool).unwrap_or(false),
            }),
            (None, _) => input.refuse(&format!("replace.{index}.find"), "The find is a string that is not empty."),
            (_, None) => input.refuse(&format!("replace.{index}.replace"), "The replace is a string."),
        }
    }
    steps
}

fn new_body(response: &Response, content: Option<String>, steps: &[Step]) -> Result<Option<String>, Refusal> {
    if content.is_none() && steps.is_empty() {
        return Ok(None);
    }
    let field = if content.is_some() { "content" } else { "replace" };
    let Some(stored) = &response.html else {
        return Err(Refusal::field(field, "This response records a change and has no body."));
    };
    if !response.by_staff {
        return Err(Refusal::field(field, "The words of a customer are not changed; is_internal alone may be."));
    }
    if content.is_some() {
        return Ok(content);
    }
    let mut body = stored.clone();
    for (index, step) in steps.iter().enumerate() {
        let times = body.matches(&step.find).count();
        let fits = if step.all { times > 0 } else { times == 1 };
        if !fits {
            let wanted = if step.all { "at least once" } else { "exactly once" };
            let words = format!("The text must occur {wanted}; it occurs {times} times.");
            return Err(Refusal::field(&format!("replace.{index}.find"), words));
        }
        body = body.replace(&step.find, &step.replace);
    }
    Ok(Some(body))
}

/// Serves `tickets.response_delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let id = input.id("response_id");
    let id = input.need("response_id", id).unwrap_or_default();
    input.finish()?;
    reference::response(world, call, id, "response_id")?;
    let now = world.now();
    if let Some(response) = world.response_mut(id) {
        response.deleted_at = Some(now);
    }
    world.did(format!("response:{id}"), "deleted");
    Ok(Reply::data(json!({"response_id": id, "deleted": true})))
}
