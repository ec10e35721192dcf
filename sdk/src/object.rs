//! JSON objects whose values stay as they were written.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Result};

/// A JSON object: members in order, each value the text that was written, so that `1.0` stays `1.0` and a number of thirty
/// digits keeps them.
///
/// As a field of an argument struct it takes any object. As the body of a request it is filled member by member.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Object(IndexMap<String, Box<RawValue>>);

impl Object {
    /// One without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// From a JSON text.
    ///
    /// # Errors
    /// When it is not an object.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::new(format!("Expected a JSON object: {error}.")))
    }

    /// Sets a member: in its place when it is there, else at the end. `None` is written as `null`.
    ///
    /// # Errors
    /// When the value has no form in JSON, as a map whose keys are not strings.
    pub fn set(&mut self, name: &str, value: impl Serialize) -> Result<()> {
        let raw = serde_json::value::to_raw_value(&value)
            .map_err(|error| Error::new(format!("`{name}` cannot be written as JSON: {error}.")))?;
        self.0.insert(name.to_owned(), raw);
        Ok(())
    }

    /// Sets a member when there is a value; leaves the object as it is when there is none.
    ///
    /// # Errors
    /// As [`Object::set`].
    pub fn set_some(&mut self, name: &str, value: Option<impl Serialize>) -> Result<()> {
        value.map_or(Ok(()), |value| self.set(name, value))
    }

    /// Takes a member out; the others keep their order.
    pub fn take(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.0.shift_remove(name)
    }

    /// Sets all members of another object, in its order.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str::<String>(self.0.get(name)?.get()).ok()
    }

    /// Whether there is such a member, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl JsonSchema for Object {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Object".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn numbers_and_order_stay_as_written() {
        let text = r#"{"b":1.0,"a":123456789012345678901234567890,"c":{"z":1e3,"a":null}}"#;
        let object = Object::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&object).unwrap(), text);
    }

    #[test]
    fn set_replaces_in_place_and_take_keeps_the_order() {
        let mut object = Object::parse(r#"{"a":1,"b":2,"c":3}"#).unwrap();
        object.set("b", "two").unwrap();
        object.set("d", None::<i32>).unwrap();
        object.set_some("e", None::<i32>).unwrap();
        assert_eq!(object.take("a").unwrap().get(), "1");
        assert_eq!(serde_json::to_string(&object).unwrap(), r#"{"b":"two","c":3,"d":null}"#);
    }

    #[test]
    fn text_reads_escapes_and_refuses_other_types() {
        let object = Object::parse(r#"{"a":"x\ny","b":2}"#).unwrap();
        assert_eq!(object.text("a").as_deref(), Some("x\ny"));
        assert_eq!(object.text("b"), None);
        assert!(Object::parse("[]").is_err());
    }
}
