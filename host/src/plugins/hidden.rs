//! Characters that a reader does not see, in what a third party writes.

use serde_json::Value;

use crate::contract::{Manifest, Tool};
use crate::redact::is_hidden;

/// Where the first hidden character of a manifest stands, and which it is: `tools/2/description`, U+200B.
pub(super) fn find(manifest: &Manifest) -> Option<(Option<&Tool>, String, char)> {
    let own = [("name", &manifest.name), ("version", &manifest.version), ("about", &manifest.about)];
    if let Some((place, character)) = own.iter().find_map(|(place, text)| Some((*place, one_line(text)?))) {
        return Some((None, place.to_owned(), character));
    }
    manifest.tools.iter().find_map(|tool| in_tool(tool).map(|(place, character)| (Some(tool), place, character)))
}

fn in_tool(tool: &Tool) -> Option<(String, char)> {
    let lines = [("name", &tool.name), ("title", &tool.title)];
    let at = |place: &str, character| (place.to_owned(), character);
    lines
        .iter()
        .find_map(|(place, text)| Some(at(place, one_line(text)?)))
        .or_else(|| tool.description.chars().find(|c| is_hidden(*c)).map(|c| at("description", c)))
        .or_else(|| tool.routes.iter().find_map(|route| Some(at("routes", one_line(route)?))))
        .or_else(|| tool.files.iter().find_map(|file| Some(at("files", one_line(&file.at)?))))
        .or_else(|| in_json("input", &tool.input))
        .or_else(|| tool.output.as_deref().and_then(|output| in_json("output", output)))
}

/// Also those that are written as escapes: the assistant reads what they stand for.
fn in_json(place: &str, text: &str) -> Option<(String, char)> {
    let value: Value = serde_json::from_str(text).ok()?;
    in_value(place, &value)
}

fn in_value(at: &str, value: &Value) -> Option<(String, char)> {
    let hidden = |text: &str| text.chars().find(|character| is_hidden(*character));
    match value {
        Value::String(text) => Some((at.to_owned(), hidden(text)?)),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| in_value(&format!("{at}/{index}"), item))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| match hidden(name) {
            Some(character) => Some((at.to_owned(), character)),
            None => in_value(&format!("{at}/{name}"), member),
        }),
        _ => None,
    }
}

fn one_line(text: &str) -> Option<char> {
    text.chars().find(|character| is_hidden(*character) || character.is_control())
}
