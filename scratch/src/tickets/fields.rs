//! Body fields that several ticket routes share: assignee, priority, status, hold, files, tags.

use serde_json::Value;

use crate::collection::{flag, same, text};
use crate::html::{plain_text, tags};
use crate::input::Input;
use crate::tickets::model::{Priority, Status};
use crate::tickets::write::FileRef;
use crate::world::World;

/// An assignee: an address of staff, `team:<id>`, or nobody.
pub fn assignee(input: &mut Input<'_>, path: &str, world: &World) -> Option<Option<String>> {
    let given = input.text(path, 255)?;
    if same(given, "Unassigned") {
        return Some(None);
    }
    let known = match given.strip_prefix("team:") {
        Some(id) => id.parse().ok().and_then(|id| world.rows("teams").get(id)).map(|_| given.to_owned()),
        None => Some(given.to_lowercase()).filter(|email| world.is_staff(email)),
    };
    if known.is_none() {
        input.refuse(path, format!("{given} is neither an address of staff nor a team."));
    }
    known.map(Some)
}

/// A priority by word or code.
pub fn priority(input: &mut Input<'_>, path: &str) -> Option<Priority> {
    let given = crate::input::scalar_text(input.value(path)?)?;
    let priority = Priority::read(&given);
    if priority.is_none() {
        input.refuse(path, "The priority is one of Low, Normal, High, Urgent or 10, 20, 30, 40.");
    }
    priority
}

/// A status.
pub fn status(input: &mut Input<'_>, path: &str) -> Option<Status> {
    let given = input.text(path, 255)?;
    let status = Status::read(given);
    if status.is_none() {
        input.refuse(path, "The status is one of open, on-hold, closed.");
    }
    status
}

/// Status and hold together: a hold needs a date, a date alone is a hold, `open` and `closed` have none.
pub fn status_and_hold(input: &mut Input<'_>, status_path: &str, hold_path: &str) -> (Option<Status>, Option<String>) {
    let given = status(input, status_path);
    let until = input.date(hold_path);
    match (given, until) {
        (Some(Status::OnHold), None) => {
            input.need::<()>(hold_path, None);
            (None, None)
        }
        (Some(Status::OnHold) | None, Some(until)) => (Some(Status::OnHold), Some(until)),
        (given, _) => (given, None),
    }
}

/// A queue by name.
pub fn queue(input: &mut Input<'_>, path: &str, world: &World, sees: impl Fn(u64) -> bool) -> Option<u64> {
    let name = input.text(path, 255)?;
    let queue = world.queue(name).map(|(id, _)| id).filter(|id| sees(*id));
    if queue.is_none() {
        input.refuse(path, format!("There is no queue named {name}."));
    }
    queue
}

/// A resolution category by id or name; it must be one that can be chosen.
pub fn resolution(input: &mut Input<'_>, path: &str, world: &World) -> Option<u64> {
    let given = input.value(path)?;
    let known = world.rows("resolutions").named("name", given).filter(|(_, row)| flag(row, "selectable"));
    if known.is_none() {
        input.refuse(path, "There is no such resolution category.");
    }
    known.map(|(id, _)| id)
}

/// References to uploaded files: `[{sha256, name, file_size}]`.
pub fn files(input: &mut Input<'_>, path: &str, world: &World) -> Vec<FileRef> {
    let Some(items) = input.list(path, 100) else { return Vec::new() };
    let mut files = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let member = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(bytes) = member("sha256").and_then(|digest| world.blobs.get(digest)) else {
            input.refuse(&format!("{path}.{index}.sha256"), "No file with this sha256 was uploaded.");
            continue;
        };
        let size = item.get("file_size").and_then(crate::input::integer);
        if size.is_some_and(|size| usize::try_from(size) != Ok(bytes.len())) {
            input.refuse(&format!("{path}.{index}.file_size"), "The file_size is not that of the uploaded file.");
            continue;
        }
        match (member("sha256"), member("name")) {
            (Some(digest), Some(name)) => files.push(FileRef { name: name.to_owned(), sha256: digest.to_owned() }),
            _ => input.refuse(&format!("{path}.{index}.name"), "The name is required."),
        }
    }
    files
}

/// `@tags` and `#hashtags` in a body that match nobody and nothing.
#[must_use]
pub fn unmatched_tags(world: &World, html: &str) -> Vec<String> {
    let body = plain_text(html);
    let people = |tag: &String| {
        let users = world.rows("users").rows().filter(|user| flag(user, "is_staff"));
        let mut names = users.flat_map(|user| [text(user, "name"), text(user, "email")]);
        let is_person = names.any(|name| {
            same(name, tag)
                || name.split([' ', '@']).next().is_some_and(|first| same(first, tag))
                || name.split('@').next().is_some_and(|local| same(local, tag))
        });
        is_person || world.rows("teams").rows().any(|team| same(&text(team, "name").replace(' ', "-"), tag))
    };
    let known = |tag: &String| world.rows("hashtags").find("tag", tag).is_some();
    let at = tags(&body, '@').into_iter().filter(|tag| !people(tag)).map(|tag| format!("@{tag}"));
    let hash = tags(&body, '#').into_iter().filter(|tag| !known(tag)).map(|tag| format!("#{tag}"));
    at.chain(hash).collect()
}
