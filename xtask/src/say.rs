//! What jobs say. The only place that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "jobs speak to the person at the terminal")]

use std::io::{Write, stdout};

/// A line of a job.
pub(crate) fn line(text: &str) {
    println!("{text}");
    // A pipe holds whole blocks back, and cargo's own words on stderr would overtake ours.
    let _ = stdout().flush();
}

/// The first line of a step.
pub(crate) fn heading(text: &str) {
    line(&format!("\n== {text}"));
}

/// The last line of a job that failed.
pub(crate) fn error(text: &str) {
    eprintln!("\nerror: {text}");
}
