//! What all first-party tools cost an assistant before it does anything, and what they say.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tickiti_relay_sdk::Plugin;
use tickiti_relay_sdk::contract::{Access, Effect, Tool};

/// The relay's bound on `tools/list`, and what we aim at so that its own words fit too.
const LIST_BYTES: usize = 24 * 1024;
const AIM_BYTES: usize = 20 * 1024;
/// The contract's bound on a description.
const DESCRIPTION_BYTES: usize = 2 * 1024;

const PLUGINS: [&Plugin; 3] =
    [&tickiti_plugin_tickets::PLUGIN, &tickiti_plugin_reads::PLUGIN, &tickiti_plugin_generic::PLUGIN];

fn tools() -> Vec<Tool> {
    PLUGINS.iter().flat_map(|plugin| plugin.describe().tools).collect()
}

/// A tool as MCP lists it.
fn listed(tool: &Tool) -> Value {
    let parse = |text: &String| serde_json::from_str::<Value>(text).unwrap();
    let writes_files = tool.files.iter().any(|file| file.access == Access::Output);
    let mut listed = json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": parse(&tool.input),
        "annotations": {
            "readOnlyHint": tool.effect == Effect::Read && !writes_files,
            "destructiveHint": tool.effect == Effect::Destructive || writes_files,
            "idempotentHint": tool.idempotent,
            "openWorldHint": tool.open_world
        }
    });
    if let Some(output) = &tool.output {
        listed["outputSchema"] = parse(output);
    }
    listed
}

#[test]
fn the_list_is_short() {
    let tools = tools();
    let mut total = 0;
    for tool in &tools {
        let bytes = listed(tool).to_string().len();
        println!("{:22} {bytes:6} bytes, description {:5}", tool.name, tool.description.len());
        total += bytes + 1;
        assert!(tool.description.len() <= DESCRIPTION_BYTES, "{}", tool.name);
        assert!(!tool.description.contains("  "), "{} has a gap in its description", tool.name);
    }
    println!("{} tools, {total} bytes", tools.len());
    assert!(total <= AIM_BYTES && AIM_BYTES < LIST_BYTES, "{total} bytes");
}

#[test]
fn the_tools_are_those_of_the_original_in_its_order_and_then_our_own() {
    let names: Vec<_> = tools().into_iter().map(|tool| tool.name).collect();
    let original = [
        "create_ticket",
        "respond_to_ticket",
        "query_tickets",
        "get_ticket",
        "list_responses",
        "get_attachment",
        "query_responses",
        "export_responses",
        "list_perspectives",
        "list_watchlists",
        "list_stock_responses",
        "list_queues",
        "list_workflow",
        "run_report",
        "list_endpoints",
        "tickiti_call",
    ];
    let (first, own) = names.split_at(original.len());
    assert_eq!(first, original);
    assert_eq!(own, ["unsettled_writes", "settle_write"]);
}

#[test]
fn labels_are_true() {
    for tool in tools() {
        let name = tool.name.as_str();
        let effect = match name {
            "create_ticket" | "respond_to_ticket" | "settle_write" => Effect::Write,
            "tickiti_call" => Effect::Destructive,
            _ => Effect::Read,
        };
        assert_eq!(tool.effect, effect, "{name}");
        assert_eq!(tool.idempotent, effect == Effect::Read, "{name}");
        let words_of_people = [
            "create_ticket",
            "respond_to_ticket",
            "query_tickets",
            "get_ticket",
            "list_responses",
            "get_attachment",
            "query_responses",
            "tickiti_call",
        ];
        assert_eq!(tool.open_world, words_of_people.contains(&name), "{name}");
        assert_eq!(tool.routes == ["*"], name == "tickiti_call");
        assert!(!tool.routes.is_empty() && !tool.title.is_empty(), "{name}");
        assert!(tool.description.contains("eeds "), "{name} says what it needs");
    }
}

#[test]
fn every_schema_is_a_closed_object_without_references_and_every_top_argument_is_described() {
    for tool in tools() {
        let schema: Value = serde_json::from_str(&tool.input).unwrap();
        assert_eq!(schema["type"], "object", "{}", tool.name);
        assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
        for noise in ["$ref", "$defs", "$schema", "\"title\"", "\"format\":\"int", "\"format\":\"uint", "x-keeps-null"]
        {
            assert!(!tool.input.contains(noise), "{} has {noise}", tool.name);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{}.{name}", tool.name);
            assert!(property.get("type").is_some(), "{}.{name}: {property}", tool.name);
        }
    }
}

#[test]
fn tools_that_require_nothing_run_without_arguments() {
    for tool in tools() {
        let schema: Value = serde_json::from_str(&tool.input).unwrap();
        if schema.get("required").is_some() {
            continue;
        }
        let plugin =
            PLUGINS.iter().find(|plugin| plugin.describe().tools.iter().any(|known| known.name == tool.name)).unwrap();
        let run = tickiti_relay_sdk::testing::Given::call(plugin, &tool.name, json!({})).start();
        assert_eq!(run.relayed().1, json!({}), "{}", tool.name);
    }
}

#[test]
fn every_file_argument_exists_in_its_schema() {
    for tool in tools() {
        let schema: Value = serde_json::from_str(&tool.input).unwrap();
        for file in &tool.files {
            let mut at = &schema;
            for step in file.at.split('/').skip(1) {
                at = if step == "*" { &at["items"] } else { &at["properties"][step] };
            }
            assert_eq!(at["type"], "string", "{} {}", tool.name, file.at);
        }
    }
}
