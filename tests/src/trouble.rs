//! What can go wrong between the harness and the program that it drives.

use std::fmt;
use std::time::Duration;

/// Why a step of the harness did not come off. Its `Debug` is its text, so that `unwrap` in a test tells all.
#[derive(thiserror::Error)]
pub enum Trouble {
    /// The program could not be built.
    #[error("the relay could not be built: {0}")]
    Build(String),
    /// The program could not be started.
    #[error("`{program}` could not be started: {source}")]
    Start {
        /// Path of the program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The pipe to the program broke, or a folder could not be used.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Nothing came within the time.
    #[error("no {waited_for} within {timeout:?}; on stderr:\n{stderr}")]
    Silent {
        /// What was waited for.
        waited_for: String,
        /// How long.
        timeout: Duration,
        /// All that the program wrote to stderr.
        stderr: String,
    },
    /// The program closed its stdout.
    #[error("the program ended before its {waited_for}; on stderr:\n{stderr}")]
    Ended {
        /// What was waited for.
        waited_for: String,
        /// All that the program wrote to stderr.
        stderr: String,
    },
    /// A line on stdout is no JSON message.
    #[error("a line on stdout is no MCP message: {0}")]
    NotMcp(String),
    /// A protocol error came where a result was expected.
    #[error("`{method}` was answered by the protocol error {code}: {message}")]
    Refused {
        /// The method asked.
        method: String,
        /// JSON-RPC code.
        code: i64,
        /// Its message.
        message: String,
    },
    /// An answer has another shape than it must.
    #[error("expected {expected}, found: {found}")]
    Shape {
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
}

impl Trouble {
    /// For `map_err` on input and output.
    pub fn io(doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    /// An answer of another shape.
    pub fn shape(expected: impl Into<String>, found: impl ToString) -> Self {
        Self::Shape { expected: expected.into(), found: found.to_string() }
    }
}

impl fmt::Debug for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
