//! An array as NDJSON.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::compact::strip;

/// The items of an array, a compact line each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// Every line ends with a line feed.
    pub text: String,
    /// How many lines.
    pub count: u64,
}

/// Writes each item of a JSON array on a line of its own, token for token. `None` when it is no array.
pub fn lines(array: &str) -> Option<Lines> {
    let mut reader = serde_json::Deserializer::from_str(array);
    let lines = reader.deserialize_seq(Items { bytes: array.len() }).ok()?;
    reader.end().ok()?;
    Some(lines)
}

struct Items {
    bytes: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = Lines;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Lines, A::Error> {
        let mut lines = Lines { text: String::with_capacity(self.bytes), count: 0 };
        while let Some(item) = sequence.next_element::<&RawValue>()? {
            lines.text.push_str(&strip(item.get()).map_err(serde::de::Error::custom)?);
            lines.text.push('\n');
            lines.count += 1;
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_one_compact_line() {
        let found = lines("[ {\"id\": 1.0,\n \"a\":\"x\\ny z\"} ,[ 1 , 2],1e400, null ]").expect("an array");
        assert_eq!(found.text, "{\"id\":1.0,\"a\":\"x\\ny z\"}\n[1,2]\n1e400\nnull\n");
        assert_eq!(found.count, 4);
    }

    #[test]
    fn an_empty_array_has_no_lines_and_other_values_are_no_array() {
        assert_eq!(lines("[]"), Some(Lines::default()));
        for text in ["{}", "1", "\"[]\"", "null", "[1", "[1]2", ""] {
            assert_eq!(lines(text), None, "{text}");
        }
    }
}
