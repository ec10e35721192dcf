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
                format!(
                    "its description has {} bytes, more than {}",
                    tool.description.len(),
                    limits::DESCRIPTION_BYTES
                ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Effect;

    fn tool(name: &str) -> Tool {
        Tool {
            name: name.into(),
            title: String::new(),
            description: String::new(),
            input: r#"{"type":"object"}"#.into(),
            output: None,
            effect: Effect::Read,
            idempotent: true,
            open_world: false,
            routes: Vec::new(),
            files: Vec::new(),
        }
    }

    fn reasons(name: &str, tools: Vec<Tool>) -> Vec<String> {
        let manifest = Manifest { name: name.into(), version: "1.0.0".into(), about: String::new(), tools };
        faults(&manifest, |taken| taken == "taken").into_iter().map(|fault| fault.to_string()).collect()
    }

    fn schema(bytes: usize) -> String {
        let rest = r#"{"type":"object","title":""}"#.len();
        format!(r#"{{"type":"object","title":"{}"}}"#, "x".repeat(bytes - rest))
    }

    #[test]
    fn tool_limits_obeyed() {
        let long_name = "a".repeat(limits::TOOL_NAME_CHARS);
        let wordy = Tool { description: "x".repeat(limits::DESCRIPTION_BYTES), ..tool("wordy") };
        let detailed = Tool { input: schema(limits::SCHEMA_BYTES), ..tool("detailed") };
        assert_eq!(reasons("ab", vec![tool(&long_name), wordy, detailed]), Vec::<String>::new());
    }

    #[test]
    fn tool_limits_violated() {
        let long_name = "a".repeat(limits::TOOL_NAME_CHARS + 1);
        let wordy = Tool { description: "x".repeat(limits::DESCRIPTION_BYTES + 1), ..tool("wordy") };
        let detailed = Tool { input: schema(limits::SCHEMA_BYTES + 1), ..tool("detailed") };
        assert_eq!(reasons("ab", vec![tool(&long_name), wordy, detailed]).len(), 3);
    }

    #[test]
    fn every_other_fault_is_told() {
        let list = Tool { input: r#"{"type":"array"}"#.into(), ..tool("list") };
        let broken = Tool { input: "{".into(), ..tool("broken") };
        let tools = vec![tool("Upper"), tool("twice"), tool("twice"), tool("taken"), list, broken];
        insta::assert_snapshot!(reasons("x", tools).join("\n"), @r#"
        plugin `x`: its name must be 2 to 15 characters, a lower-case letter and then letters and digits
        plugin `x`, tool `Upper`: its name must be 1 to 40 characters, a lower-case letter and then letters, digits and `_`
        plugin `x`, tool `twice`: another tool has the same name
        plugin `x`, tool `taken`: another tool has the same name
        plugin `x`, tool `list`: its schema must be that of an object: `"type": "object"`
        plugin `x`, tool `broken`: its schema is not JSON: EOF while parsing an object at line 1 column 1
        "#);
    }

    #[test]
    fn a_plugin_with_a_fault_is_left_out_and_the_others_are_served() {
        use crate::admit::Grant;
        use crate::contract::{Answer, Call, Guest, GuestFault, Reply};
        use crate::plugins::{Catalogue, Installed};
        use futures_util::future::{BoxFuture, FutureExt};
        use std::sync::Arc;

        struct Nobody;
        impl Guest for Nobody {
            fn start(&self, _: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
                std::future::ready(Err(GuestFault::Exit)).boxed()
            }
            fn resume(&self, _: Arc<Call>, _: String, _: Vec<Answer>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
                std::future::ready(Err(GuestFault::Exit)).boxed()
            }
        }
        let installed = |name: &str, tools| Installed {
            manifest: Manifest { name: name.into(), version: "1.0.0".into(), about: String::new(), tools },
            grant: Grant::all(),
            guest: Arc::new(Nobody),
        };
        let plugins = [
            installed("good", vec![tool("one")]),
            installed("bad", vec![tool("two"), tool("one")]),
            installed("fine", vec![tool("three")]),
        ];
        let (catalogue, faults) = Catalogue::new(plugins);
        assert_eq!(catalogue.iter().map(|entry| entry.tool.name.as_str()).collect::<Vec<_>>(), ["one", "three"]);
        assert_eq!(faults.len(), 1);
    }
}
