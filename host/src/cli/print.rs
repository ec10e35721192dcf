//! What a person reads: stdout for results, stderr for errors. Nothing else in the program prints.

use std::io::Write;

/// A result, with a line end.
pub(super) fn out(text: &str) {
    // A reader that went away (`| head`) is no fault of ours.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Stdout itself, for who writes as it goes.
pub(super) fn writer() -> impl Write {
    std::io::stdout().lock()
}

/// One line for stderr.
pub(super) fn error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "tickiti-relay: {text}");
}

/// Pretty JSON, with a line end.
pub(super) fn json(value: &impl serde::Serialize) {
    out(&serde_json::to_string_pretty(value).unwrap_or_default());
}
