//! How large and how tangled a schema may be. It is read by the assistant whole, and by a validator that follows references.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::limits;

/// The first thing that is wrong with the shape of a schema: where, and what.
pub(super) fn out_of_bounds(schema: &Value) -> Option<(String, String)> {
    if let Some(found) = deep_or_foreign(schema, "", 0) {
        return Some(found);
    }
    let mut seen = Expanded { root: schema, known: BTreeMap::new(), open: Vec::new() };
    match seen.count(schema) {
        Some(count) if count <= limits::SUBSCHEMAS => None,
        Some(_) => Some((String::new(), format!("it has more than {} parts, references followed", limits::SUBSCHEMAS))),
        None => Some((String::new(), "a `$ref` leads back to itself, or to what is not there".into())),
    }
}

fn deep_or_foreign(value: &Value, at: &str, depth: usize) -> Option<(String, String)> {
    if depth > limits::SCHEMA_DEPTH {
        return Some((at.to_owned(), format!("it nests deeper than {} levels", limits::SCHEMA_DEPTH)));
    }
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let at = format!("{at}/{name}");
            match (name.as_str(), member) {
                ("$ref", Value::String(target)) if !target.starts_with("#/") => {
                    Some((at, "a `$ref` may only lead to another place of the same schema (`#/$defs/…`)".into()))
                }
                ("$id" | "$anchor" | "$dynamicRef" | "$dynamicAnchor" | "$recursiveRef", Value::String(_)) => Some((
                    at,
                    format!("`{name}` is not taken; write the part where it is used, or `$ref` to `#/$defs/…`"),
                )),
                _ => deep_or_foreign(member, &at, depth + 1),
            }
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| deep_or_foreign(item, &format!("{at}/{index}"), depth + 1)),
        _ => None,
    }
}

/// Counts the parts of a schema with every reference written out, without writing them out.
struct Expanded<'s> {
    root: &'s Value,
    known: BTreeMap<&'s str, usize>,
    open: Vec<&'s str>,
}

impl<'s> Expanded<'s> {
    /// `None` for a reference that leads back to itself or nowhere.
    fn count(&mut self, value: &'s Value) -> Option<usize> {
        match value {
            Value::Object(members) => {
                let mut count = 1_usize;
                for (name, member) in members {
                    let more = match (name.as_str(), member) {
                        ("$ref", Value::String(target)) => self.followed(target)?,
                        ("$defs" | "definitions", _) => 0,
                        _ => self.count(member)?,
                    };
                    count = count.saturating_add(more);
                }
                Some(count)
            }
            Value::Array(items) => {
                items.iter().try_fold(0_usize, |count, item| Some(count.saturating_add(self.count(item)?)))
            }
            _ => Some(0),
        }
    }

    fn followed(&mut self, target: &'s str) -> Option<usize> {
        if let Some(count) = self.known.get(target) {
            return Some(*count);
        }
        if self.open.contains(&target) {
            return None;
        }
        let place = self.root.pointer(target.strip_prefix('#')?)?;
        self.open.push(target);
        let count = self.count(place)?;
        self.open.pop();
        self.known.insert(target, count);
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn subschemas_obeyed_and_violated() {
        let of = |count: usize| {
            let properties: serde_json::Map<_, _> = (0..count).map(|n| (format!("p{n}"), json!({}))).collect();
            json!({"type": "object", "properties": properties})
        };
        // The schema itself and its `properties` count too.
        assert_eq!(out_of_bounds(&of(limits::SUBSCHEMAS - 2)), None);
        assert!(out_of_bounds(&of(limits::SUBSCHEMAS - 1)).is_some());
    }

    #[test]
    fn schema_depth_obeyed_and_violated() {
        let of = |depth: usize| (0..depth).fold(json!({}), |inner, _| json!({ "items": inner }));
        assert_eq!(out_of_bounds(&of(limits::SCHEMA_DEPTH)), None);
        assert!(out_of_bounds(&of(limits::SCHEMA_DEPTH + 1)).is_some());
    }

    #[test]
    fn bombs_of_references_are_refused_at_once() {
        let laughs: serde_json::Map<_, _> = (0..20)
            .map(|n| {
                let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
                (format!("d{n}"), json!({"allOf": [next, next, next, next, next]}))
            })
            .chain([("d20".to_owned(), json!({"type": "string"}))])
            .collect();
        let bombs = [
            json!({"$ref": "#/$defs/d0", "$defs": laughs}),
            json!({"$ref": "#"}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            json!({"$ref": "#/$defs/nowhere"}),
            json!({"$ref": "https://evil.example/schema.json"}),
            json!({"$ref": "file:///etc/passwd"}),
            json!({"properties": {"x": {"$dynamicRef": "#x"}}}),
            json!({"$id": "https://evil.example/", "$ref": "#/x"}),
        ];
        for bomb in bombs {
            assert!(out_of_bounds(&bomb).is_some(), "{bomb}");
        }
        let shared = json!({"properties": {"a": {"$ref": "#/$defs/d"}, "b": {"$ref": "#/$defs/d"}}, "$defs": {"d": {"type": "string"}}});
        assert_eq!(out_of_bounds(&shared), None);
    }
}
