//! Escapes that stand for half a character.

/// Whether a JSON text holds `\ud800` to `\udfff` without its other half. The grammar allows it, but it is no text, and what
/// reads it differs: PHP answers as if nothing at all had been sent.
pub fn has_half_character(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        at += match unit(text, at) {
            None => 2,
            Some(0xd800..=0xdbff) if matches!(unit(text, at + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => return true,
            Some(_) => 6,
        };
    }
    false
}

/// The number of the escape that begins here, if it is one of a number.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_are_found_and_whole_ones_are_not() {
        for half in
            [r"\ud800", r"\udfff", r"\uDBFF", r"\udc00\ud800", r"\ud800x\udc00", r"\ud800\ud800\udc00", r"\ud800\n"]
        {
            assert!(has_half_character(&format!("[\"a\\\\{half} ü\"]")), "{half}");
        }
        for whole in ["", "ü", r"\ud83d\ude00", r"\u00fc", r"\\ud800", r"\\\\ud800\/", r"\ud7ff\ue000"] {
            assert!(!has_half_character(&format!("[\"{whole}\"]")), "{whole}");
        }
    }

    proptest! {
        #[test]
        fn it_says_what_a_reader_of_texts_says(parts in prop::collection::vec("\\\\u(d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2}|00fc)|\\\\\\\\|\\\\n|u|ü", 0..8)) {
            let text = format!("\"{}\"", parts.concat());
            prop_assert_eq!(has_half_character(&text), serde_json::from_str::<String>(&text).is_err(), "{}", text);
        }
    }
}
