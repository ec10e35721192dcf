//! What can be wrong with the ledger, in words for who reads it: nothing was sent then.

use std::path::PathBuf;

use super::record::{State, WriteId};

/// Why the ledger cannot be used. A write that cannot be recorded is not sent; reads go on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerFault {
    /// The disk, or the user's share of it, is full.
    #[error("the disk that holds the relay's record of writes ({}) is full", at.display())]
    Full {
        /// The ledger.
        at: PathBuf,
    },
    /// It cannot be written.
    #[error("the relay's record of writes ({}) cannot be written", at.display())]
    ReadOnly {
        /// The ledger.
        at: PathBuf,
    },
    /// It cannot be opened or made.
    #[error("the relay's record of writes ({}) cannot be opened: {why}", at.display())]
    Closed {
        /// The ledger.
        at: PathBuf,
        /// In the system's words.
        why: String,
    },
    /// It is no ledger, or not a whole one.
    #[error("the relay's record of writes ({}) is damaged: {why}", at.display())]
    Damaged {
        /// The ledger.
        at: PathBuf,
        /// In SQLite's words.
        why: String,
    },
    /// A newer relay made it.
    #[error("the relay's record of writes ({}) was made by a newer relay (version {version} of its form)", at.display())]
    Newer {
        /// The ledger.
        at: PathBuf,
        /// Of its form.
        version: i64,
    },
    /// Locks do not hold there, so that two relays could not keep out of each other's way.
    #[error("the relay's record of writes ({}) lies on a file system on which locks do not work", at.display())]
    NoLocks {
        /// Where.
        at: PathBuf,
    },
    /// Another relay holds it too long.
    #[error("the relay's record of writes ({}) is busy with another relay", at.display())]
    Busy {
        /// The ledger.
        at: PathBuf,
    },
    /// Reading or writing failed.
    #[error("the relay's record of writes ({}) failed: {why}", at.display())]
    Failed {
        /// The ledger.
        at: PathBuf,
        /// In SQLite's words.
        why: String,
    },
}

impl LedgerFault {
    /// What the person running the relay can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Full { .. } => "Make room on that disk, or set TICKITI_RELAY_STATE to a folder on another one.",
            Self::ReadOnly { .. } | Self::Closed { .. } => {
                "Make that folder writable for the user who runs the relay, or set TICKITI_RELAY_STATE to another one."
            }
            Self::Damaged { .. } => {
                "See on the helpdesk what was written last, then move the file away: the relay begins a new one."
            }
            Self::Newer { .. } => "Use the newer relay, or set TICKITI_RELAY_STATE to another folder.",
            Self::NoLocks { .. } => "Set TICKITI_RELAY_STATE to a folder on a disk of this computer.",
            Self::Busy { .. } => "Call again in a few seconds.",
            Self::Failed { .. } => "Look at that disk, or set TICKITI_RELAY_STATE to a folder on another one.",
        }
    }

    /// What SQLite's error means.
    pub(super) fn of(error: &rusqlite::Error, at: PathBuf) -> Self {
        use rusqlite::ErrorCode;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { at },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { at },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::Closed { at, why },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { at, why },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { at },
            Some(ErrorCode::FileLockingProtocolFailed) => Self::NoLocks { at },
            _ => Self::Failed { at, why },
        }
    }
}

/// Why a write cannot be settled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// No write has this name.
    #[error("there is no write {0} that waits to be settled; unsettled_writes lists those that do")]
    Unknown(WriteId),
    /// Nothing waits for it.
    #[error("the write {0} is settled already")]
    Settled(WriteId),
    /// A relay works on it.
    #[error("the write {0} is under way; wait for its call to end")]
    UnderWay(WriteId),
    /// The helpdesk said otherwise.
    #[error("the helpdesk confirmed the write {0}: it happened. Settle it with happened: true")]
    Confirmed(WriteId),
    /// The ledger cannot be used.
    #[error("{fault}. {}", fault.remedy())]
    Fault {
        /// What is wrong with it.
        #[from]
        fault: LedgerFault,
    },
}

impl SettleError {
    /// For a state that no word can change any more.
    pub(super) fn of(id: WriteId, state: State, happened: bool) -> Option<Self> {
        match state {
            State::Sent | State::Unknown => None,
            State::Done if happened => None,
            State::Done => Some(Self::Confirmed(id)),
            State::NotSent | State::Rejected | State::SettledHappened | State::SettledDidNotHappen => {
                Some(Self::Settled(id))
            }
        }
    }
}
