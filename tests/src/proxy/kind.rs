//! What can happen to a connection.

use std::fmt;

/// A kind of fault. Each is what a wire, a proxy or a server does in practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The connection is reset as soon as it is accepted; nothing is read.
    Refuse,
    /// Reset when the head of the request is there; its body is not read.
    ResetBeforeBody,
    /// Half of the body is handed on, then both sides are cut.
    ResetInBody,
    /// The request is handed on whole and takes effect; then reset without an answer, at times before the server is done.
    ResetAfterBody,
    /// The request takes effect; the status line is sent, then reset.
    ResetAfterStatusLine,
    /// The request or its answer is late, but not too late.
    Latency,
    /// The answer comes in drops; at times too slowly.
    Trickle,
    /// The request is taken and never handed on; no answer.
    StallBefore,
    /// The request is handed on and takes effect; no answer ever comes.
    StallAfter,
    /// Request and answer come in odd pieces. Harmless to who reads properly.
    Slice,
    /// The answer's body is cut in the middle, in good order.
    CutBody,
    /// The answer promises more bytes than it has.
    LongLength,
    /// The answer comes late, and twice on the same connection.
    LateTwice,
    /// 429 with `Retry-After`, nothing handed on.
    TooMany,
    /// 500, 502 or 503, nothing handed on.
    ErrorBefore,
    /// 500, 502 or 503 although the request was handed on and took effect.
    ErrorAfter,
    /// The request is handed on twice, the second time under another key. No wire does this: it is there to show that the
    /// checker bites, and not among [`Kind::ALL`].
    Duplicate,
}

impl Kind {
    /// Every kind that happens in practice.
    pub const ALL: [Self; 16] = [
        Self::Refuse,
        Self::ResetBeforeBody,
        Self::ResetInBody,
        Self::ResetAfterBody,
        Self::ResetAfterStatusLine,
        Self::Latency,
        Self::Trickle,
        Self::StallBefore,
        Self::StallAfter,
        Self::Slice,
        Self::CutBody,
        Self::LongLength,
        Self::LateTwice,
        Self::TooMany,
        Self::ErrorBefore,
        Self::ErrorAfter,
    ];

    /// Those after which a client cannot know whether a request took effect, and which cost it no waiting.
    pub const AMBIGUOUS: [Self; 6] = [
        Self::ResetBeforeBody,
        Self::ResetInBody,
        Self::ResetAfterBody,
        Self::ResetAfterStatusLine,
        Self::CutBody,
        Self::ErrorAfter,
    ];

    /// In a few words, for tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::ResetBeforeBody => "reset before body",
            Self::ResetInBody => "reset in body",
            Self::ResetAfterBody => "reset after body",
            Self::ResetAfterStatusLine => "reset after status line",
            Self::Latency => "latency",
            Self::Trickle => "trickle",
            Self::StallBefore => "stall before",
            Self::StallAfter => "stall after",
            Self::Slice => "slice",
            Self::CutBody => "cut body",
            Self::LongLength => "lying length",
            Self::LateTwice => "late and twice",
            Self::TooMany => "429",
            Self::ErrorBefore => "5xx before",
            Self::ErrorAfter => "5xx after",
            Self::Duplicate => "duplicate",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
