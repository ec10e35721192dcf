//! The schema of a tool's arguments: the only place that knows the JSON Schema library.

use std::borrow::Cow;

use serde_json::Value;

use super::near::nearest;
use crate::limits;

/// A schema made ready to check arguments.
#[derive(Debug, Default)]
pub struct Schema {
    value: Value,
    validator: Option<jsonschema::Validator>,
}

/// One thing that is wrong with arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer of the value; empty for the arguments as a whole.
    pub at: String,
    /// What is expected, in one sentence without a full stop.
    pub expected: String,
}

impl Schema {
    /// Reads a schema and makes it ready.
    ///
    /// # Errors
    /// A sentence saying why it is no schema of an object.
    pub fn new(text: &str) -> Result<Self, String> {
        Self::of_value(parse(text)?)
    }

    /// Makes a schema ready. Patterns are matched by an engine that takes time in proportion to the text: a pattern of a third
    /// party cannot keep the relay busy.
    ///
    /// # Errors
    /// A sentence saying why it is none.
    pub fn of_value(value: Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&value)
            .map_err(|error| format!("its schema is not valid: {error}"))?;
        Ok(Self { value, validator: Some(validator) })
    }

    /// Whether a text is the schema of an object, without making it ready: that waits until the tool is called.
    ///
    /// # Errors
    /// A sentence saying why it is none.
    pub fn check(text: &str) -> Result<(), String> {
        parse(text).map(drop)
    }

    /// The schema itself.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What is wrong with these arguments; nothing when they fit. At most one more than [`limits::ERROR_FIELDS`], so that whoever
    /// tells so many knows that there are more.
    pub fn problems(&self, arguments: &Value) -> Vec<Problem> {
        let whole = |expected: &str| Problem { at: String::new(), expected: expected.into() };
        let Some(validator) = &self.validator else { return vec![whole("the tool's schema cannot be read")] };
        if validator.is_valid(arguments) {
            return Vec::new();
        }
        // The library makes every fault before it hands out the first.
        let mut found: Vec<Problem> = if is_large(arguments) {
            validator.validate(arguments).err().iter().flat_map(|error| problems(error, &self.value)).collect()
        } else {
            let errors = validator.iter_errors(arguments);
            errors.flat_map(|error| problems(&error, &self.value)).take(limits::ERROR_FIELDS + 1).collect()
        };
        if found.is_empty() {
            found.push(whole("do not fit the tool's schema"));
        }
        found
    }
}

/// Whether there are more values in this one than are examined for all their faults.
fn is_large(value: &Value) -> bool {
    let (mut open, mut seen) = (vec![value], 0);
    while let Some(value) = open.pop() {
        seen += 1;
        match value {
            Value::Array(items) if items.len() <= limits::EXAMINED_VALUES => open.extend(items),
            Value::Object(members) if members.len() <= limits::EXAMINED_VALUES => open.extend(members.values()),
            Value::Array(_) | Value::Object(_) => return true,
            _ => {}
        }
        if seen > limits::EXAMINED_VALUES {
            return true;
        }
    }
    false
}

/// The beginning of what a client wrote: a name or a text may have megabytes.
fn beginning(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(limits::ERROR_SENTENCE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn parse(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("its schema is not JSON: {error}"))?;
    if value.get("type").and_then(Value::as_str) == Some("object") {
        Ok(value)
    } else {
        Err("its schema must be that of an object: `\"type\": \"object\"`".into())
    }
}

/// A library error in our words: which member, and what is expected there.
fn problems(error: &jsonschema::ValidationError<'_>, schema: &Value) -> Vec<Problem> {
    use jsonschema::error::ValidationErrorKind as Kind;
    let at = beginning(error.instance_path().as_str()).into_owned();
    let one = |at: String, expected: String| vec![Problem { at, expected }];
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let names = unexpected.iter().take(limits::ERROR_FIELDS + 1).map(|name| beginning(name));
            names
                .map(|name| Problem { at: format!("{at}/{name}"), expected: unknown_member(&name, &at, schema) })
                .collect()
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            one(format!("{at}/{name}"), "is required".into())
        }
        Kind::Enum { options } => one(at, enum_words(options, error.instance())),
        Kind::Type { kind } => one(at, format!("must be {}, not {}", type_words(kind), value_words(error.instance()))),
        Kind::Format { format } => one(at, format!("must be a valid {format}")),
        _ => one(at, in_library_words(error)),
    }
}

