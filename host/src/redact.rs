//! What must never be in a text that leaves the relay: the token, in any dress, and characters that deceive a reader.

mod clean;
mod forms;

use std::borrow::Cow;
use std::fmt;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use secrecy::{ExposeSecret, SecretString};

pub use clean::{clean, is_hidden};

/// Stands where the token was.
pub const PLACEHOLDER: &str = "[token]";

/// Finds secrets in texts, in one pass for all their forms.
#[derive(Clone)]
pub struct Redactor {
    finder: Option<AhoCorasick>,
}

impl Redactor {
    /// Looks for this secret, and for the part behind its `|` alone. A secret shorter than
    /// [`crate::limits::SECRET_CHARS`] is not looked for.
    pub fn new(secret: &SecretString) -> Self {
        Self::of_all([secret])
    }

    /// Looks for several secrets alike.
    pub fn of_all<'s>(secrets: impl IntoIterator<Item = &'s SecretString>) -> Self {
        let forms: Vec<_> = secrets.into_iter().flat_map(|secret| forms::forms(secret.expose_secret())).collect();
        // Not the default, a table: it takes milliseconds and most of a megabyte to build, and is no faster where the prefilter
        // already skips nearly everything.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(&forms).ok();
        Self { finder: finder.filter(|_| !forms.is_empty()) }
    }

    /// The text without the secret: as it is, percent-encoded, in base64 at any offset, in hex, escaped as in JSON, or
    /// written backwards. Copies nothing when it finds nothing.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.finder {
            Some(finder) if finder.is_match(text) => {
                let mut kept = String::with_capacity(text.len());
                finder.replace_all_with(text, &mut kept, |_, _, kept| {
                    kept.push_str(PLACEHOLDER);
                    true
                });
                Cow::Owned(kept)
            }
            _ => Cow::Borrowed(text),
        }
    }
}

impl Redactor {
    /// The same for bytes that need not be text, as those of a file are.
    pub fn redact_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match &self.finder {
            Some(finder) if finder.is_match(&bytes) => {
                let mut kept = Vec::with_capacity(bytes.len());
                finder.replace_all_with_bytes(&bytes, &mut kept, |_, _, kept| {
                    kept.extend_from_slice(PLACEHOLDER.as_bytes());
                    true
                });
                kept
            }
            _ => bytes,
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Redactor")
    }
}

/// [`Redactor::redact`] for a single text; who has many keeps a [`Redactor`].
pub fn redact<'a>(text: &'a str, secret: &SecretString) -> Cow<'a, str> {
    Redactor::new(secret).redact(text)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "14|k9Xq2vB7mT4sYw0ZaLr8NcEe5UhJd3GfPi6Ko1Rt";

    fn redacted(text: &str) -> String {
        redact(text, &SecretString::from(TOKEN)).into_owned()
    }

    fn every_byte(format: impl Fn(u8) -> String) -> String {
        TOKEN.bytes().map(format).collect()
    }

    #[test]
    fn the_token_is_removed_in_every_form() {
        let part = &TOKEN[3..];
        let forms = [
            TOKEN.to_owned(),
            part.to_owned(),
            TOKEN.replace('|', "%7C"),
            TOKEN.replace('|', "%7c"),
            every_byte(|byte| format!("%{byte:02X}")),
            every_byte(|byte| format!("%{byte:02x}")),
            every_byte(|byte| format!("{byte:02X}")),
            every_byte(|byte| format!("{byte:02x}")),
            every_byte(|byte| format!("\\u{byte:04x}")),
            every_byte(|byte| format!("\\u{byte:04X}")),
            TOKEN.replace('|', "\\u007c"),
            TOKEN.chars().rev().collect(),
            part.chars().rev().collect(),
        ];
        for form in forms {
            assert_eq!(redacted(&format!("a {form} b")), "a [token] b", "{form}");
        }
    }

    #[test]
    fn two_in_one_text_both_go_and_the_rest_stays() {
        assert_eq!(redacted(&format!("\"{TOKEN}\",\"{TOKEN}{TOKEN}\" ü")), "\"[token]\",\"[token][token]\" ü");
        assert!(matches!(redact("nothing here", &SecretString::from(TOKEN)), Cow::Borrowed("nothing here")));
    }

    #[test]
    fn bytes_that_are_no_text_lose_it_too() {
        let redactor = Redactor::new(&SecretString::from(TOKEN));
        let bytes = [b"\xff\x00".as_slice(), TOKEN.as_bytes(), b"\xfe"].concat();
        assert_eq!(redactor.redact_bytes(bytes), b"\xff\x00[token]\xfe");
        assert_eq!(redactor.redact_bytes(vec![0xff, 0]), [0xff, 0]);
    }

    #[test]
    fn json_stays_json() {
        let secret = SecretString::from(r#"7|qu"ote\back/slash0123456789"#);
        let text = serde_json::json!({"echo": r#"Bearer 7|qu"ote\back/slash0123456789"#, "n": 1}).to_string();
        assert_eq!(redact(&text, &secret), r#"{"echo":"Bearer [token]","n":1}"#);
    }

    #[test]
    fn a_secret_too_short_to_be_one_is_not_looked_for() {
        let obeyed = "x".repeat(crate::limits::SECRET_CHARS);
        assert_eq!(redact(&format!("a{obeyed}b"), &SecretString::from(obeyed)), "a[token]b");
        let violated = "x".repeat(crate::limits::SECRET_CHARS - 1);
        assert_eq!(redact(&format!("a{violated}b"), &SecretString::from(violated.as_str())), format!("a{violated}b"));
        assert_eq!(redact("text", &SecretString::from("")), "text");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Redactor::new(&SecretString::from(TOKEN))), "Redactor");
    }

    proptest! {
        #[test]
        fn base64_of_a_text_around_it_no_longer_yields_it(before in prop::collection::vec(any::<u8>(), 0..20), after in prop::collection::vec(any::<u8>(), 0..20), whole: bool) {
            let part = if whole { TOKEN } else { &TOKEN[3..] };
            let bytes = [&before, part.as_bytes(), &after].concat();
            for text in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let left = redacted(&text);
                prop_assert!(left.contains(PLACEHOLDER), "{}", text);
                // At most one character on each side of what was cut out still depends on the secret.
                prop_assert!(left.len() <= text.len() + PLACEHOLDER.len() - part.len() * 4 / 3 + 3);
            }
        }

        #[test]
        fn other_texts_stay(text in "\\PC{0,200}") {
            prop_assert_eq!(redacted(&text), text);
        }
    }
}
