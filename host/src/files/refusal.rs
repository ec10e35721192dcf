//! Why a file is not read or written, in words for the assistant and for the person who runs the relay.

use std::path::PathBuf;

use super::names::NameProblem;

/// How to allow a folder; ends the texts that a setting would change.
const SETTING: &str =
    "the person who runs the relay can allow its folder with TICKITI_RELAY_FILES=/folder, or /folder:ro to read only";

/// Why a file was not opened, made or kept. A refused output leaves nothing behind, and what was there before as it was.
/// Nothing here tells whether anything outside the allowed folders exists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileRefusal {
    /// The path is not one that the relay takes, wherever it leads.
    #[error("`{path}` is not a path that the relay takes: {problem}. No setting changes this")]
    Name {
        /// As it was given, made visible and cut.
        path: String,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// No folder may be read.
    #[error("`{path}` was not read: no folder is allowed for reading; {SETTING}")]
    NothingReadable {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// Not beneath an allowed folder.
    #[error("`{path}` is not beneath a folder that may be {used} ({folders}): give a path beneath one, or {SETTING}")]
    Outside {
        /// As it was given, made visible and cut.
        path: String,
        /// `read` or `written to`.
        used: &'static str,
        /// The allowed folders.
        folders: String,
    },
    /// Beneath a folder that may only be read.
    #[error(
        "`{path}` was not written: its folder may only be read; the person who runs the relay can change `:ro` in \
         TICKITI_RELAY_FILES=/folder:ro"
    )]
    ReadOnly {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// In the relay's own state or cache.
    #[error("`{path}` belongs to the relay itself and is not given to tools. No setting changes this")]
    Private {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// An allowed folder cannot be used.
    #[error("`{path}` was not opened: TICKITI_RELAY_FILES names a folder that cannot be used: {root}")]
    Root {
        /// As it was given, made visible and cut.
        path: String,
        /// The folder, and what is wrong with it.
        root: RootRefusal,
    },
    /// No such file beneath the allowed folders.
    #[error(
        "there is no file `{path}` beneath the folders that may be read ({folders}); if it lies elsewhere, {SETTING}"
    )]
    Missing {
        /// As it was given, made visible and cut.
        path: String,
        /// The allowed folders.
        folders: String,
    },
    /// It, or a folder on the way, is a symbolic link.
    #[error("`{path}` leads through a symbolic link, and links are not followed: give the real path, and {SETTING}")]
    Link {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// A second name of a file that may lie anywhere.
    #[error(
        "`{path}` is one of several names of the same file (a hard link), which may lie outside: copy it and give the \
         copy. No setting changes this"
    )]
    SecondName {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// A folder, pipe, socket or device.
    #[error("`{path}` is {what}, not a regular file. No setting changes this")]
    NotAFile {
        /// As it was given, made visible and cut.
        path: String,
        /// `a folder`, `a pipe` …
        what: &'static str,
    },
    /// A part of the path that should be a folder is none.
    #[error("`{path}` leads through something that is not a folder")]
    NotAFolder {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// Larger than its use allows.
    #[error("`{path}` is larger than {limit} bytes, the most that this argument takes")]
    TooLarge {
        /// As it was given, made visible and cut.
        path: String,
        /// In bytes.
        limit: u64,
    },
    /// Too large together with the other files of the call.
    #[error("`{path}` and the other files of this call are together larger than {limit} bytes: attach fewer at a time")]
    Together {
        /// As it was given, made visible and cut.
        path: String,
        /// In bytes.
        limit: usize,
    },
    /// Wanted as text, but is none.
    #[error("`{path}` is not UTF-8 text{hint}")]
    NotText {
        /// As it was given, made visible and cut.
        path: String,
        /// What it seems to be, or nothing.
        hint: &'static str,
    },
    /// Wanted as an image, but its name is not one of an image.
    #[error("`{path}` is not named as an image: .png, .jpg, .jpeg, .gif, .webp, .bmp or .svg")]
    NotAnImageName {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// Its bytes are not what its name says.
    #[error("`{path}` is named as {named} but its bytes are {found}")]
    NotThatImage {
        /// As it was given, made visible and cut.
        path: String,
        /// `PNG`.
        named: &'static str,
        /// `JPEG`, or `no image`.
        found: &'static str,
    },
    /// There is a file that the relay did not write, or that was changed since.
    #[error(
        "`{path}` exists and the relay did not write it, or it was changed since; it was not touched. Give another path, \
         or `overwrite: true` if it is to be replaced"
    )]
    Exists {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// The output outgrew its bound.
    #[error("`{path}` would be larger than {limit} bytes; nothing was written. Ask for less at a time")]
    OutputTooLarge {
        /// As it was given, made visible and cut.
        path: String,
        /// In bytes.
        limit: u64,
    },
    /// The argument names a file to be made.
    #[error("`{path}` is to be written, not read")]
    NotForReading {
        /// As it was given, made visible and cut.
        path: String,
    },
    /// The operating system refused.
    #[error("`{path}` could not be {action}: {reason}{after}")]
    System {
        /// As it was given, made visible and cut.
        path: String,
        /// `read`, `written`.
        action: &'static str,
        /// In the operating system's words.
        reason: String,
        /// What that means for the file.
        after: &'static str,
    },
}

impl FileRefusal {
    /// The work on files was broken off from within; what it was about is not known any more.
    pub fn interrupted() -> Self {
        Self::System {
            path: "a file of this call".into(),
            action: "handled",
            reason: "the relay broke off".into(),
            after: "; nothing was written, and what was there before is as it was",
        }
    }

    /// The files of one call are too large together.
    pub fn too_many_bytes(path: &str, limit: usize) -> Self {
        Self::Together { path: super::names::shown(path), limit }
    }

    pub(super) fn reading(path: &str, error: &std::io::Error) -> Self {
        Self::System { path: super::names::shown(path), action: "read", reason: plain(error), after: "" }
    }

    pub(super) fn writing(path: &str, error: &std::io::Error) -> Self {
        Self::System {
            path: super::names::shown(path),
            action: "written",
            reason: plain(error),
            after: "; nothing was written, and what was there before is as it was",
        }
    }
}

/// An error of the operating system without the number that it ends with.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// A folder that cannot be allowed: a configuration error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {problem}", root.display())]
pub struct RootRefusal {
    /// As the setting names it.
    pub root: PathBuf,
    /// Why it cannot be.
    pub problem: RootProblem,
}

/// Why a folder cannot be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootProblem {
    /// It would depend on where the client starts the relay.
    #[error("is not an absolute path: write it out from the root, without `~`")]
    Relative,
    /// Rules by name would not hold.
    #[error("holds `..`: write the path without it")]
    Parent,
    /// Everything.
    #[error(
        "is the root of the file system: give one folder that holds only what assistants may see, such as /srv/helpdesk"
    )]
    FileSystem,
    /// Everything on a drive.
    #[error("is a whole drive: give one folder that holds only what assistants may see, such as C:\\Helpdesk")]
    Drive,
    /// Keys, histories, settings.
    #[error(
        "is a home folder, or holds one: give one folder in it that holds only what assistants may see, such as ~/helpdesk written out"
    )]
    Home,
    /// The system's own, among them the relay's environment with its token.
    #[error(
        "belongs to the operating system: give one folder that holds only what assistants may see, such as /srv/helpdesk"
    )]
    System,
    /// The relay's own ledger, compiled plugins or token.
    #[error("is or lies in a folder that the relay keeps for itself: give another")]
    Private,
    /// Not there.
    #[error("does not exist: make it, or correct TICKITI_RELAY_FILES")]
    Missing,
    /// A file, say.
    #[error("is not a folder: give the folder that holds it")]
    NotAFolder,
    /// The operating system does not let the relay in.
    #[error("cannot be opened by the relay's user")]
    Closed,
}
