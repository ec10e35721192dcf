//! The dresses in which a secret may show up.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use crate::limits;

/// Every form of `secret` and of the part behind its `|`, which is the secret proper in a Laravel token.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let part = secret.split_once('|').map(|(_, part)| part);
    let mut forms: Vec<String> = [Some(secret), part]
        .into_iter()
        .flatten()
        .filter(|secret| secret.chars().count() >= limits::SECRET_CHARS)
        .flat_map(of_one)
        .collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn of_one(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let upper = |special: fn(u8) -> bool, prefix: &str, width: usize| escaped(secret, special, prefix, width, true);
    let lower = |special: fn(u8) -> bool, prefix: &str, width: usize| escaped(secret, special, prefix, width, false);
    let mut forms =
        vec![secret.to_owned(), secret.chars().rev().collect(), serde_json::Value::from(secret).to_string()];
    if let Some(quoted) = forms.get_mut(2) {
        *quoted = quoted.trim_matches('"').to_owned();
        let slashed = quoted.replace('/', "\\/");
        forms.push(slashed);
    }
    for (special, prefix, width) in [
        (everything as fn(u8) -> bool, "%", 2),
        (reserved, "%", 2),
        (everything, "", 2),
        (everything, "\\u", 4),
        (reserved, "\\u", 4),
    ] {
        forms.push(upper(special, prefix, width));
        forms.push(lower(special, prefix, width));
    }
    for alphabet in [alphabet::STANDARD, alphabet::URL_SAFE] {
        let engine = GeneralPurpose::new(&alphabet, NO_PAD);
        forms.extend((0..3).map(|offset| base64_core(bytes, offset, &engine)));
    }
    forms
}

fn everything(_: u8) -> bool {
    true
}

/// What is percent-encoded in one segment of an address.
fn reserved(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !b"-_.~".contains(&byte)
}

/// The text with the bytes that are `special` written as hexadecimal numbers behind `prefix`.
fn escaped(secret: &str, special: fn(u8) -> bool, prefix: &str, width: usize, upper: bool) -> String {
    let mut text = String::new();
    for byte in secret.bytes() {
        match (special(byte), upper) {
            (true, true) => text.push_str(&format!("{prefix}{byte:0width$X}")),
            (true, false) => text.push_str(&format!("{prefix}{byte:0width$x}")),
            (false, _) => text.push(char::from(byte)),
        }
    }
    text
}

/// The characters of base64 that depend on nothing but the secret, when `offset` bytes (modulo 3) stand before it.
fn base64_core(secret: &[u8], offset: usize, engine: &GeneralPurpose) -> String {
    let text = engine.encode([vec![0; offset], secret.to_vec()].concat());
    let first = [0, 2, 3].get(offset).copied().unwrap_or_default(); // characters that hold a bit of what stands before
    let whole = (offset + secret.len()) * 8 / 6; // later characters hold a bit of what follows
    text.get(first..whole.min(text.len())).unwrap_or_default().to_owned()
}
