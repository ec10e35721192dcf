//! The words by which calls are found again, and arguments written in other ways.

use serde_json::Value;

use crate::random::Random;

const BEGINS: &str = "soak-";
/// `soak-k-000123`.
const LENGTH: usize = 13;

/// The word in the bytes of a body, when it is there whole.
#[must_use]
pub fn word_in(body: &[u8]) -> Option<String> {
    let place = body.windows(BEGINS.len()).position(|bytes| bytes == BEGINS.as_bytes())?;
    let word = std::str::from_utf8(body.get(place..place + LENGTH)?).ok()?;
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_word.then(|| word.to_owned())
}

/// The same JSON with its members in another order and other spaces between its tokens, on one line.
#[must_use]
pub fn written_otherwise(value: &Value, random: &mut Random) -> String {
    let mut text = String::new();
    write(value, random, &mut text);
    text
}

fn write(value: &Value, random: &mut Random, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            for place in (1..members.len()).rev() {
                members.swap(place, random.below(place + 1));
            }
            text.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                space(random, text);
                text.push_str(&Value::String(name.clone()).to_string());
                space(random, text);
                text.push(':');
                space(random, text);
                write(member, random, text);
            }
            space(random, text);
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                space(random, text);
                write(item, random, text);
            }
            space(random, text);
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

fn space(random: &mut Random, text: &mut String) {
    let spaces = ["", "", " ", "  ", "\t"];
    text.push_str(random.one(&spaces).copied().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_word_is_found_only_whole() {
        let word = crate::soak::word('k', 123);
        assert_eq!(word.len(), LENGTH);
        assert_eq!(word_in(format!("{{\"a\":\"<p>{word}</p>\"}}").as_bytes()), Some(word.clone()));
        assert_eq!(word_in(&word.as_bytes()[..10]), None);
        assert_eq!(word_in(b"{}"), None);
    }

    #[test]
    fn json_written_otherwise_is_the_same_json() {
        let value = json!({"a": [1, {"b": "x y"}], "c": null, "d": {"e": "ü\n", "f": 2.5}});
        let mut random = Random::new(3);
        let texts: Vec<String> = (0..50).map(|_| written_otherwise(&value, &mut random)).collect();
        assert!(texts.iter().all(|text| serde_json::from_str::<Value>(text).unwrap() == value && !text.contains('\n')));
        assert!(texts.iter().any(|text| text.find("\"c\"") < text.find("\"a\"")));
        assert!(texts.iter().any(|text| text.contains('\t')));
    }
}
