//! How much work a schema makes: a short one can ask for more than any computer does.
//!
//! `a` that asks twice for `b`, which asks twice for `c`, and so on, is a few lines and 2^40 checks; one that asks for itself
//! has no end. So a schema is weighed as it is followed: references opened, each as often as it is asked for.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::limits;

/// Keywords whose value is a schema, or a list of schemas.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is an object of schemas by name.
const NAMED_SCHEMAS: [&str; 4] = ["dependencies", "dependentSchemas", "patternProperties", "properties"];
/// Keywords that make a reference mean another place than the one it names. No tool needs them.
const MOVING: [&str; 6] = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef"];

/// Whether a schema refers only to places within itself, in no circle, and is bounded as it is followed.
///
/// # Errors
/// A sentence without its subject: what is wrong, and how it must be.
pub(super) fn check(schema: &Value) -> Result<(), String> {
    let mut scales = Scales { root: schema, known: HashMap::new() };
    scales.of(schema).map(drop)
}

struct Scales<'a> {
    root: &'a Value,
    /// Weights of places that were referred to; none while one is being weighed.
    known: HashMap<&'a str, Option<usize>>,
}

impl<'a> Scales<'a> {
    fn of(&mut self, schema: &'a Value) -> Result<usize, String> {
        let weight = match schema {
            Value::Object(keywords) => self.of_keywords(keywords)?,
            Value::Array(schemas) => self.sum(schemas.iter())?,
            _ => 0,
        };
        // Each is at most the bound when it is added to another: no sum overflows.
        if weight > limits::SCHEMA_WEIGHT {
            return Err(format!(
                "asks for more than {} checks when its references are followed; make it simpler",
                limits::SCHEMA_WEIGHT
            ));
        }
        Ok(weight)
    }

    fn of_keywords(&mut self, keywords: &'a Map<String, Value>) -> Result<usize, String> {
        let mut weight = 1;
        for (keyword, value) in keywords {
            let keyword = keyword.as_str();
            if MOVING.contains(&keyword) && !(keyword == "$id" && std::ptr::eq(keywords, self.root_keywords())) {
                return Err(format!("uses `{keyword}`; refer to `#/$defs/…` instead"));
            }
            weight += match (keyword, value) {
                ("$ref", Value::String(place)) => self.referred(place)?,
                (_, Value::Object(named)) if NAMED_SCHEMAS.contains(&keyword) => self.sum(named.values())?,
                _ if SCHEMAS.contains(&keyword) => self.of(value)?,
                _ => 0,
            };
        }
        Ok(weight)
    }

    fn sum(&mut self, schemas: impl Iterator<Item = &'a Value>) -> Result<usize, String> {
        schemas.map(|schema| self.of(schema)).sum()
    }

    fn referred(&mut self, place: &'a str) -> Result<usize, String> {
        match self.known.get(place) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => return Err(format!("refers to itself by `{}`; it must have an end", shown(place))),
            None => {}
        }
        let pointer = place.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let Some(pointer) = pointer else {
            return Err(format!(
                "refers to `{}`; it may refer only to places within itself, `#/$defs/…`",
                shown(place)
            ));
        };
        let root = self.root;
        let target =
            root.pointer(pointer).ok_or_else(|| format!("refers to `{}`, which is not there", shown(place)))?;
        if std::ptr::eq(target, root) {
            return Err(format!("refers to itself by `{}`; it must have an end", shown(place)));
        }
        self.known.insert(place, None);
        let weight = self.of(target)?;
        self.known.insert(place, Some(weight));
        Ok(weight)
    }

    fn root_keywords(&self) -> *const Map<String, Value> {
        self.root.as_object().map_or(std::ptr::null(), |keywords| keywords)
    }
}

/// A reference in a sentence.
fn shown(place: &str) -> String {
    crate::redact::clean(place).replace('\n', " ").chars().take(limits::PATH_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(schema: Value) -> String {
        check(&schema).expect_err("it passed")
    }

    /// A schema of this weight: the root, and so many properties.
    fn of_weight(weight: usize) -> Value {
        let properties: Map<String, Value> = (1..weight).map(|n| (format!("p{n}"), json!({}))).collect();
        json!({ "type": "object", "properties": properties })
    }

    #[test]
    fn schema_weight_obeyed() {
        assert_eq!(check(&of_weight(limits::SCHEMA_WEIGHT)), Ok(()));
    }

    #[test]
    fn schema_weight_violated() {
        assert!(wrong(of_weight(limits::SCHEMA_WEIGHT + 1)).contains("checks when its references are followed"));
    }

    #[test]
    fn what_doubles_at_each_step_is_weighed_at_once() {
        let step = |n: usize| {
            let next = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
            (format!("d{n}"), json!({ "allOf": [next, next] }))
        };
        let mut steps: Map<String, Value> = (0..1_000).map(step).collect();
        steps.insert("d1000".into(), json!({ "minProperties": 1 }));
        let told = wrong(json!({ "type": "object", "$ref": "#/$defs/d0", "$defs": steps }));
        assert!(told.contains("followed"), "{told}");
    }

    #[test]
    fn a_circle_is_refused_whatever_it_goes_through() {
        let through = [
            json!({ "allOf": [{ "$ref": "#" }] }),
            json!({ "properties": { "child": { "$ref": "#" } } }),
            json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "items": { "$ref": "#/$defs/a" } } } }),
            json!({ "properties": { "a": { "not": { "$ref": "#/properties/a" } } } }),
        ];
        for schema in through {
            let told = wrong(schema);
            assert!(told.starts_with("refers to itself by `#"), "{told}");
        }
    }

    #[test]
    fn a_reference_stays_within_and_is_there() {
        assert!(wrong(json!({ "$ref": "https://evil.example/x" })).contains("`https://evil.example/x`"));
        assert!(wrong(json!({ "properties": { "a": { "$ref": "file:///etc/passwd" } } })).contains("within itself"));
        assert!(wrong(json!({ "$ref": "#name" })).contains("within itself"));
        assert!(wrong(json!({ "$ref": "#/$defs/gone" })).contains("not there"));
        assert!(wrong(json!({ "items": { "$dynamicRef": "#a" } })).contains("`$dynamicRef`"));
        assert!(wrong(json!({ "properties": { "a": { "$id": "https://evil.example/" } } })).contains("`$id`"));
    }

    #[test]
    fn ordinary_schemas_pass() {
        let shared = json!({ "type": "string" });
        let schema = json!({
            "$id": "https://example.com/own",
            "properties": { "a": { "$ref": "#/$defs/s" }, "b": { "$ref": "#/$defs/s" }, "$id": {}, "$ref": { "type": "string" } },
            "enum": [{ "$ref": "no reference" }],
            "$defs": { "s": shared },
        });
        assert_eq!(check(&schema), Ok(()));
        assert_eq!(check(&json!(true)), Ok(()));
    }
}
