//! Schemas as the relay and the models want them: small, closed, without references.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Marks a schema whose `null` is meant, not the trace of an `Option`. Never leaves this crate.
pub(crate) const KEEPS_NULL: &str = "x-keeps-null";

/// The JSON Schema of a tool's arguments: a closed object, members in the order of declaration.
pub(crate) fn input<T: JsonSchema>() -> String {
    let mut schema = generate::<T>();
    Tidy { close: true }.transform(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        // A tool without arguments has no properties by which it would have been closed.
        object.entry("additionalProperties").or_insert(Value::Bool(false));
    }
    root(schema)
}

/// The schema of a result type, for [`crate::Tool::output`].
pub fn of<T: JsonSchema>() -> Schema {
    generate::<T>()
}

/// A result's schema, tidied. It stays open: the relay may add a member of its own.
pub(crate) fn output(mut schema: Schema) -> String {
    Tidy { close: false }.transform(&mut schema);
    root(schema)
}

fn generate<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    settings.into_generator().into_root_schema_for::<T>()
}

fn root(mut schema: Schema) -> String {
    // The tool's own description says what the arguments are for.
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("description");
    }
    schema.as_value().to_string()
}

struct Tidy {
    close: bool,
}

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        let Some(object) = schema.as_object_mut() else { return };
        object.shift_remove("title");
        object.shift_remove("default");
        if object.get("format").and_then(Value::as_str).is_some_and(is_number_width) {
            object.shift_remove("format");
        }
        if let Some(Value::String(text)) = object.get_mut("description") {
            *text = unwrap_lines(text);
        }
        let required: Vec<String> = match object.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            for (name, property) in properties {
                if *property == Value::Bool(true) {
                    // Any value. Clients before 2026 take only objects here.
                    *property = Value::Object(serde_json::Map::new());
                }
                if !required.contains(name) {
                    without_null(property);
                }
            }
            if self.close && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        } else if object.get("additionalProperties") == Some(&Value::Bool(true)) {
            object.shift_remove("additionalProperties");
        }
        transform_subschemas(self, schema);
        if let Some(object) = schema.as_object_mut() {
            object.shift_remove(KEEPS_NULL);
        }
    }
}

/// Rust's number formats are noise to a model: the bounds say the same.
fn is_number_width(format: &str) -> bool {
    matches!(format, "float" | "double")
        || format
            .strip_prefix('u')
            .unwrap_or(format)
            .strip_prefix("int")
            .is_some_and(|rest| rest.parse::<u8>().is_ok() || rest.is_empty())
}

/// Doc comments break lines at the width of the source; paragraphs stay.
fn unwrap_lines(text: &str) -> String {
    text.split("\n\n")
        .map(|paragraph| paragraph.split('\n').map(str::trim).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// An `Option` field may be left out; `null` is not another way to say so.
fn without_null(property: &mut Value) {
    let Value::Object(object) = property else { return };
    if object.contains_key(KEEPS_NULL) {
        return;
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(choices)) = object.get_mut("anyOf") else { return };
    choices.retain(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
    if let [Value::Object(only)] = choices.as_mut_slice() {
        let only = std::mem::take(only);
        object.shift_remove("anyOf");
        // The field's own words come first in the schema and win over those of its type.
        for (name, value) in only {
            if !object.contains_key(&name) {
                object.insert(name, value);
            }
        }
    }
}
