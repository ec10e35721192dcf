//! A JSON text without its insignificant white space.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::limits;

/// Why a text is not JSON that the relay passes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotJson {
    /// It breaks the grammar.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// It nests deeper than what reads it later can follow.
    #[error("JSON nested deeper than {0} levels")]
    TooDeep(usize),
    /// Its bytes are not text.
    #[error("not UTF-8 text")]
    NotText,
}

/// Checks that `text` is JSON, nested at most [`limits::JSON_DEPTH`] deep, and takes the white space out between its tokens.
/// Every token stays as it was written, also numbers that no float can hold. Copies nothing when there is nothing to take out.
///
/// # Errors
/// [`NotJson`] with the line and column, never with the text itself.
pub fn compact(text: &str) -> Result<Cow<'_, str>, NotJson> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| NotJson::Syntax(error.to_string()))?;
    strip(text)
}

/// The second half of [`compact`], for a text that is known to be JSON.
pub(super) fn strip(text: &str) -> Result<Cow<'_, str>, NotJson> {
    let bytes = text.as_bytes();
    let mut kept: Option<String> = None;
    let mut run = 0; // where the stretch begins that was not copied yet
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    return Err(NotJson::TooDeep(limits::JSON_DEPTH));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'\r' => {
                let before = text.get(run..at - 1).unwrap_or_default();
                kept.get_or_insert_with(|| String::with_capacity(text.len())).push_str(before);
                while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                    at += 1;
                }
                run = at;
            }
            _ => {}
        }
    }
    Ok(match kept {
        None => Cow::Borrowed(text),
        Some(mut kept) => {
            kept.push_str(text.get(run..).unwrap_or_default());
            Cow::Owned(kept)
        }
    })
}

/// Where the string ends whose first character is at `at`: just behind its closing quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn compacted(text: &str) -> String {
        compact(text).expect("is JSON").into_owned()
    }

    #[test]
    fn every_token_stays_as_it_was_written() {
        for token in [
            "1.0",
            "1e400",
            "-0",
            "-0.0",
            "1E+2",
            "12345678901234567890123",
            "0.1000",
            r#""\/""#,
            r#""\u00fc ü \ud83d\ude00""#,
            r#""a \" b \\""#,
            r#""\\\\\" ]  [ \\""#,
            "\"\u{7f}\u{2028}\"",
            "true",
            "null",
            r#""""#,
        ] {
            assert_eq!(compacted(token), token);
            assert_eq!(compacted(&format!(" \t\r\n{token}\n")), token);
            assert_eq!(
                compacted(&format!("[ {token} ,\n{{ \"b\" : {token} , \"a\":{token}, \"b\":1 }} ]")),
                format!("[{token},{{\"b\":{token},\"a\":{token},\"b\":1}}]")
            );
        }
    }

    #[test]
    fn a_compact_text_is_not_copied() {
        assert!(matches!(compact(r#"{"a":[1,"b c"]}"#), Ok(Cow::Borrowed(_))));
        assert!(matches!(compact(r#"{"a": 1}"#), Ok(Cow::Owned(_))));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "'a'",
            "01",
            "1.",
            ".5",
            "+1",
            "NaN",
            "1 2",
            "\"\n\"",
            "\"\\x\"",
            "\u{feff}1",
            "//",
            "\"\\u12g4\"",
        ] {
            assert!(compact(text).is_err(), "{text:?} was taken for JSON");
        }
        assert!(!compact("{\"secret word\" 1}").expect_err("no colon").to_string().contains("secret"));
    }

    #[test]
    fn depth_is_bounded_where_serde_json_stops() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            let obeyed = deep(limits::JSON_DEPTH);
            assert!(compact(&obeyed).is_ok() && serde_json::from_str::<Value>(&obeyed).is_ok());
            let violated = deep(limits::JSON_DEPTH + 1);
            assert_eq!(compact(&violated), Err(NotJson::TooDeep(limits::JSON_DEPTH)));
            assert!(serde_json::from_str::<Value>(&violated).is_err());
            assert!(compact(&deep(100_000)).is_err(), "no stack is used up");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn compaction_is_what_serde_json_writes_compactly(value in values()) {
            let pretty = serde_json::to_string_pretty(&value).expect("a value");
            prop_assert_eq!(compacted(&pretty), value.to_string());
        }

        #[test]
        fn any_text_is_refused_or_means_the_same(text in "[\\[\\]{}\",:0-9a \n\\\\etrufalsn.-]{0,40}") {
            match (compact(&text), serde_json::from_str::<Value>(&text)) {
                (Ok(compact), Ok(value)) => prop_assert_eq!(serde_json::from_str::<Value>(&compact).expect("still JSON"), value),
                (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range") || error.to_string().contains("escape") || error.to_string().contains("surrogate"), "{}", error),
                (Err(_), Ok(_)) => prop_assert!(false, "refused JSON"),
                (Err(_), Err(_)) => {}
            }
        }
    }
}
