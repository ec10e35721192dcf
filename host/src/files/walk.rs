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
use super::roots::{Known, Opened, Rights};

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
    pub(super) fn start(opened: Opened, known: &Known, otherwise: Rights) -> Result<Self, Stop> {
        let metadata = opened.dir.dir_metadata().map_err(Stop::System)?;
        let rights = known.rights(&metadata, &opened.path).unwrap_or(otherwise);
        Ok(Self { dir: opened.dir, path: opened.path, rights })
    }

    /// Goes into each folder in turn. With `make`, missing ones are made where files may be made.
    pub(super) fn descend(
        mut self,
        folders: &[&str],
        known: &Known,
        mut make: Option<&mut Made>,
    ) -> Result<Self, Stop> {
        for name in folders {
            let dir = match (self.dir.open_dir_nofollow(name), make.as_deref_mut()) {
                (Ok(dir), _) => dir,
                (Err(error), Some(made)) if error.kind() == io::ErrorKind::NotFound && self.rights.write => {
                    self.make(name, known, made)?
                }
                (Err(error), _) => return Err(self.why_not_a_folder(name, error)),
            };
            let path = self.path.join(name);
            let metadata = dir.dir_metadata().map_err(Stop::System)?;
            let rights = known.rights(&metadata, &path).unwrap_or(self.rights);
            if rights == Rights::PRIVATE {
                return Err(Stop::Private);
            }
            self = Self { dir, path, rights };
        }
        Ok(self)
    }

    fn make(&self, name: &str, known: &Known, made: &mut Made) -> Result<Dir, Stop> {
        if known.keeps(&self.path.join(name)) {
            return Err(Stop::Private);
        }
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
    pub(super) fn open_file(&self, name: &str, known: &Known) -> Result<(File, Metadata), Stop> {
        // Opening a device can already do something, so it is looked at before. What counts is the look at the handle.
        self.look(name)?;
        let file = open_as_is(&self.dir, name).map_err(|error| match self.look(name) {
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
        if known.rights(&metadata, &self.path.join(name)).is_some_and(|rights| rights == Rights::PRIVATE) {
            return Err(Stop::Private);
        }
        Ok((file, metadata))
    }

    /// Whether the relay keeps what stands under a name for itself.
    pub(super) fn is_private(&self, name: &str, known: &Known) -> bool {
        let path = self.path.join(name);
        let rights = self.look(name).ok().and_then(|metadata| known.rights(&metadata, &path));
        rights == Some(Rights::PRIVATE) || known.keeps(&path)
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

/// Opens what stands under a name, follows no link and waits for nobody.
fn open_as_is(dir: &Dir, name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    without_waiting(&mut options);
    dir.open_with(name, &options)
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What the look before the opening would catch, were it not changed in between.
    #[test]
    fn opening_follows_no_link_and_waits_for_no_writer() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "x").unwrap();
        std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
        let dir = Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority()).unwrap();
        assert!(open_as_is(&dir, "file").is_ok());
        assert!(open_as_is(&dir, "link").is_err());
        assert!(!open_as_is(&dir, "pipe").unwrap().metadata().unwrap().is_file());
    }
}
