//! What a person reads: stdout for results, stderr for errors. Nothing else in the program prints.

use std::borrow::Cow;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something could not be printed.
static BROKEN: AtomicBool = AtomicBool::new(false);

/// A result, with a line end.
pub(super) fn out(text: &str) {
    // A reader that went away (`| head`) is no fault of ours, but who must know can ask.
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        BROKEN.store(true, Ordering::Relaxed);
    }
}

/// Whether all that was printed went out.
pub(super) fn arrived() -> bool {
    std::io::stdout().lock().flush().is_ok() && !BROKEN.load(Ordering::Relaxed)
}

/// Stdout itself, for who writes as it goes.
pub(super) fn writer() -> impl Write {
    std::io::stdout().lock()
}

/// One line for stderr.
pub(super) fn error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "tickiti-relay: {text}");
}

/// A command that is run for the person, as they could type it.
pub(super) fn step(command: &str) {
    let _ = writeln!(std::io::stderr().lock(), "$ {command}");
}

/// What a person reads before they are asked something, on stderr: stdout is for results.
pub(super) fn error_page(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}\n");
}

/// A failure, for the reader that was asked for: a program gets it on stdout, in the shape of a tool's result that is an error.
pub(super) fn failure(text: &str, for_program: bool) {
    if for_program {
        json(&crate::mcp::error(text));
    } else {
        error(text);
    }
}

/// A word of a command that a person is told to type, in quotes where a shell would read it otherwise.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// Pretty JSON, with a line end.
pub(super) fn json(value: &impl serde::Serialize) {
    out(&pretty(value));
}

/// JSON as a person can read it.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (text, typed) in [
            ("digest.wasm", "digest.wasm"),
            ("https://example.com/a.wasm", "https://example.com/a.wasm"),
            ("tickets:read", "tickets:read"),
            ("sp ace/my digest.wasm", "'sp ace/my digest.wasm'"),
            ("tickets.respond{is_internal=true}", "'tickets.respond{is_internal=true}'"),
            ("*", "'*'"),
            ("it's", r"'it'\''s'"),
            ("~/x", "'~/x'"),
            ("$(x)", "'$(x)'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), typed);
        }
    }
}
