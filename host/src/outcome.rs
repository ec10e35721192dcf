//! What became of a write.

use std::fmt;

/// What became of a write. Who judges it stands in `upstream`, who remembers it in `ledger`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// No byte left.
    NotSent,
    /// A plain no: nothing happened.
    Rejected,
    /// It took effect.
    Done,
    /// It may have happened.
    Unknown,
}

impl Outcome {
    /// This outcome of earlier attempts under one key, and then that of one more: once one may have happened, only a success
    /// makes it done, and what was done stays done.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Done, _) | (_, Self::Done) => Self::Done,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (_, next) => next,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotSent => "not sent",
            Self::Rejected => "rejected",
            Self::Done => "done",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Done, NotSent, Rejected, Unknown};

    #[test]
    fn once_unknown_only_a_success_ends_it() {
        for (earlier, later, together) in [
            (NotSent, NotSent, NotSent),
            (NotSent, Rejected, Rejected),
            (Rejected, NotSent, NotSent),
            (Unknown, NotSent, Unknown),
            (Unknown, Rejected, Unknown),
            (Unknown, Done, Done),
            (NotSent, Unknown, Unknown),
            (Rejected, Unknown, Unknown),
            (Done, Rejected, Done),
            (Done, Unknown, Done),
            (Done, NotSent, Done),
        ] {
            assert_eq!(earlier.then(later), together, "{earlier} then {later}");
        }
    }
}
