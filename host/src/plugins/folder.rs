//! The folder of plugins: `plugins.lock`, the components by their digests in `store/`, and `plugins.toml` with settings by hand.
//!
//! What lies here decides what runs, so it must belong to the user, and nobody else may write to it. Files appear whole: each is
//! written beside its place and renamed. Who changes the lock holds a lock of the system's on `.lock` meanwhile.
//!
//! `plugins.lock` also holds what was taken back from the built-in plugins, so one that disappears must not be as if there never
//! was one. Before anything is written there, an empty one is, and then the sign that there is one: text in `.lock`. Whoever finds
//! the sign and no `plugins.lock` knows that it was lost; and at no instant is there the sign alone.

mod fault;

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub use fault::FolderFault;

use super::lock::{Lock, Locked};
use super::notice::{self, Notice};
use super::settings;
use crate::limits;
use crate::private::{self, Standing};
use crate::sandbox::Digest;

/// What `.lock` holds from when there is a lock file on.
const SIGN: &str =
    "plugins.lock was written here. Where it is missing, nobody can tell what was granted, and nothing is sent.\n";

/// The folder of plugins in the relay's state folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

/// Whose the folder is, and when and what its files were. Equal stamps are equal files, as much to be believed as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    folder: Option<Standing>,
    /// Lock file, settings, and the file with the sign.
    files: [Option<FileStamp>; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    standing: Standing,
    bytes: u64,
    written: Option<SystemTime>,
    changed: (i64, i64),
}

impl FileStamp {
    fn of(found: &Metadata) -> Self {
        Self {
            standing: Standing::of(found),
            bytes: found.len(),
            written: found.modified().ok(),
            changed: private::changed(found),
        }
    }
}

/// A component that nobody trusts yet, in a file of its own where nobody else may change it. Dropping it removes the file.
#[derive(Debug)]
pub struct Aside(PathBuf);

impl Aside {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What is left over is swept up later.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A component that merely lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stray {
    /// Where.
    pub path: PathBuf,
    /// In bytes.
    pub bytes: u64,
}

impl Folder {
    /// The folder of plugins in a state folder. Asks the file system nothing.
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("plugins") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("plugins.lock")
    }

    /// The file with the settings.
    pub fn settings_file(&self) -> PathBuf {
        self.path.join("plugins.toml")
    }

    /// Where the component of this digest is kept.
    pub fn component(&self, sha256: Digest) -> PathBuf {
        self.path.join("store").join(format!("{sha256}.wasm"))
    }

    /// The file that is locked while the lock file is changed, and that holds the sign.
    fn held_file(&self) -> PathBuf {
        self.path.join(".lock")
    }

    /// How everything stands, at the cost of four questions to the system; of one where there is no folder.
    pub(super) fn stamp(&self) -> Stamp {
        let Some(folder) = self.standing() else { return Stamp::default() };
        let of = |path: PathBuf| std::fs::metadata(path).ok().map(|found| FileStamp::of(&found));
        Stamp { folder: Some(folder), files: [self.lock_file(), self.settings_file(), self.held_file()].map(of) }
    }

    /// Which folder it is now, and whose: another one can be put in its place. None where there is none.
    pub fn standing(&self) -> Option<Standing> {
        std::fs::symlink_metadata(&self.path).ok().map(|found| Standing::of(&found))
    }

    /// Reads the lock file; where none was ever written it is empty.
    ///
    /// # Errors
    /// Why nobody can tell what is trusted.
    pub fn read(&self) -> Result<Lock, FolderFault> {
        let at = self.lock_file();
        // Asked first: what was written before the sign was is then either there or lost.
        let signed = self.is_signed();
        match self.text_of(&at)? {
            Some(text) => Lock::parse(&text).map_err(|why| FolderFault::Lock { at, why }),
            None if signed => Err(FolderFault::Missing(at)),
            None => Ok(Lock::default()),
        }
    }