/// A library error in its own words; they hold the value, unless that is too long.
fn in_library_words(error: &jsonschema::ValidationError<'_>) -> String {
    let text = error.to_string();
    match beginning(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(_) => beginning(&error.masked_with("its value").to_string()).into_owned(),
    }
}

fn unknown_member(name: &str, at: &str, schema: &Value) -> String {
    let known: Vec<&str> =
        members(schema, at).map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default();
    match nearest(name, known.iter().copied()).first() {
        Some(near) => format!("is not an argument of this tool (did you mean `{near}`?)"),
        None if known.is_empty() => "is not an argument of this tool, which takes none".into(),
        None => format!("is not an argument of this tool; it takes: {}", known.join(", ")),
    }
}

/// The members that the schema knows at a place of the arguments.
fn members<'a>(schema: &'a Value, at: &str) -> Option<&'a serde_json::Map<String, Value>> {
    let mut place = schema;
    for token in at.split('/').skip(1) {
        place = if token.bytes().all(|byte| byte.is_ascii_digit()) {
            place.get("items")?
        } else {
            place.get("properties")?.get(token)?
        };
    }
    place.get("properties")?.as_object()
}

fn enum_words(options: &Value, given: &Value) -> String {
    let options: Vec<&str> =
        options.as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let list = options.join(", ");
    match given.as_str().and_then(|given| nearest(&beginning(given), options.iter().copied()).first().copied()) {
        Some(near) => format!("must be one of {list} (did you mean `{near}`?)"),
        None => format!("must be one of {list}"),
    }
}

fn type_words(kind: &jsonschema::error::TypeKind) -> String {
    match kind {
        jsonschema::error::TypeKind::Single(kind) => kind.to_string(),
        jsonschema::error::TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn value_words(given: &Value) -> &'static str {
    match given {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        Schema::of_value(json!({
            "type": "object",
            "properties": {"list": {"type": "array", "items": {"type": "string", "maxLength": 5}}},
            "additionalProperties": false
        }))
        .unwrap()
    }

    #[test]
    fn examined_values_obeyed_and_violated() {
        // The arguments and the list itself count too.
        let list = |length: usize| schema().problems(&json!({"list": vec![1; length]})).len();
        assert_eq!(list(2), 2);
        assert_eq!(list(limits::EXAMINED_VALUES - 2), limits::ERROR_FIELDS + 1);
        assert_eq!(list(limits::EXAMINED_VALUES - 1), 1, "the first alone");
        assert_eq!(list(limits::EXAMINED_VALUES + 1), 1);
        let members: serde_json::Map<String, Value> =
            (0..=limits::EXAMINED_VALUES).map(|n| (n.to_string(), json!(1))).collect();
        assert_eq!(schema().problems(&Value::Object(members)).len(), 1);
    }

    #[test]
    fn what_is_told_of_a_long_value_is_short() {
        let long = "x".repeat(1_000_000);
        for (arguments, told) in [
            (json!({ &long: 1 }), "is not an argument"),
            (json!({"list": [&long]}), "its value is longer than 5 characters"),
        ] {
            let found = schema().problems(&arguments);
            assert!(found[0].at.len() < 2 * limits::ERROR_SENTENCE_CHARS, "{}", found[0].at.len());
            assert!(found[0].expected.starts_with(told), "{}", found[0].expected);
        }
    }
}
