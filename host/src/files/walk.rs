//! Going from an allowed folder to a file, one part of the path at a time, following no link.
//!
//! Every step opens one plain name within a folder that is already open, so nothing that others do to the path meanwhile
//! leads elsewhere: what is checked is what was opened.

use std::io;
use std::path::PathBuf;

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, FileType, Metadata, OpenOptions};

use super::names::shown;
use super::refusal::FileRefusal;
use super::roots::{Identity, Opened, Rights};

/// Where the way stands.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) dir: Dir,
    /// Its real path.
    pub(super) path: PathBuf,
    /// What may be done with the files in it.
    pub(super) rights: Rights,
}

/// Why the way ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Missing,
    Link,
    NotAFolder,
    NotAFile(&'static str),
    SecondName,
    Private,
    System(io::Error),
}

/// Folders that were made on the way, removed again unless something is kept in them.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<(Dir, String)>);

impl Made {
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for (parent, name) in self.0.drain(..).rev() {
            // Fails, rightly, when someone else has put something in it.
            let _ = parent.remove_dir(name);
        }
    }
}

impl Place {
    pub(super) fn start(opened: Opened, known: &[(Identity, Rights)], otherwise: Rights) -> Result<Self, Stop> {
        let metadata = opened.dir.dir_metadata().map_err(Stop::System)?;
        let rights = rights_at(&metadata, &opened.path, known).unwrap_or(otherwise);
        Ok(Self { dir: opened.dir, path: opened.path, rights })
    }

    /// Goes into each folder in turn. With `make`, missing ones are made where files may be made.
    pub(super) fn descend(
        mut self,
        folders: &[&str],
        known: &[(Identity, Rights)],
        mut make: Option<&mut Made>,
    ) -> Result<Self, Stop> {
        for name in folders {
            let dir = match (self.dir.open_dir_nofollow(name), make.as_deref_mut()) {
                (Ok(dir), _) => dir,
                (Err(error), Some(made)) if error.kind() == io::ErrorKind::NotFound && self.rights.write => {
                    self.make(name, made)?
                }
                (Err(error), _) => return Err(self.why_not_a_folder(name, error)),
            };
            let path = self.path.join(name);
            let metadata = dir.dir_metadata().map_err(Stop::System)?;
            let rights = rights_at(&metadata, &path, known).unwrap_or(self.rights);
            if rights == Rights::PRIVATE {
                return Err(Stop::Private);
            }
            self = Self { dir, path, rights };
        }
        Ok(self)
    }

    fn make(&self, name: &str, made: &mut Made) -> Result<Dir, Stop> {
        match self.dir.create_dir(name) {
            Ok(()) => made.0.push((self.dir.try_clone().map_err(Stop::System)?, name.to_owned())),
            // Another call made it at the same time.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Stop::System(error)),
        }
        self.dir.open_dir_nofollow(name).map_err(|error| self.why_not_a_folder(name, error))
    }

    fn why_not_a_folder(&self, name: &str, error: io::Error) -> Stop {
        match self.dir.symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => Stop::Link,
            Ok(metadata) if !metadata.is_dir() => Stop::NotAFolder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Stop::Missing,
            _ => Stop::System(error),
        }
    }

    /// Opens a regular file for reading.
    pub(super) fn open_file(&self, name: &str, known: &[(Identity, Rights)]) -> Result<(File, Metadata), Stop> {
        // Opening a device can already do something, so it is looked at before. What counts is the look at the handle.
        self.look(name)?;
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No);
        without_waiting(&mut options);
        let file = self.dir.open_with(name, &options).map_err(|error| match self.look(name) {
            Err(stop) => stop,
            Ok(_) => Stop::System(error),
        })?;
        let metadata = file.metadata().map_err(Stop::System)?;
        if !metadata.is_file() {
            return Err(Stop::NotAFile(what(&metadata.file_type())));
        }
        if has_second_name(&metadata) {
            return Err(Stop::SecondName);
        }
        if rights_at(&metadata, &self.path.join(name), known).is_some_and(|rights| rights == Rights::PRIVATE) {
            return Err(Stop::Private);
        }
        Ok((file, metadata))
    }

    /// Whether the relay keeps what stands under a name for itself.
    pub(super) fn is_private(&self, name: &str, known: &[(Identity, Rights)]) -> bool {
        let rights = self.look(name).ok().and_then(|metadata| rights_at(&metadata, &self.path.join(name), known));
        rights == Some(Rights::PRIVATE)
    }

    /// What stands under a name, if it is a regular file.
    fn look(&self, name: &str) -> Result<Metadata, Stop> {
        look(&self.dir, name)
    }
}

/// What stands under a name, if it is a regular file.
pub(super) fn look(dir: &Dir, name: &str) -> Result<Metadata, Stop> {
    match dir.symlink_metadata(name) {
        Ok(metadata) if metadata.is_symlink() => Err(Stop::Link),
        Ok(metadata) if !metadata.is_file() => Err(Stop::NotAFile(what(&metadata.file_type()))),
        Ok(metadata) => Ok(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Stop::Missing),
        Err(error) => Err(Stop::System(error)),
    }
}

fn rights_at(metadata: &Metadata, path: &std::path::Path, known: &[(Identity, Rights)]) -> Option<Rights> {
    let identity = Identity::of(metadata, path)?;
    known.iter().find(|(known, _)| *known == identity).map(|(_, rights)| *rights)
}

/// A pipe without a writer would otherwise be waited for.
#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) {
    use cap_fs_ext::OpenOptionsSyncExt;
    options.nonblock(true);
}

/// Only Unix has pipes in folders.
#[cfg(not(unix))]
fn without_waiting(_options: &mut OpenOptions) {}

#[cfg(unix)]
fn has_second_name(metadata: &Metadata) -> bool {
    use cap_std::fs::MetadataExt;
    metadata.nlink() > 1
}

/// Windows tells it by another way, which the standard library does not yet have. Making a hard link there needs the right
/// to write to the file.
#[cfg(not(unix))]
fn has_second_name(_metadata: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn what(kind: &FileType) -> &'static str {
    use cap_std::fs::FileTypeExt;
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn what(kind: &FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "a device" }
}

impl Stop {
    /// In words, for a file that was to be read. A missing one is told by the caller, who knows where it was looked for.
    pub(super) fn reading(self, path: &str) -> FileRefusal {
        self.refusal(path, FileRefusal::reading)
    }

    /// In words, for a file that was to be written. A folder is missing only where none may be made.
    pub(super) fn writing(self, path: &str) -> FileRefusal {
        match self {
            Self::Missing => FileRefusal::ReadOnly { path: shown(path) },
            stop => stop.refusal(path, FileRefusal::writing),
        }
    }

    fn refusal(self, path: &str, system: fn(&str, &io::Error) -> FileRefusal) -> FileRefusal {
        let given = path;
        let path = shown(path);
        match self {
            Self::Missing => FileRefusal::Missing { path, folders: String::new() },
            Self::Link => FileRefusal::Link { path },
            Self::NotAFolder => FileRefusal::NotAFolder { path },
            Self::NotAFile(what) => FileRefusal::NotAFile { path, what },
            Self::SecondName => FileRefusal::SecondName { path },
            Self::Private => FileRefusal::Private { path },
            Self::System(error) => system(given, &error),
        }
    }
}
