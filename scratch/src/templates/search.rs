//! `templates/search`: words and quoted phrases in templates, FAQs and stock responses.

use serde_json::Value;

use crate::call::Call;
use crate::collection::{Row, text};
use crate::passthrough::{listed, picked};
use crate::reply::{Refusal, Reply};
use crate::templates::store::{COLLECTION, shown};
use crate::world::World;

const SEARCHED: &[&str] = &["identifier", "subject", "content", "keywords"];
const FOUND: &[&str] = &["id", "type", "identifier", "subject", "category", "subcategory", "keywords", "is_enabled"];

/// Serves `templates.search`. Without `search` nothing is found, which is no failure. `mode` is taken and not looked at:
/// only its default is known.
pub(super) fn search(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let wanted = terms(input.text("search", 255).unwrap_or_default());
    input.text("mode", 255);
    let kind = input.text("type", 255);
    input.finish()?;
    let holds_all = |row: &&Row| {
        let all: Vec<&str> = SEARCHED.iter().map(|name| text(row, name)).collect();
        let all = all.join("\n").to_lowercase();
        !wanted.is_empty() && wanted.iter().all(|term| all.contains(term))
    };
    let of_kind = |row: &&Row| kind.is_none_or(|kind| text(row, "type") == kind);
    let found: Vec<Value> = world
        .rows(COLLECTION)
        .rows()
        .filter(of_kind)
        .filter(holds_all)
        .map(|row| Value::Object(picked(&shown(world, row), FOUND)))
        .collect();
    Ok(listed(world, "templates", found))
}

/// Words, and phrases in double quotes, in lower case.
fn terms(search: &str) -> Vec<String> {
    let search = search.to_lowercase();
    let parts = search.split('"').enumerate().flat_map(|(index, part)| {
        let is_phrase = index % 2 == 1;
        let words: Vec<&str> = if is_phrase { vec![part.trim()] } else { part.split_whitespace().collect() };
        words
    });
    parts.filter(|term| !term.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_stay_together() {
        assert_eq!(terms(r#"Tent "pole  repair" x"#), ["tent", "pole  repair", "x"]);
        assert_eq!(terms(r#" "" "open"#), ["open"]);
    }
}
