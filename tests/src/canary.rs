//! Finds a secret in any bytes, in six encodings.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret that must turn up nowhere, in the forms that it could turn up in.
pub struct Canary {
    name: String,
    needles: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    /// Of a token `<id>|<random>`; the random half alone is already the secret.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        let half = secret.rsplit('|').next().filter(|half| half.len() >= 8).unwrap_or(secret);
        let mut needles: Vec<(&str, Vec<u8>)> = Vec::new();
        let mut add = |form, needle: Vec<u8>| {
            if needles.iter().all(|(_, known)| *known != needle) {
                needles.push((form, needle));
            }
        };
        add("as it is", half.into());
        add("reversed", half.bytes().rev().collect());
        add("in hex", hex(half).into());
        add("in hex", hex(half).to_uppercase().into());
        for skip in 0..3 {
            add("in base64", base64(half, skip, |bytes| STANDARD_NO_PAD.encode(bytes)));
            add("in base64", base64(half, skip, |bytes| URL_SAFE_NO_PAD.encode(bytes)));
        }
        add("percent-encoded", percent(half, false).into());
        add("percent-encoded", percent(half, true).into());
        add("percent-encoded", percent(half, true).to_lowercase().into());
        add("JSON-escaped", json(half, false).into());
        add("JSON-escaped", json(half, true).into());
        add("JSON-escaped", json(half, true).to_uppercase().replace("\\U", "\\u").into());
        Self { name: secret.to_owned(), needles }
    }

    /// Tells canaries apart.
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    /// The form in which the secret is among these bytes.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        self.needles.iter().find(|(_, needle)| contains(bytes, needle)).map(|(form, _)| *form)
    }

    /// Where the secret is in the files beneath a folder, in their bytes or their names.
    #[must_use]
    pub fn find_beneath(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        each_file(folder, &mut |path| {
            let name = path.to_string_lossy();
            // A file that went away meanwhile holds nothing.
            let bytes = std::fs::read(path).unwrap_or_default();
            if let Some(form) = self.find(&bytes).or_else(|| self.find(name.as_bytes())) {
                found.push(format!("the token, {form}, in {name}"));
            }
        });
        found
    }
}

/// Every regular file beneath a folder; links are not followed.
pub(crate) fn each_file(folder: &Path, seen: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => each_file(&entry.path(), seen),
            Ok(kind) if kind.is_file() => seen(&entry.path()),
            _ => {}
        }
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    let mut left = bytes;
    while let Some(at) = left.iter().position(|byte| byte == first) {
        left = left.get(at + 1..).unwrap_or_default();
        if left.starts_with(rest) {
            return true;
        }
    }
    false
}

fn percent(text: &str, every: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() && !every {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn json(text: &str, every: bool) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        if letter.is_ascii_alphanumeric() && !every {
            out.push(letter);
        } else {
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
        }
        out
    })
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The letters of a base64 text that stand for nothing but `text`, when `skip` bytes stand before it.
fn base64(text: &str, skip: usize, encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let mut bytes = vec![0; skip];
    bytes.extend_from_slice(text.as_bytes());
    let whole = bytes.len() * 8 / 6;
    let first = (skip * 8).div_ceil(6);
    encode(&bytes).into_bytes().get(first..whole).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "12|aB3dE5gH7jK9mN1pQ3rS5tU7vW9yZ";

    #[test]
    fn the_secret_is_found_in_every_form() {
        let canary = Canary::of(SECRET);
        let half = SECRET.split_once('|').unwrap().1;
        let forms = [
            ("as it is", format!("Bearer {SECRET}")),
            ("as it is", format!("…{half}…")),
            ("reversed", format!("x{}x", SECRET.chars().rev().collect::<String>())),
            ("percent-encoded", percent(half, true)),
            ("percent-encoded", percent(half, true).to_lowercase()),
            ("JSON-escaped", json(half, true)),
            ("JSON-escaped", json(half, true).to_uppercase().replace("\\U", "\\u")),
            ("in hex", hex(SECRET)),
            ("in hex", hex(SECRET).to_uppercase()),
        ];
        for (form, text) in forms {
            assert_eq!(canary.find(text.as_bytes()), Some(form), "{text}");
        }
    }

    #[test]
    fn base64_finds_the_secret_behind_any_number_of_bytes() {
        let canary = Canary::of(SECRET);
        for before in ["", "a", "ab", "abc", "Authorization: Bearer "] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{SECRET} and more"));
            assert_eq!(canary.find(text.as_bytes()), Some("in base64"), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_secret() {
        let canary = Canary::of(SECRET);
        assert_eq!(canary.find(b"12|aB3dE5gH7jK9mN1pQ3rS5tU7vW9y and 12|"), None);
        assert_eq!(canary.find(b""), None);
    }

    #[test]
    fn files_and_their_names_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let canary = Canary::of(SECRET);
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        std::fs::write(folder.path().join("deep/log"), "nothing here").unwrap();
        assert_eq!(canary.find_beneath(folder.path()), Vec::<String>::new());
        std::fs::write(folder.path().join("deep/log"), format!("token={SECRET}")).unwrap();
        assert_eq!(canary.find_beneath(folder.path()).len(), 1);
        std::fs::write(folder.path().join(hex(SECRET)), "").unwrap();
        assert_eq!(canary.find_beneath(folder.path()).len(), 2);
    }
}
