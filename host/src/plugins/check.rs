//! What a manifest must be like for its tools to be served.

use serde_json::Value;
use tickiti_relay_routes::Table;

use super::names::{BadName, is_name, judge_plugin};
use super::schema::Schema;
use super::{Origin, hidden, public_name, schema_bounds};
use crate::admit;
use crate::contract::{Manifest, Tool};
use crate::limits;

/// Why a plugin is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("plugin `{plugin}`{}{}: {reason}", tool_words(tool.as_deref()), place_words(at))]
pub struct Fault {
    /// Name of the plugin, as it gave it.
    pub plugin: String,
    /// Name of the tool, when it is about one.
    pub tool: Option<String>,
    /// Where in the plugin or tool: `input/properties/x`; empty for the whole.
    pub at: String,
    /// What is wrong, and how it must be.
    pub reason: String,
}

fn tool_words(tool: Option<&str>) -> String {
    tool.map(|tool| format!(", tool `{tool}`")).unwrap_or_default()
}

fn place_words(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(", at `{at}`") }
}

/// Collects the faults of one manifest.
struct Faults<'m> {
    manifest: &'m Manifest,
    found: Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, tool: Option<&Tool>, at: &str, reason: impl Into<String>) {
        self.found.push(Fault {
            plugin: self.manifest.name.clone(),
            tool: tool.map(|tool| tool.name.clone()),
            at: at.to_owned(),
            reason: reason.into(),
        });
    }
}

/// Every fault of a manifest by itself. `routes` is asked about third parties only: what a built-in plugin may send is known
/// when it is built.
pub fn faults(manifest: &Manifest, origin: &Origin, routes: &Table) -> Vec<Fault> {
    let mut faults = Faults { manifest, found: Vec::new() };
    form(&mut faults, origin);
    if *origin == Origin::Added {
        strangers(&mut faults, routes);
    }
    faults.found
}

/// Names, sizes and schemas.
fn form(faults: &mut Faults<'_>, origin: &Origin) {
    let manifest = faults.manifest;
    if *origin == Origin::BuiltIn && !is_name(&manifest.name, 2, 15, false) {
        faults.add(None, "name", NAME_FORM);
    }
    for (at, tool) in manifest.tools.iter().enumerate() {
        let public = public_name(origin, &manifest.name, &tool.name);
        if !is_name(&tool.name, 1, limits::TOOL_NAME_CHARS, true) {
            let most = limits::TOOL_NAME_CHARS;
            let reason = format!(
                "its name must be 1 to {most} characters, a lower-case letter and then letters, digits and `_`"
            );
            faults.add(Some(tool), "name", reason);
        } else if public.len() > limits::TOOL_NAME_CHARS {
            let most = limits::TOOL_NAME_CHARS;
            faults.add(
                Some(tool),
                "name",
                format!("it is listed as `{public}`, more than {most} characters: shorten its name"),
            );
        }
        if manifest.tools.iter().take(at).any(|earlier| earlier.name == tool.name) {
            faults.add(Some(tool), "name", "another tool has the same name");
        }
        if tool.description.len() > limits::DESCRIPTION_BYTES {
            let (has, most) = (tool.description.len(), limits::DESCRIPTION_BYTES);
            faults.add(Some(tool), "description", format!("its description has {has} bytes, more than {most}"));
        }
        for (at, text) in schemas_of(tool) {
            if text.len() > limits::SCHEMA_BYTES {
                let (has, most) = (text.len(), limits::SCHEMA_BYTES);
                faults.add(Some(tool), at, format!("its schema has {has} bytes, more than {most}"));
            } else if let Err(reason) = Schema::check(text) {
                faults.add(Some(tool), at, reason);
            }
        }
    }
}

/// The schemas of a tool, each with its place.
fn schemas_of(tool: &Tool) -> impl Iterator<Item = (&'static str, &str)> {
    std::iter::once(("input", tool.input.as_str())).chain(tool.output.as_deref().map(|output| ("output", output)))
}