    /// The settings of each plugin, as compact JSON, sorted by name.
    ///
    /// # Errors
    /// Why the file cannot be understood.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, FolderFault> {
        let at = self.settings_file();
        match self.text_of(&at)? {
            Some(text) => settings::parse(&text).map_err(|why| FolderFault::Settings { at, why }),
            None => Ok(BTreeMap::new()),
        }
    }

    /// The text of a file; none where there is none. Nothing counts in a folder that others may change, not even that a file is
    /// not there.
    fn text_of(&self, path: &Path) -> Result<Option<String>, FolderFault> {
        let system = |error: io::Error| FolderFault::System { at: path.to_owned(), why: error.to_string() };
        if self.standing().is_some() && !private::is_private(&self.path) {
            return Err(FolderFault::NotPrivate(self.path.clone()));
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(system(error)),
        };
        if !file.metadata().is_ok_and(|found| private::is_ours(&found)) {
            return Err(FolderFault::NotPrivate(path.to_owned()));
        }
        let mut text = String::new();
        let read = file.take(limits::LOCK_BYTES + 1).read_to_string(&mut text).map_err(system)?;
        if read as u64 > limits::LOCK_BYTES {
            let why = format!("it is larger than {} bytes", limits::LOCK_BYTES);
            return Err(FolderFault::System { at: path.to_owned(), why });
        }
        Ok(Some(text))
    }

    /// Makes the folder, private to the user, if it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or is not the user's alone.
    pub fn make(&self) -> Result<(), FolderFault> {
        let store = self.path.join("store");
        private::make_folder(&store).map_err(|error| FolderFault::System { at: store, why: error.to_string() })?;
        if private::is_private(&self.path) { Ok(()) } else { Err(FolderFault::NotPrivate(self.path.clone())) }
    }

    /// Changes the lock file: what `change` makes of it is written whole, or nothing is. Waits for others who do the same. What
    /// `change` stores is there when the file names it; what it leaves out goes from the store after that.
    ///
    /// # Errors
    /// When the folder does not allow it, or `change` says no.
    pub fn change<T, E: From<FolderFault>>(&self, change: impl FnOnce(&mut Lock) -> Result<T, E>) -> Result<T, E> {
        self.make()?;
        let mut held = self.hold()?;
        self.sign(&mut held)?;
        let mut lock = self.read()?;
        let changed = change(&mut lock)?;
        // Also when nothing changed: relays that run look anew at each one that is written.
        self.write(&self.lock_file(), lock.text().as_bytes())?;
        self.sweep(&lock);
        Ok(changed)
    }

    fn is_signed(&self) -> bool {
        std::fs::metadata(self.held_file()).is_ok_and(|found| found.len() > 0)
    }

    /// Sees to it that there is a lock file, and then that its loss would be noticed. Each lasts before the next is begun.
    fn sign(&self, held: &mut File) -> Result<(), FolderFault> {
        if self.is_signed() {
            return Ok(());
        }
        if self.text_of(&self.lock_file())?.is_none() {
            self.write(&self.lock_file(), Lock::default().text().as_bytes())?;
        }
        let signed = held.write_all(SIGN.as_bytes()).and_then(|()| held.sync_all());
        signed.map_err(|error| FolderFault::System { at: self.held_file(), why: error.to_string() })
    }

    /// Stores a component under its digest. Only within [`Folder::change`] does it stay: others sweep out what no lock file names.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn store(&self, bytes: &[u8]) -> Result<Digest, FolderFault> {
        let sha256 = Digest::of(bytes);
        let path = self.component(sha256);
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(sha256);
        }
        self.write(&path, bytes)?;
        Ok(sha256)
    }

    /// Puts a component that nobody trusts yet into a file of its own.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn aside(&self, bytes: &[u8]) -> Result<Aside, FolderFault> {
        self.make()?;
        let aside = Aside(beside(&self.path.join("store")));
        let written =
            private::file().write(true).create_new(true).open(&aside.0).and_then(|mut file| file.write_all(bytes));
        match written {
            Ok(()) => Ok(aside),
            Err(error) => Err(FolderFault::System { at: aside.0.clone(), why: error.to_string() }),
        }
    }

    /// What is wrong with the file of a plugin as it lies in the store now. Reads all of it.
    pub fn fault_of(&self, plugin: &Locked) -> Option<Notice> {
        notice::of_component(plugin, read_component(&self.component(plugin.sha256)).map(|bytes| Digest::of(&bytes)))
    }

    /// The components that merely lie in the folder: nobody trusted them, and nothing of them is served.
    pub fn strays(&self) -> Vec<Stray> {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return Vec::new() };
        let mut strays: Vec<Stray> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "wasm"))
            .filter_map(|entry| Some(Stray { bytes: entry.metadata().ok()?.len(), path: entry.path() }))
            .collect();
        strays.sort_by(|one, other| one.path.cmp(&other.path));
        strays
    }

    /// Waits for whoever changes the folder now.
    fn hold(&self) -> Result<File, FolderFault> {
        let at = self.held_file();
        let system = |error: io::Error| FolderFault::System { at: at.clone(), why: error.to_string() };
        let file = private::file().write(true).create(true).truncate(false).open(&at).map_err(system)?;
        let until = std::time::Instant::now() + limits::LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(std::fs::TryLockError::WouldBlock) if std::time::Instant::now() < until => {
                    std::thread::sleep(limits::LEDGER_POLL);
                }
                Err(std::fs::TryLockError::WouldBlock) => return Err(FolderFault::Busy(self.path.clone())),
                Err(std::fs::TryLockError::Error(error)) => return Err(system(error)),
            }
        }
    }

    /// Writes a file beside its place and renames it, so that whoever reads it, and whoever comes after a crash, finds the old
    /// one or the new one.
    fn write(&self, path: &Path, content: &[u8]) -> Result<(), FolderFault> {
        let system = |error: io::Error| FolderFault::System { at: path.to_owned(), why: error.to_string() };
        let folder = path.parent().unwrap_or(&self.path);
        let beside = beside(folder);
        let written = (|| {
            let mut file = private::file().write(true).create_new(true).open(&beside)?;
            file.write_all(content)?;
            file.sync_all()?;
            drop(file);
            std::fs::rename(&beside, path)?;
            sync_folder(folder)
        })();
        if written.is_err() {
            // It may not even be there.
            let _ = std::fs::remove_file(&beside);
        }
        written.map_err(system)
    }

    /// Removes components that nobody trusts any more, and what was left half written. Only under the lock: nobody else is
    /// about to trust one of them.
    fn sweep(&self, lock: &Lock) {
        let trusted = |name: &str| lock.plugins.iter().any(|plugin| name == format!("{}.wasm", plugin.sha256));
        let half = |name: &str| name.starts_with('.') && name.ends_with(".part");
        let store = self.path.join("store");
        remove(&self.path, |name, age| half(name) && age > limits::ABANDONED_CACHE_FILE);
        remove(&store, |name, age| if half(name) { age > limits::ABANDONED_CACHE_FILE } else { !trusted(name) });
    }
}

