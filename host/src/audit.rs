//! The audit: one line of JSON for each decision and for each request, without bodies and without the token.
//!
//! Written as it happens, to a file of the state folder that rotates. Several relays write to the same file: each line is one
//! write of its own. A line that cannot be written costs a warning, never a call.

mod file;
mod read;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub use read::read;

use crate::limits;
use file::Rotating;

/// Where lines go.
#[derive(Debug)]
pub struct Audit {
    file: Option<Mutex<Rotating>>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When, UTC, to the millisecond.
    pub time: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A request was let through, or was not.
    Decision {
        /// Whose.
        #[serde(flatten)]
        who: Who,
        /// Whether it was let through.
        allowed: bool,
        /// The rule that said no.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        rule: Option<String>,
    },
    /// A request ended, or was held back after it had been let through.
    Request {
        /// Whose.
        #[serde(flatten)]
        who: Who,
        /// `done`, `rejected`, `unknown`, `not sent`; of a read `done` or `failed`.
        outcome: String,
        /// The HTTP status, when there was an answer.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        status: Option<u16>,
        /// From the first attempt to the end of the last, in milliseconds.
        ms: u64,
        /// How often it was sent.
        attempts: u32,
        /// Its idempotency key, where it has one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<String>,
        /// Its name in the ledger, for a write.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        write: Option<String>,
    },
}

/// Whose request it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Name of the plugin.
    pub plugin: String,
    /// Name of the tool, as the assistant knows it.
    pub tool: String,
    /// Name of the route.
    pub route: String,
}

impl Audit {
    /// Writes nothing.
    pub fn off() -> Self {
        Self { file: None }
    }

    /// Writes to the audit of this state folder. Opens nothing before the first line.
    pub fn new(state: &Path) -> Self {
        Self { file: Some(Mutex::new(Rotating::new(path(state)))) }
    }

    /// Writes one line about what happens now.
    pub fn tell(&self, event: Event) {
        let Some(file) = &self.file else { return };
        let line = Line { time: now(), event };
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.append(text.as_bytes()) {
            tracing::warn!(target: "relay", "the audit could not be written: {error}");
        }
    }
}

/// The newest file of the audit in this state folder.
pub fn path(state: &Path) -> PathBuf {
    state.join("audit.jsonl")
}

/// The files of the audit, the oldest first, whether they are there or not.
fn files(newest: &Path) -> Vec<PathBuf> {
    let older = (1..limits::AUDIT_FILES).rev().map(|number| newest.with_extension(format!("{number}.jsonl")));
    older.chain([newest.to_owned()]).collect()
}

fn now() -> String {
    use time::macros::format_description;
    const FORMAT: &[time::format_description::BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time::OffsetDateTime::now_utc().format(FORMAT).unwrap_or_default()
}
