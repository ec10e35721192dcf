//! What a manifest must be like for its tools to be served.

use crate::contract::{Manifest, Tool};
use crate::limits;

use super::schema::Schema;

/// Why a plugin is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}`{}: {reason}", tool.as_ref().map(|tool| format!(", tool `{tool}`")).unwrap_or_default())]
pub struct Fault {
    /// Name of the plugin, as it gave it.
    pub plugin: String,
    /// Name of the tool, when it is about one.
    pub tool: Option<String>,
    /// What is wrong, and how it must be.
    pub reason: String,
}

/// Every fault of a manifest. `taken` tells whether another plugin has a tool of that name.
pub(super) fn faults(manifest: &Manifest, taken: impl Fn(&str) -> bool) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut fault = |tool: Option<&Tool>, reason: String| {
        found.push(Fault { plugin: manifest.name.clone(), tool: tool.map(|tool| tool.name.clone()), reason });
    };
    if !is_name(&manifest.name, 2, 15, false) {
        fault(None, "its name must be 2 to 15 characters, a lower-case letter and then letters and digits".into());
    }
    for (at, tool) in manifest.tools.iter().enumerate() {
        if !is_name(&tool.name, 1, limits::TOOL_NAME_CHARS, true) {
            fault(
                Some(tool),
                format!(
                    "its name must be 1 to {} characters, a lower-case letter and then letters, digits and `_`",
                    limits::TOOL_NAME_CHARS
                ),
            );
        }
        if manifest.tools.iter().take(at).any(|earlier| earlier.name == tool.name) || taken(&tool.name) {
            fault(Some(tool), "another tool has the same name".into());
        }
        if tool.description.len() > limits::DESCRIPTION_BYTES {
            fault(
                Some(tool),
                format!("its description has {} bytes, more than {}", tool.description.len(), limits::DESCRIPTION_BYTES),
            );
        }
        if tool.input.len() > limits::SCHEMA_BYTES {
            fault(Some(tool), format!("its schema has {} bytes, more than {}", tool.input.len(), limits::SCHEMA_BYTES));
        } else if let Err(reason) = Schema::check(&tool.input) {
            fault(Some(tool), reason);
        }
    }
    found
}

fn is_name(name: &str, least: usize, most: usize, underscore: bool) -> bool {
    (least..=most).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || (underscore && c == '_'))
}
