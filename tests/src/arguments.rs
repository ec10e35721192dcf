//! Arguments made from a tool's schema: of every kind that it allows, and nothing but what it allows.

use serde_json::{Map, Number, Value, json};

use crate::random::Random;

/// Texts that a body must carry as they are.
const TEXTS: [&str; 12] = [
    "",
    "a",
    "Hello, it does not print.",
    "Grüße, 😀 and 漢字",
    "<p>A \"quoted\" word &amp; more</p>",
    "two\nlines\twith a tab",
    "\\ / \u{7f} \u{2028}",
    "{\"json\":[1,2]}",
    "709383",
    "null",
    "ann@example.com",
    "    spaces    ",
];

/// A value that fits the schema, or nearly: a rule that this maker does not know may still refuse it.
pub fn value(schema: &Value, random: &mut Random) -> Value {
    let Some(schema) = schema.as_object() else { return json!({}) };
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(one) = schema.get("enum").and_then(Value::as_array).and_then(|all| random.one(all)) {
        return one.clone();
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(one) = schema.get(keyword).and_then(Value::as_array).and_then(|all| random.one(all)) {
            return value(one, random);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => random.one(kinds).and_then(Value::as_str),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ if schema.contains_key("properties") => Some("object"),
        _ => random.one(&["string", "integer", "boolean", "null"]).copied(),
    };
    match kind {
        Some("object") => object(schema, random),
        Some("array") => array(schema, random),
        Some("integer") => Value::Number(integer(schema, random)),
        Some("number") => Number::from_f64(random.below(10_000) as f64 / 8.0).map_or(Value::Null, Value::Number),
        Some("boolean") => Value::Bool(random.chance(0.5)),
        Some("null") => Value::Null,
        _ => text(schema, random),
    }
}

fn object(schema: &Map<String, Value>, random: &mut Random) -> Value {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_str).collect());
    let mut members: Vec<(String, Value)> = Vec::new();
    for (name, of) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if required.contains(&name.as_str()) || random.chance(0.4) {
            members.push((name.clone(), value(of, random)));
        }
    }
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) && random.chance(0.2) {
        members.push((format!("more{}", random.below(100)), json!(random.below(1_000))));
    }
    // Clients write members in any order.
    for at in (1..members.len()).rev() {
        members.swap(at, random.below(at + 1));
    }
    Value::Object(members.into_iter().collect())
}

fn array(schema: &Map<String, Value>, random: &mut Random) -> Value {
    let bound = |name: &str, or: usize| {
        schema.get(name).and_then(Value::as_u64).map_or(or, |n| usize::try_from(n).unwrap_or(or))
    };
    let least = bound("minItems", 0);
    let most = bound("maxItems", least + 3).min(least + 3);
    let count = least + random.below(most - least + 1);
    let any = Value::Bool(true);
    let items = schema.get("items").unwrap_or(&any);
    Value::Array((0..count).map(|_| value(items, random)).collect())
}

fn integer(schema: &Map<String, Value>, random: &mut Random) -> Number {
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
    let least = bound("minimum").unwrap_or(0);
    let most = bound("maximum").unwrap_or(least.saturating_add(1_000_000)).max(least);
    let span = usize::try_from(most.saturating_sub(least)).unwrap_or(0).saturating_add(1);
    Number::from(least.saturating_add(i64::try_from(random.below(span)).unwrap_or(0)))
}

fn text(schema: &Map<String, Value>, random: &mut Random) -> Value {
    let fixed = match schema.get("format").and_then(Value::as_str) {
        Some("date") => Some("2026-11-22"),
        Some("date-time") => Some("2026-11-22T08:00:00Z"),
        Some("email") => Some("ann@example.com"),
        Some("uri") => Some("https://example.com/a?b=c"),
        _ => None,
    };
    let bound = |name: &str, or: usize| {
        schema.get(name).and_then(Value::as_u64).map_or(or, |n| usize::try_from(n).unwrap_or(or))
    };
    let mut text = fixed.or_else(|| random.one(&TEXTS).copied()).unwrap_or_default().to_owned();
    if fixed.is_none() {
        if random.chance(0.3) {
            text.push_str(&random.number().to_string());
        }
        while text.chars().count() < bound("minLength", 0) {
            text.push('x');
        }
        text = text.chars().take(bound("maxLength", 10_000)).collect();
    }
    Value::String(text)
}

/// Puts a file's path wherever the arguments name one: `at` is a JSON pointer, `*` for every item.
pub fn set(arguments: &mut Value, at: &str, path: &str) {
    let tokens: Vec<&str> = at.split('/').skip(1).collect();
    put(arguments, &tokens, path);
}

fn put(value: &mut Value, tokens: &[&str], path: &str) {
    match (tokens.split_first(), value) {
        (None, value @ Value::String(_)) => *value = Value::String(path.to_owned()),
        (Some((&"*", rest)), Value::Array(items)) => items.iter_mut().for_each(|item| put(item, rest, path)),
        (Some((name, rest)), Value::Object(members)) => {
            if let Some(member) = members.get_mut(*name) {
                put(member, rest, path);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_fits() {
        let schema = json!({
            "type": "object",
            "required": ["name", "count"],
            "properties": {
                "name": {"type": "string", "minLength": 3, "maxLength": 5},
                "count": {"type": "integer", "minimum": -2, "maximum": 2},
                "list": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"enum": ["a", "b"]}},
                "flag": {"type": ["boolean", "null"]},
            },
            "additionalProperties": false,
        });
        let mut random = Random::new(7);
        let mut orders = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let made = value(&schema, &mut random);
            let members = made.as_object().unwrap();
            assert!((3..=5).contains(&members["name"].as_str().unwrap().chars().count()));
            assert!((-2..=2).contains(&members["count"].as_i64().unwrap()));
            assert!(members.get("list").is_none_or(|list| (1..=2).contains(&list.as_array().unwrap().len())));
            orders.insert(members.keys().cloned().collect::<Vec<_>>());
        }
        assert!(orders.len() > 10, "members stand in many orders");
    }

    #[test]
    fn paths_are_put_where_the_pointer_leads() {
        let mut arguments = json!({"path": "x", "files": [{"path": "y"}, {"other": 1}]});
        set(&mut arguments, "/path", "A");
        set(&mut arguments, "/files/*/path", "B");
        set(&mut arguments, "/none/path", "C");
        assert_eq!(arguments, json!({"path": "A", "files": [{"path": "B"}, {"other": 1}]}));
    }
}