/// Removes the files of a folder that are so, by their names and by how long ago they were written.
fn remove(folder: &Path, such: impl Fn(&str, Duration) -> bool) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let written = entry.metadata().and_then(|found| found.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok()).unwrap_or_default();
        if entry.file_name().to_str().is_some_and(|name| such(name, age)) {
            // Another relay may have removed it already.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A name in a folder that nobody else has, for what is not whole yet.
fn beside(folder: &Path) -> PathBuf {
    folder.join(format!(".{}.part", uuid::Uuid::new_v4().simple()))
}

/// Reads a file that is said to be a component.
///
/// # Errors
/// When it is not there, is no file, or is larger than a component may be.
pub fn read_component(path: &Path) -> Result<Vec<u8>, FolderFault> {
    let system = |error: io::Error| FolderFault::System { at: path.to_owned(), why: error.to_string() };
    // To open a pipe would be to wait for its writer.
    if !std::fs::metadata(path).map_err(system)?.is_file() {
        return Err(FolderFault::Component { at: path.to_owned(), why: "it is no file".into() });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(system)?;
    file.take(limits::COMPONENT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(system)?;
    if bytes.len() > limits::COMPONENT_BYTES {
        let why = format!("it is larger than {} bytes, more than a plugin has", limits::COMPONENT_BYTES);
        return Err(FolderFault::Component { at: path.to_owned(), why });
    }
    Ok(bytes)
}

/// A rename lasts when its folder does.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
