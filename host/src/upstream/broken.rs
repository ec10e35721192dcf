//! What came back when it was no answer.

use std::error::Error;
use std::time::Duration;

use super::distrust::distrust;

/// Why there is no answer to judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The request cannot be sent at all.
    #[error("the request cannot be sent: {why}")]
    Unsendable {
        /// What is wrong with it.
        why: String,
    },
    /// No connection came about.
    #[error("no connection: {why}")]
    NotConnected {
        /// In the words of the operating system or of TLS.
        why: String,
    },
    /// The time was over before the answer was whole.
    #[error("no whole answer within {} ms", after.as_millis())]
    TimedOut {
        /// How long it took.
        after: Duration,
    },
    /// The connection broke, or what came over it was not HTTP.
    #[error("connection broken: {why}")]
    Interrupted {
        /// In the words of whoever noticed.
        why: String,
    },
    /// The answer is longer than the relay reads.
    #[error("HTTP {status} with more than {limit} bytes")]
    TooLarge {
        /// The HTTP status.
        status: u16,
        /// In bytes.
        limit: usize,
    },
    /// The helpdesk pointed elsewhere. The relay does not go there: the token would come along.
    #[error("HTTP {status}, a redirect to {}", to.as_deref().unwrap_or("nowhere"))]
    Redirect {
        /// The HTTP status.
        status: u16,
        /// `https://other.example`, when the answer named a place.
        to: Option<String>,
    },
    /// A success whose body is called JSON and is not.
    #[error("HTTP {status} with a body that is {why}")]
    NotJson {
        /// The HTTP status.
        status: u16,
        /// Where it breaks.
        why: String,
        /// How it begins.
        text: String,
    },
    /// A success whose body is a page for people: a login page, or another server's front page.
    #[error("HTTP {status} with a web page")]
    WebPage {
        /// The HTTP status.
        status: u16,
        /// How it begins.
        text: String,
    },
    /// A success whose big value is not base64 where it should be.
    #[error("HTTP {status} with a value at {at} that is not base64")]
    NotBase64 {
        /// The HTTP status.
        status: u16,
        /// JSON pointer of the value.
        at: String,
    },
}

impl Broken {
    /// Whether bytes of the request may have reached the helpdesk.
    pub fn bytes_may_have_left(&self) -> bool {
        !matches!(self, Self::Unsendable { .. } | Self::NotConnected { .. })
    }

    /// How the answer began, where there was one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::NotJson { text, .. } | Self::WebPage { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What reqwest's error means. Without proof that no connection came about, bytes may have left.
    pub(super) fn of(error: reqwest::Error, after: Duration) -> Self {
        let why = root_cause(&error);
        if error.is_builder() {
            Self::Unsendable { why }
        } else if error.is_connect() {
            Self::NotConnected { why }
        } else if error.is_timeout() {
            Self::TimedOut { after }
        } else {
            Self::Interrupted { why }
        }
    }
}

/// What TLS says, or the innermost of a chain of errors: the others say "error sending request" and hold the address.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    if let Some(words) = distrust(error) {
        return words;
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(_) if error.is_timeout() => "timed out".to_owned(),
        Some(_) => "unknown cause".to_owned(),
        None => cause.to_string(),
    }
}
