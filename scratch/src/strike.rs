//! The one place where faults act.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::faults::{Fault, Moment};
use crate::wire::Shears;

/// The connection ends here, without a further word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was cut on purpose")]
pub(crate) struct Cut;

/// What the helpdesk answers, before a fault gets at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// HTTP status.
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: Bytes,
    /// Whether it is an older answer, repeated for its key.
    pub(crate) replayed: bool,
}

impl Outcome {
    /// A fresh answer.
    #[must_use]
    pub(crate) fn new(status: u16, body: &serde_json::Value) -> Self {
        Self { status, body: body.to_string().into(), replayed: false }
    }

    /// What Laravel says when something broke.
    #[must_use]
    pub(crate) fn server_error(status: u16) -> Self {
        Self::new(status, &json!({"message": "Server Error"}))
    }
}

/// Lets a fault act at a moment.
///
/// # Errors
/// When it ends the connection.
pub(crate) async fn strike(fault: Option<&Fault>, now: Moment, shears: &Shears) -> Result<(), Cut> {
    match fault {
        Some(Fault::Delay { milliseconds, at }) if *at == now || (*at == Moment::StatusLine && now == Moment::Done) => {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
            Ok(())
        }
        Some(Fault::Drop { at }) if *at == now => Err(Cut),
        Some(Fault::Reset { at }) if *at == now => {
            shears.reset_at_end();
            Err(Cut)
        }
        _ => Ok(()),
    }
}

/// The answer of a fault that lets nothing be done.
#[must_use]
pub(crate) fn instead(fault: Option<&Fault>) -> Option<Outcome> {
    match fault? {
        Fault::TooMany { .. } => Some(Outcome::new(429, &json!({"message": "Too Many Attempts."}))),
        Fault::Redirect { status, .. } => Some(Outcome::new(*status, &json!({"message": "Moved."}))),
        _ => None,
    }
}

/// The status of a fault that breaks the work itself.
#[must_use]
pub(crate) fn broken(fault: Option<&Fault>) -> Option<u16> {
    match fault? {
        Fault::Status { status, worked: false } => Some(*status),
        _ => None,
    }
}

/// Turns an outcome into what is sent.
#[must_use]
pub(crate) fn dress(fault: Option<&Fault>, outcome: Outcome, shears: &Arc<Shears>) -> Response<Answer> {
    let Outcome { mut status, body, .. } = outcome;
    let mut kind = HeaderValue::from_static("application/json");
    let mut more: Vec<(HeaderName, HeaderValue)> = Vec::new();
    let answer = match fault {
        Some(Fault::Truncate { bytes }) => Answer::truncated(&body, *bytes),
        Some(Fault::Trickle { bytes, milliseconds }) => {
            Answer::pieces(body, *bytes, Duration::from_millis(*milliseconds))
        }
        Some(Fault::TooMany { retry_after }) => {
            more.extend(retry_after.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds))));
            Answer::whole(body)
        }
        Some(Fault::Redirect { location, .. }) => {
            more.extend(HeaderValue::from_str(location).ok().map(|location| (LOCATION, location)));
            Answer::whole(body)
        }
        Some(Fault::Status { status: broken, worked: true }) => {
            status = *broken;
            kind = HeaderValue::from_static("text/html");
            Answer::whole(Bytes::from_static(b"<html><body><h1>Bad gateway</h1></body></html>"))
        }
        Some(Fault::Garbage) => Answer::whole(Bytes::from_static(b"{\"ok\":true,\"data\":{\"ticket_num\x00\xff\xfe")),
        Some(Fault::Endless) => Answer::endless(),
        Some(Fault::Drop { at: Moment::StatusLine } | Fault::Reset { at: Moment::StatusLine }) => {
            shears.cut_after(status_line(status));
            if matches!(fault, Some(Fault::Reset { .. })) {
                shears.reset_at_end();
            }
            Answer::whole(body)
        }
        _ => Answer::whole(body),
    };
    let mut response = Response::new(answer);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response.headers_mut().extend(more.into_iter().map(|(name, value)| (Some(name), value)));
    response
}

/// Length of the status line as hyper writes it, its line end included.
fn status_line(status: u16) -> usize {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("<none>");
    "HTTP/1.1 200 \r\n".len() + reason.len()
}
