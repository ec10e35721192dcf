//! Reads a small file that a setting names, if nobody who should not has a hand in it.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::problem::{AuthorityProblem, TokenProblem};

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Missing,
    /// The system does not let the relay read it.
    Closed,
    NotAFile,
    /// Others may do what they should not.
    Unsafe,
    TooLarge,
}

/// The content of a file of at most `most` bytes, if `is_safe` says so of its permissions.
pub(super) fn read(path: &Path, most: u64, is_safe: fn(&Metadata) -> bool) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Closed,
    };
    // To open a pipe would be to wait for its writer.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let file = File::open(path).map_err(unreadable)?;
    // Looked at through the handle: what is checked is what is read.
    if !is_safe(&file.metadata().map_err(unreadable)?) {
        return Err(Unreadable::Unsafe);
    }
    let mut held = Vec::new();
    let bytes = file.take(most + 1).read_to_end(&mut held).map_err(unreadable)?;
    if bytes as u64 > most { Err(Unreadable::TooLarge) } else { Ok(held) }
}

impl From<Unreadable> for TokenProblem {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Missing => Self::NoFile,
            Unreadable::Closed => Self::Closed,
            Unreadable::NotAFile => Self::NotAFile,
            Unreadable::Unsafe => Self::NotPrivate,
            Unreadable::TooLarge => Self::TooLarge,
        }
    }
}

impl From<Unreadable> for AuthorityProblem {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Missing => Self::NoFile,
            Unreadable::Closed => Self::Closed,
            Unreadable::NotAFile => Self::NotAFile,
            Unreadable::Unsafe => Self::Open,
            Unreadable::TooLarge => Self::TooLarge,
        }
    }
}
