//! Looks into a JSON text in one pass, without a tree.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The value that a JSON pointer (RFC 6901) names, as it stands in the text. Of equal keys the last one counts, as it does
/// for every reader that makes a tree. `None` when it is not there, or the text is not JSON.
pub fn get<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let path = segments(pointer)?;
    read(text, At(&path)).flatten()
}

/// The text with `null` in place of the value that a JSON pointer names, and that value. `None` as for [`get`].
pub fn take<'a>(text: &'a str, pointer: &str) -> Option<(String, &'a str)> {
    let value = get(text, pointer)?;
    let start = (value.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..start)?;
    let after = text.get(start + value.len()..)?;
    Some(([before, "null", after].concat(), value))
}

/// The members of these names of the outermost object, as they stand in the text; all `None` when it is no object.
pub fn members<'a, const N: usize>(text: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    read(text, Members(names)).unwrap_or([None; N])
}

/// Reads a whole text with a seed; `None` when it is not JSON.
fn read<'a, S: DeserializeSeed<'a>>(text: &'a str, seed: S) -> Option<S::Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// The steps of a pointer; `None` when it is none.
fn segments(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let path = pointer.strip_prefix('/')?;
    Some(path.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect())
}

/// Reads the value at the end of these steps.
#[derive(Clone, Copy)]
struct At<'p>(&'p [String]);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            <&RawValue>::deserialize(reader).map(|value| Some(value.get()))
        } else {
            reader.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let Some((name, rest)) = self.0.split_first() else { return Ok(None) };
        while let Some(wanted) = map.next_key_seed(IndexOf(&[name.as_str()]))? {
            if wanted.is_some() {
                found = map.next_value_seed(At(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        let Some((index, rest)) = self.0.split_first() else { return Ok(None) };
        let canonical = index == "0" || (!index.starts_with('0') && index.bytes().all(|byte| byte.is_ascii_digit()));
        if let Some(index) = index.parse::<usize>().ok().filter(|_| canonical) {
            for _ in 0..index {
                if sequence.next_element::<IgnoredAny>()?.is_none() {
                    return Ok(None);
                }
            }
            found = sequence.next_element_seed(At(rest))?.flatten();
        }
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Reads members of an object.
struct Members<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, N> {
    type Value = [Option<&'de str>; N];

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(index) = map.next_key_seed(IndexOf(&self.0))? {
            match index.and_then(|index| found.get_mut(index)) {
                Some(slot) => *slot = Some(map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Reads a key and says which of the names it is, without copying it.
struct IndexOf<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for IndexOf<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for IndexOf<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const TEXT: &str = r#" {"a": 1.0, "b/c": [10, {"d~e": "x\"y"}, [ ]], "": {"": 1e400}, "ü": null, "twice": {"z":1}, "\u0061b": 7, "twice": 2} "#;

    #[test]
    fn values_come_out_as_they_stand_in_the_text() {
        let cases = [
            ("", Some(TEXT.trim())),
            ("/a", Some("1.0")),
            ("/b~1c/0", Some("10")),
            ("/b~1c/1/d~0e", Some(r#""x\"y""#)),
            ("/b~1c/2", Some("[ ]")),
            ("/", Some(r#"{"": 1e400}"#)),
            ("//", Some("1e400")),
            ("/ü", Some("null")),
            ("/ab", Some("7")),
            ("/twice", Some("2")),
            ("/twice/z", None),
            ("/b~1c/3", None),
            ("/b~1c/00", None),
            ("/b~1c/01", None),
            ("/b~1c/-", None),
            ("/b~1c/+1", None),
            ("/a/b", None),
            ("/ü/x", None),
            ("/none", None),
            ("a", None),
        ];
        for (pointer, expected) in cases {
            assert_eq!(get(TEXT, pointer), expected, "{pointer}");
        }
        assert_eq!(get("[1,2", "/0"), None, "a text that is not JSON has no values");
        assert_eq!(get("[1] 2", "/0"), None);
    }

    #[test]
    fn what_is_taken_leaves_null() {
        let (rest, value) =
            take(r#"{"ok":true,"data":{"name":"a","content":"QUJD"}}"#, "/data/content").expect("is there");
        assert_eq!((rest.as_str(), value), (r#"{"ok":true,"data":{"name":"a","content":null}}"#, r#""QUJD""#));
        assert_eq!(take("[1]", ""), Some(("null".to_owned(), "[1]")));
        assert_eq!(take("[1]", "/1"), None);
    }

    #[test]
    fn members_are_read_in_one_pass() {
        assert_eq!(
            members(r#"{"ok":true,"x":{"ok":false},"error":"a","error":"b"}"#, ["ok", "error", "message"]),
            [Some("true"), Some(r#""b""#), None]
        );
        assert_eq!(members("[1]", ["ok"]), [None]);
        assert_eq!(members("{\"ok\":", ["ok"]), [None]);
    }

    proptest! {
        #[test]
        fn a_pointer_names_what_serde_json_says(keys in prop::collection::vec("[a-c/~]{0,2}", 1..5), pointer in "(/([a-c]|~0|~1){0,2}){0,3}|/[0-2]/[a-c]") {
            let mut value = json!([{"a": 1}, "b", null]);
            for key in keys {
                value = json!({ key: value, "a": [value] });
            }
            let text = serde_json::to_string_pretty(&value).expect("a value");
            let found = get(&text, &pointer).map(|raw| serde_json::from_str::<Value>(raw).expect("JSON"));
            prop_assert_eq!(found.as_ref(), value.pointer(&pointer));
        }
    }
}
