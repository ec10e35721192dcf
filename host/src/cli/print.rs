//! What a person reads: stdout for results, stderr for errors. Nothing else in the program prints.

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

/// Pretty JSON, with a line end.
pub(super) fn json(value: &impl serde::Serialize) {
    out(&serde_json::to_string_pretty(value).unwrap_or_default());
}
