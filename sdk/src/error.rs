//! Why a tool cannot go on.

use std::fmt;

/// A sentence for the assistant: what is wrong, and what to do instead. It ends the call.
///
/// Only what the plugin itself finds out belongs here. Requests that fail never reach a plugin: the relay speaks for them,
/// and it adds to this sentence what was already done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// From a whole sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// The sentence.
    pub fn into_sentence(self) -> String {
        self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for Error {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// What a tool's own functions answer.
pub type Result<T> = std::result::Result<T, Error>;
