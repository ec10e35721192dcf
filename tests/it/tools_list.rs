//! What an assistant pays before it does anything, and what it learns for it.

use serde_json::Value;

use crate::support::{TOOLS, alone};

const KIB: usize = 1024;

#[test]
fn the_tools_of_the_original_in_its_order_and_then_our_own() {
    let tools = alone().tools().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS);
}

#[test]
fn the_list_has_at_most_24_kib() {
    let mut relay = alone();
    let before = relay.stdout().len();
    relay.tools().unwrap();
    let bytes = relay.stdout().len() - before;
    println!("tools/list: {bytes} bytes");
    assert!(bytes <= 24 * KIB, "{bytes} bytes");
}

#[test]
fn each_tool_says_what_it_is() {
    for tool in alone().tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let description = tool["description"].as_str().unwrap();
        assert!(!description.is_empty() && description.len() <= 2 * KIB, "{name}: {} bytes", description.len());
        assert!(tool["title"].as_str().is_some_and(|title| !title.is_empty()), "{name}");
        assert!(name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
    }
}

#[test]
fn each_description_names_the_abilities_or_that_none_are_needed() {
    for tool in alone().tools().unwrap() {
        let description = tool["description"].as_str().unwrap();
        let told = description.contains(":read") || description.contains(":write");
        let told =
            told || description.contains("needs no ability") || description.contains("Needs what the endpoint needs");
        assert!(told, "{}: {description}", tool["name"]);
    }
}

#[test]
fn each_tool_gives_all_four_hints() {
    // (read-only, destructive, idempotent, open world). What writes a file is no mere read, and may replace one.
    let told = |name: &str| match name {
        "create_ticket" | "respond_to_ticket" => (false, false, false, true),
        "tickiti_call" => (false, true, false, true),
        "settle_write" => (false, false, false, false),
        "get_attachment" => (false, true, true, true),
        "export_responses" => (false, true, true, false),
        "query_tickets" | "get_ticket" | "list_responses" | "query_responses" => (true, false, true, true),
        _ => (true, false, true, false),
    };
    for tool in alone().tools().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let hint = |hint: &str| tool["annotations"][hint].as_bool().unwrap_or_else(|| panic!("{name} has no {hint}"));
        let hints = (hint("readOnlyHint"), hint("destructiveHint"), hint("idempotentHint"), hint("openWorldHint"));
        assert_eq!(hints, told(name), "{name}");
    }
}

#[test]
fn each_schema_is_a_plain_closed_object() {
    for tool in alone().tools().unwrap() {
        let schema = &tool["inputSchema"];
        assert_eq!(schema["type"], "object", "{tool}");
        assert_eq!(schema["additionalProperties"], false, "{tool}");
        for word in ["oneOf", "anyOf", "allOf", "$ref"] {
            assert!(schema.get(word).is_none(), "some models refuse {word} at the root: {tool}");
        }
        assert!(!schema.to_string().contains("\"$ref\""), "{tool}");
    }
}

#[test]
fn each_argument_is_described() {
    fn undescribed(at: &str, schema: &Value, found: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            if property["description"].as_str().is_none_or(str::is_empty) {
                found.push(at.clone());
            }
            undescribed(&at, property, found);
            undescribed(&at, &property["items"], found);
        }
    }
    let mut found = Vec::new();
    for tool in alone().tools().unwrap() {
        undescribed(tool["name"].as_str().unwrap(), &tool["inputSchema"], &mut found);
    }
    // A member of the cursor that is handed back as it came; nobody makes one up.
    assert_eq!(found, ["query_responses.cursor.created_at"]);
}

#[test]
fn the_whole_list() {
    let tools = Value::Array(alone().tools().unwrap());
    insta::assert_snapshot!("tools_list", format!("{tools:#}"));
}