const NAME_FORM: &str = "its name must be 2 to 15 characters, a lower-case letter and then letters and digits";

/// What is wrong with the name of a third party's plugin.
pub fn name_fault(name: &str) -> Option<String> {
    match judge_plugin(name, &super::builtin::families()) {
        Ok(()) => None,
        Err(BadName::Form) => Some(NAME_FORM.to_owned()),
        Err(BadName::Like(known)) => {
            Some(format!("its name is reserved, or looks like `{known}`, which is: give it another"))
        }
    }
}

/// What is asked of a plugin that nobody of ours has looked at.
fn strangers(faults: &mut Faults<'_>, routes: &Table) {
    let manifest = faults.manifest;
    if let Some(reason) = name_fault(&manifest.name) {
        faults.add(None, "name", reason);
    }
    if let Some((tool, at, character)) = hidden::find(manifest) {
        let reason = format!("it holds a character that nobody sees (U+{:04X}): take it out", u32::from(character));
        faults.add(tool, &at, reason);
    }
    for (at, text) in [("version", &manifest.version), ("about", &manifest.about)] {
        if text.trim().is_empty() || text.chars().count() > limits::ABOUT_CHARS {
            faults.add(None, at, format!("it must be one line of 1 to {} characters", limits::ABOUT_CHARS));
        }
    }
    if manifest.tools.is_empty() || manifest.tools.len() > limits::PLUGIN_TOOLS {
        faults.add(
            None,
            "tools",
            format!("it has {} tools; 1 to {} are taken", manifest.tools.len(), limits::PLUGIN_TOOLS),
        );
    }
    for tool in &manifest.tools {
        if tool.title.trim().is_empty() || tool.title.chars().count() > limits::ABOUT_CHARS {
            faults.add(Some(tool), "title", format!("it must be one line of 1 to {} characters", limits::ABOUT_CHARS));
        }
        if tool.description.trim().is_empty() {
            faults.add(Some(tool), "description", "the assistant must be told what the tool does");
        }
        schemas(faults, tool);
        effect(faults, tool, routes);
    }
}

fn schemas(faults: &mut Faults<'_>, tool: &Tool) {
    // What is too large or no schema of an object was told already.
    let sized = schemas_of(tool).filter(|(_, text)| text.len() <= limits::SCHEMA_BYTES);
    for (at, value) in sized.filter_map(|(at, text)| Some((at, serde_json::from_str::<Value>(text).ok()?))) {
        if let Some((place, reason)) = schema_bounds::out_of_bounds(&value) {
            faults.add(Some(tool), &format!("{at}{place}"), reason);
        } else if let Some(name) = true_or_false(&value) {
            let reason = "it is `true` or `false`, and some clients then refuse every tool of the relay: write what the \
                          value is, or `{}` for any";
            faults.add(Some(tool), &format!("{at}/properties/{name}"), reason);
        } else if let Err(reason) = Schema::of_value(value) {
            faults.add(Some(tool), at, reason);
        }
    }
}

/// The first property that is no object: JSON Schema knows `true` and `false` too, and MCP's clients before 2026 do not.
fn true_or_false(schema: &Value) -> Option<&str> {
    let properties = schema.get("properties")?.as_object()?;
    properties.iter().find(|(_, property)| property.is_boolean()).map(|(name, _)| name.as_str())
}

