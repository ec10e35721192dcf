//! Puts one entry into a client's JSON file, or takes it out. Pure: from text to text.

use serde_json::{Map, Value};

/// One entry in one section of a JSON object.
pub(super) struct Edit<'a> {
    /// The member that holds the servers.
    pub(super) section: &'a str,
    /// Name of the entry.
    pub(super) name: &'a str,
    /// What it becomes; none takes it out.
    pub(super) entry: Option<&'a Value>,
}

/// Why a file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It has comments, or is damaged.
    #[error("it is not plain JSON ({0}; comments cannot be kept)")]
    NotJson(String),
    /// It, or its section, is something else than an object.
    #[error("it is not an object with an object `{0}`")]
    Shape(String),
}

impl Edit<'_> {
    /// The file's text with the entry in its place; all else keeps its order.
    pub(super) fn apply(&self, text: Option<&str>) -> Result<Option<String>, EditError> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return match self.entry {
                Some(_) => self.apply(Some("{}")),
                None => Ok(None),
            };
        };
        let mut document: Value = serde_json::from_str(text).map_err(|error| EditError::NotJson(error.to_string()))?;
        let shape = || EditError::Shape(self.section.to_owned());
        let servers = document
            .as_object_mut()
            .ok_or_else(shape)?
            .entry(self.section)
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
            .ok_or_else(shape)?;
        let before = servers.get(self.name).cloned();
        match self.entry {
            Some(entry) => drop(servers.insert(self.name.to_owned(), entry.clone())),
            None => drop(servers.shift_remove(self.name)),
        }
        if before.as_ref() == self.entry {
            return Ok(Some(text.to_owned()));
        }
        let mut text =
            serde_json::to_string_pretty(&document).map_err(|error| EditError::NotJson(error.to_string()))?;
        text.push('\n');
        Ok(Some(text))
    }
}

/// The entry of this name, if the text has one.
pub(super) fn entry(text: &str, section: &str, name: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text).ok()?.get(section)?.get(name).cloned()
}

/// Whether two texts say the same, but for an empty section that one of them lacks.
pub(super) fn same(left: &str, right: &str, section: &str) -> bool {
    let normal = |text: &str| {
        let Ok(Value::Object(mut document)) = serde_json::from_str::<Value>(text) else { return None };
        if document.get(section).and_then(Value::as_object).is_some_and(Map::is_empty) {
            document.shift_remove(section);
        }
        Some(document)
    };
    normal(left).is_some_and(|left| normal(right) == Some(left))
}

/// Whether nothing is left but the empty section.
pub(super) fn is_empty(text: &str, section: &str) -> bool {
    same(text, "{}", section)
}
