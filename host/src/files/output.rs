//! Making a file: whole or not at all.
//!
//! Bytes go to a temporary file beside the target, which is put in place when it is whole. All of it happens by plain names
//! within one folder that is held open, so nothing that is done to the path meanwhile leads elsewhere, and the rename that
//! cap-primitives 4.0.3 gets wrong for names with a trailing slash (GHSA-m9f7) is never asked for one.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use sha2::{Digest, Sha256};

use super::names::shown;
use super::refusal::FileRefusal;
use super::walk::{Made, Place, Stop, look};
use super::written::{Records, Stamp, hex, private_file};
use crate::limits;

/// How temporary files are called, so that an abandoned one is known: the dot hides it, and keeps tools from reaching it.
const TEMPORARY_START: &str = ".tickiti-relay-";
const TEMPORARY_END: &str = ".part";

/// A file that was written whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its real path, absolute.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, lower-case hexadecimal.
    pub sha256: String,
}

/// A file on its way. Dropped without [`Output::commit`], it leaves nothing behind, and what stood at its path stays.
pub struct Output {
    path: String,
    name: String,
    overwrite: bool,
    records: Records,
    digest: Sha256,
    bytes: u64,
    pub(super) limit: u64,
    failed: Option<FileRefusal>,
    // Dropped in this order: the temporary file goes before the folders that were made for it.
    temporary: Temporary,
    made: Made,
    place: Place,
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Output").field("path", &self.path).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Output {
    pub(super) fn begin(
        path: &str,
        place: Place,
        name: &str,
        made: Made,
        overwrite: bool,
        records: Records,
    ) -> Result<Self, FileRefusal> {
        let failed = |error: io::Error| FileRefusal::writing(path, &error);
        remove_abandoned(&place.dir);
        let temporary = Temporary::create(&place.dir).map_err(failed)?;
        let output = Self {
            path: path.to_owned(),
            name: name.to_owned(),
            overwrite,
            records,
            digest: Sha256::new(),
            bytes: 0,
            limit: limits::OUTPUT_BYTES,
            failed: None,
            temporary,
            made,
            place,
        };
        output.check_target()?;
        Ok(output)
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When the file would be larger than [`limits::OUTPUT_BYTES`], or the disk does not take it. The output is then lost:
    /// every later call gives the same refusal.
    pub fn append(&mut self, data: &[u8]) -> Result<(), FileRefusal> {
        if let Some(refusal) = &self.failed {
            return Err(refusal.clone());
        }
        let bytes = self.bytes.saturating_add(data.len() as u64);
        let written = if bytes > self.limit {
            Err(FileRefusal::OutputTooLarge { path: shown(&self.path), limit: self.limit })
        } else {
            self.temporary.file.write_all(data).map_err(|error| FileRefusal::writing(&self.path, &error))
        };
        if let Err(refusal) = written {
            self.failed = Some(refusal.clone());
            return Err(refusal);
        }
        self.digest.update(data);
        self.bytes = bytes;
        Ok(())
    }

    /// SHA-256 of all bytes so far, lower-case hexadecimal.
    pub fn sha256_hex(&self) -> String {
        hex(&self.digest.clone().finalize())
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the file in place, durable and whole. Blocks until the disk has it.
    ///
    /// Whether there is a file that must not be replaced is judged again here. Where nothing stood, a hard link claims the
    /// name: it fails if another takes it first. Where that is not possible (a file system without hard links), and where
    /// the relay replaces its own earlier file, a change in the instant between look and rename is not seen.
    ///
    /// # Errors
    /// When a part could not be written, or a file stands there now that must not be replaced.
    pub fn commit(mut self) -> Result<Written, FileRefusal> {
        if let Some(refusal) = self.failed.take() {
            return Err(refusal);
        }
        let failed = |error: io::Error| FileRefusal::writing(&self.path, &error);
        self.temporary.file.sync_all().map_err(failed)?;
        let stamp = self.temporary.file.metadata().ok().as_ref().and_then(Stamp::of);
        let replaces = self.check_target()?;
        if replaces {
            self.temporary.rename(&self.name).map_err(failed)?;
        } else if !self.temporary.claim(&self.name).map_err(failed)? {
            return Err(FileRefusal::Exists { path: shown(&self.path) });
        }
        self.made.keep();
        sync_folder(&self.place.dir);
        let path = self.place.path.join(&self.name);
        if let Some(Err(error)) = stamp.map(|stamp| self.records.remember(&path, stamp)) {
            tracing::warn!(%error, "a written file could not be remembered: replacing it will need `overwrite`");
        }
        Ok(Written { path, bytes: self.bytes, sha256: hex(&self.digest.finalize()) })
    }

    /// Whether a file stands at the target that may be replaced; `false` when nothing stands there.
    fn check_target(&self) -> Result<bool, FileRefusal> {
        match look(&self.place.dir, &self.name) {
            Err(Stop::Missing) => Ok(false),
            Err(stop) => Err(stop.writing(&self.path)),
            Ok(metadata) if self.overwrite || self.is_own(&metadata) => Ok(true),
            Ok(_) => Err(FileRefusal::Exists { path: shown(&self.path) }),
        }
    }

    fn is_own(&self, metadata: &Metadata) -> bool {
        self.records.hold(&self.place.path.join(&self.name), metadata)
    }
}

/// Writes bytes under the first of `names` that is free.
pub(super) fn write_new(
    place: &Place,
    names: impl Iterator<Item = String>,
    bytes: &[u8],
) -> io::Result<Option<Written>> {
    remove_abandoned(&place.dir);
    let mut temporary = Temporary::create(&place.dir)?;
    temporary.file.write_all(bytes)?;
    temporary.file.sync_all()?;
    for name in names {
        if temporary.claim(&name)? {
            sync_folder(&place.dir);
            let sha256 = hex(&Sha256::digest(bytes));
            return Ok(Some(Written { path: place.path.join(name), bytes: bytes.len() as u64, sha256 }));
        }
    }
    Ok(None)
}

/// A file beside the target, removed when it is dropped before it was put in place.
struct Temporary {
    dir: Dir,
    name: String,
    file: File,
    placed: bool,
}

impl Temporary {
    fn create(dir: &Dir) -> io::Result<Self> {
        let name = format!("{TEMPORARY_START}{}{TEMPORARY_END}", uuid::Uuid::new_v4().simple());
        let dir = dir.try_clone()?;
        let file = dir.open_with(&name, &private_file())?.into_std();
        // Says to other relays that its writer lives; ends with the process, however that ends.
        let _ = file.try_lock();
        Ok(Self { dir, name, file: File::from_std(file), placed: false })
    }

    /// Puts it in place of whatever file stands there.
    fn rename(&mut self, name: &str) -> io::Result<()> {
        self.dir.rename(&self.name, &self.dir, name)?;
        self.placed = true;
        Ok(())
    }

    /// Puts it in place where nothing stands; `false` when something does.
    fn claim(&mut self, name: &str) -> io::Result<bool> {
        match self.dir.hard_link(&self.name, &self.dir, name) {
            // Dropping it removes its first name.
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(_) => self.claim_without_links(name),
        }
    }

    fn claim_without_links(&mut self, name: &str) -> io::Result<bool> {
        match self.dir.symlink_metadata(name) {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.rename(name).map(|()| true),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            let _ = self.dir.remove_file(&self.name);
        }
    }
}

/// Makes a new name in a folder durable. A failure is only told: the file is there, and whole.
fn sync_folder(dir: &Dir) {
    #[cfg(unix)]
    if let Err(error) = dir.open(".").and_then(|folder| folder.sync_all()) {
        tracing::warn!(%error, "a folder could not be synchronised: a written file may be gone after a power cut");
    }
    #[cfg(not(unix))]
    let _ = dir;
}

/// Removes what a relay that was killed left in a folder: temporary files that are old and that no living process holds.
fn remove_abandoned(dir: &Dir) {
    let Ok(entries) = dir.entries() else { return };
    for entry in entries.take(limits::FOLDER_ENTRIES_SWEPT).flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(TEMPORARY_START) && name.ends_with(TEMPORARY_END) && is_abandoned(dir, name) {
            let _ = dir.remove_file(name);
        }
    }
}

fn is_abandoned(dir: &Dir, name: &str) -> bool {
    let Ok(metadata) = look(dir, name) else { return false };
    let age = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at.into_std()).ok());
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    age.is_some_and(|age| age > limits::ABANDONED_OUTPUT)
        && dir.open_with(name, &options).is_ok_and(|file| file.into_std().try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;

    fn folder() -> (tempfile::TempDir, Dir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        (folder, dir)
    }

    #[test]
    fn a_name_is_claimed_once_with_links_and_without() {
        let (folder, dir) = folder();
        for (without, name) in [(false, "a"), (true, "b")] {
            for (content, free) in [("one", true), ("two", false)] {
                let mut temporary = Temporary::create(&dir).unwrap();
                temporary.file.write_all(content.as_bytes()).unwrap();
                let claimed =
                    if without { temporary.claim_without_links(name) } else { temporary.claim(name) }.unwrap();
                assert_eq!(claimed, free, "{name} {content}");
            }
            assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), "one");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file was left");
    }

    #[test]
    fn only_an_old_temporary_file_without_a_writer_is_removed() {
        let (folder, dir) = folder();
        let old = SystemTime::now() - limits::ABANDONED_OUTPUT * 2;
        let make = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
        let age = |file: &std::fs::File| file.set_modified(old).unwrap();
        let abandoned = format!("{TEMPORARY_START}1{TEMPORARY_END}");
        age(&make(&abandoned));
        let recent = format!("{TEMPORARY_START}2{TEMPORARY_END}");
        make(&recent);
        age(&make("notes.part"));
        let held = Temporary::create(&dir).unwrap();
        age(&std::fs::File::open(folder.path().join(&held.name)).unwrap());
        remove_abandoned(&dir);
        assert!(!dir.exists(abandoned));
        assert!(dir.exists(recent) && dir.exists("notes.part") && dir.exists(&held.name));
    }
}