/// What a tool says that it does must be what its routes do: one that says less could never send, and would mislead a person.
fn effect(faults: &mut Faults<'_>, tool: &Tool, routes: &Table) {
    for name in tool.routes.iter().filter(|name| *name != "*") {
        match admit::local(name).or_else(|| routes.get(name)) {
            None => {
                let near =
                    routes.nearest(name).first().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                faults.add(Some(tool), "routes", format!("`{name}` is not an endpoint of this helpdesk{near}"));
            }
            Some(route) if !admit::allows(tool.effect, route.class) => {
                let class = format!("{:?}", route.class).to_lowercase();
                let says = format!("{:?}", tool.effect).to_lowercase();
                faults.add(
                    Some(tool),
                    "effect",
                    format!("it says `{says}`, and its endpoint `{name}` is of class {class}"),
                );
            }
            Some(_) => {}
        }
    }
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
        let found = faults(&manifest, &Origin::BuiltIn, Table::builtin());
        found.into_iter().map(|fault| fault.to_string()).collect()
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
        let talkative = Tool { output: Some(schema(limits::SCHEMA_BYTES + 1)), ..tool("talkative") };
        assert_eq!(reasons("ab", vec![tool(&long_name), wordy, detailed, talkative]).len(), 4);
    }

    #[test]
    fn every_other_fault_is_told() {
        let list = Tool { input: r#"{"type":"array"}"#.into(), ..tool("list") };
        let broken = Tool { input: "{".into(), ..tool("broken") };
        let answers_a_list = Tool { output: Some(r#"{"type":"array"}"#.into()), ..tool("rows") };
        let tools = vec![tool("Upper"), tool("twice"), tool("twice"), list, broken, answers_a_list];
        insta::assert_snapshot!(reasons("x", tools).join("\n"), @r#"
        plugin `x`, at `name`: its name must be 2 to 15 characters, a lower-case letter and then letters and digits
        plugin `x`, tool `Upper`, at `name`: its name must be 1 to 40 characters, a lower-case letter and then letters, digits and `_`
        plugin `x`, tool `twice`, at `name`: another tool has the same name
        plugin `x`, tool `list`, at `input`: its schema must be that of an object: `"type": "object"`
        plugin `x`, tool `broken`, at `input`: its schema is not JSON: EOF while parsing an object at line 1 column 1
        plugin `x`, tool `rows`, at `output`: its schema must be that of an object: `"type": "object"`
        "#);
    }

    fn of_a_stranger(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
        let tool = Tool {
            title: "Look".into(),
            description: "Looks.".into(),
            routes: vec!["tickets.query".into()],
            ..tool("look")
        };
        let mut manifest =
            Manifest { name: "digest".into(), version: "1.0.0".into(), about: "Looks.".into(), tools: vec![tool] };
        change(&mut manifest);
        let found = faults(&manifest, &Origin::Added, Table::builtin());
        found.into_iter().map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn a_stranger_is_judged_more_closely() {
        assert_eq!(of_a_stranger(|_| ()), Vec::<String>::new());
        let changes: [fn(&mut Manifest); 20] = [
            |manifest| manifest.name = "ticket".into(),
            |manifest| manifest.name = "Digest".into(),
            |manifest| manifest.about = "See\u{200b} all.".into(),
            |manifest| manifest.about = String::new(),
            |manifest| manifest.version = "1\n2".into(),
            |manifest| manifest.tools.clear(),
            |manifest| manifest.tools[0].title = "a\u{202e}b".into(),
            |manifest| manifest.tools[0].description = "tag \u{e0041}".into(),
            |manifest| {
                manifest.tools[0].input = r#"{"type":"object","properties":{"x":{"description":"a\u200bb"}}}"#.into();
            },
            |manifest| manifest.tools[0].input = r#"{"type":"object","properties":{"x":{"type":"strin"}}}"#.into(),
            |manifest| manifest.tools[0].input = r##"{"type":"object","$ref":"#"}"##.into(),
            |manifest| manifest.tools[0].input = r#"{"type":"object","properties":{"x":true}}"#.into(),
            |manifest| manifest.tools[0].output = Some("{".into()),
            |manifest| manifest.tools[0].output = Some(r#"{"type":"array"}"#.into()),
            |manifest| manifest.tools[0].output = Some(r#"{"type":["object","null"]}"#.into()),
            |manifest| manifest.tools[0].output = Some(r#"{"type":"object","properties":{"x":false}}"#.into()),
            |manifest| manifest.tools[0].routes = vec!["tickets.qurey".into()],
            |manifest| manifest.tools[0].routes = vec!["tickets.delete".into()],
            |manifest| manifest.tools[0].routes = vec!["relay.settle_write".into()],
            |manifest| manifest.tools[0].routes = vec!["relay.token".into()],
        ];
        let texts: Vec<String> = changes.into_iter().flat_map(of_a_stranger).collect();
        insta::assert_snapshot!(texts.join("\n"), @r#"
        plugin `ticket`, at `name`: its name is reserved, or looks like `tickets`, which is: give it another
        plugin `Digest`, at `name`: its name must be 2 to 15 characters, a lower-case letter and then letters and digits
        plugin `digest`, at `about`: it holds a character that nobody sees (U+200B): take it out
        plugin `digest`, at `about`: it must be one line of 1 to 200 characters
        plugin `digest`, at `version`: it holds a character that nobody sees (U+000A): take it out
        plugin `digest`, at `tools`: it has 0 tools; 1 to 32 are taken
        plugin `digest`, tool `look`, at `title`: it holds a character that nobody sees (U+202E): take it out
        plugin `digest`, tool `look`, at `description`: it holds a character that nobody sees (U+E0041): take it out
        plugin `digest`, tool `look`, at `input/properties/x/description`: it holds a character that nobody sees (U+200B): take it out
        plugin `digest`, tool `look`, at `input`: its schema is not valid: "strin" is not valid under any of the schemas listed in the 'anyOf' keyword
        plugin `digest`, tool `look`, at `input/$ref`: a `$ref` may only lead to another place of the same schema (`#/$defs/…`)
        plugin `digest`, tool `look`, at `input/properties/x`: it is `true` or `false`, and some clients then refuse every tool of the relay: write what the value is, or `{}` for any
        plugin `digest`, tool `look`, at `output`: its schema is not JSON: EOF while parsing an object at line 1 column 1
        plugin `digest`, tool `look`, at `output`: its schema must be that of an object: `"type": "object"`
        plugin `digest`, tool `look`, at `output`: its schema must be that of an object: `"type": "object"`
        plugin `digest`, tool `look`, at `output/properties/x`: it is `true` or `false`, and some clients then refuse every tool of the relay: write what the value is, or `{}` for any
        plugin `digest`, tool `look`, at `routes`: `tickets.qurey` is not an endpoint of this helpdesk; did you mean `tickets.query`?
        plugin `digest`, tool `look`, at `effect`: it says `read`, and its endpoint `tickets.delete` is of class destructive
        plugin `digest`, tool `look`, at `effect`: it says `read`, and its endpoint `relay.settle_write` is of class write
        plugin `digest`, tool `look`, at `routes`: `relay.token` is not an endpoint of this helpdesk; did you mean `token.show`?
        "#);
    }

    #[test]
    fn plugin_tools_and_about_chars_obeyed_and_violated() {
        let tools = |count: usize| {
            move |manifest: &mut Manifest| {
                let first = manifest.tools[0].clone();
                manifest.tools = (0..count).map(|n| Tool { name: format!("t{n}"), ..first.clone() }).collect();
            }
        };
        assert_eq!(of_a_stranger(tools(limits::PLUGIN_TOOLS)), Vec::<String>::new());
        assert_eq!(of_a_stranger(tools(limits::PLUGIN_TOOLS + 1)).len(), 1);
        assert_eq!(of_a_stranger(|manifest| manifest.about = "x".repeat(limits::ABOUT_CHARS)), Vec::<String>::new());
        assert_eq!(of_a_stranger(|manifest| manifest.about = "x".repeat(limits::ABOUT_CHARS + 1)).len(), 1);
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
            origin: Origin::BuiltIn,
            grant: Grant::all(),
            settings: Ok("{}".into()),
            guest: Arc::new(Nobody),
        };
        let plugins = [
            installed("good", vec![tool("one")]),
            installed("bad", vec![tool("two"), tool("one")]),
            installed("fine", vec![tool("three")]),
        ];
        let (catalogue, faults) = Catalogue::new(plugins, Table::builtin());
        assert_eq!(catalogue.iter().map(|entry| entry.public.as_str()).collect::<Vec<_>>(), ["one", "three"]);
        assert_eq!(faults.len(), 1);
    }
}
