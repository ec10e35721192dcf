//! The folder of plugins: `plugins.lock`, the components by their digests in `store/`, and `plugins.toml` with settings by hand.
//!
//! What lies here decides what runs, so it must belong to the user, and nobody else may write to it. Files appear whole: each is
//! written beside its place and renamed. Who changes the lock holds a lock of the system's on `.lock` meanwhile.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::lock::{Lock, NotALock};
use crate::sandbox::Digest;
use crate::{limits, private};

/// The folder of plugins in the relay's state folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

/// What is wrong with the folder of plugins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderFault {
    /// Others may change what the relay trusts.
    #[error("{} may be changed by others, or is theirs: make it yours alone (chmod 700)", .0.display())]
    NotPrivate(PathBuf),
    /// The lock file cannot be understood.
    #[error("{}: {why}", at.display())]
    Lock {
        /// Which file.
        at: PathBuf,
        /// What is wrong with it.
        why: NotALock,
    },
    /// The settings cannot be understood.
    #[error("{}: {why}", at.display())]
    Settings {
        /// Which file.
        at: PathBuf,
        /// What is wrong, with its line.
        why: String,
    },
    /// The system says no.
    #[error("{}: {why}", at.display())]
    System {
        /// Which file or folder.
        at: PathBuf,
        /// In the system's words.
        why: String,
    },
    /// Somebody else is changing it.
    #[error("another `tickiti-relay plugin` is at work in {}; try again when it has ended", .0.display())]
    Busy(PathBuf),
    /// The file of a component is too large or has changed.
    #[error("{}: {why}", at.display())]
    Component {
        /// Which file.
        at: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// When and what the files of the folder were; equal stamps are equal files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp([Option<(SystemTime, u64, u64)>; 2]);

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

    /// Whether anything is there, at the cost of one question to the system.
    pub(super) fn stamp(&self) -> Stamp {
        let of = |path: PathBuf| {
            let found = std::fs::metadata(path).ok()?;
            Some((found.modified().ok()?, found.len(), file_number(&found)))
        };
        Stamp([of(self.lock_file()), of(self.settings_file())])
    }

    /// Reads the lock file; one that is not there is empty.
    ///
    /// # Errors
    /// Why nobody can tell what is trusted.
    pub fn read(&self) -> Result<Lock, FolderFault> {
        let at = self.lock_file();
        match self.text_of(&at, limits::LOCK_BYTES)? {
            None => Ok(Lock::default()),
            Some(text) => Lock::parse(&text).map_err(|why| FolderFault::Lock { at, why }),
        }
    }

    /// The settings of each plugin, as compact JSON, sorted by name.
    ///
    /// # Errors
    /// Why the file cannot be understood.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, FolderFault> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Settings {
            #[serde(default)]
            plugins: BTreeMap<String, OfPlugin>,
        }
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct OfPlugin {
            #[serde(default)]
            settings: serde_json::Map<String, serde_json::Value>,
        }
        let at = self.settings_file();
        let Some(text) = self.text_of(&at, limits::LOCK_BYTES)? else { return Ok(BTreeMap::new()) };
        let settings: Settings = toml::from_str(&text)
            .map_err(|error| FolderFault::Settings { at, why: error.to_string().trim_end().to_owned() })?;
        let json = |of: OfPlugin| serde_json::Value::Object(of.settings).to_string();
        Ok(settings.plugins.into_iter().map(|(name, of)| (name, json(of))).collect())
    }

    fn text_of(&self, path: &Path, most: u64) -> Result<Option<String>, FolderFault> {
        let system = |error: io::Error| FolderFault::System { at: path.to_owned(), why: error.to_string() };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(system(error)),
        };
        if !private::is_private(&self.path) {
            return Err(FolderFault::NotPrivate(self.path.clone()));
        }
        if !file.metadata().is_ok_and(|found| private::is_ours(&found)) {
            return Err(FolderFault::NotPrivate(path.to_owned()));
        }
        let mut text = String::new();
        let read = file.take(most + 1).read_to_string(&mut text).map_err(system)?;
        if read as u64 > most {
            return Err(FolderFault::System { at: path.to_owned(), why: format!("it is larger than {most} bytes") });
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

    /// Changes the lock file: what `change` makes of it is written whole, or nothing is. Waits for others who do the same.
    ///
    /// # Errors
    /// When the folder does not allow it, or `change` says no.
    pub fn change<T, E: From<FolderFault>>(&self, change: impl FnOnce(&mut Lock) -> Result<T, E>) -> Result<T, E> {
        self.make()?;
        let _held = self.hold()?;
        let mut lock = self.read()?;
        let before = lock.clone();
        let changed = change(&mut lock)?;
        if lock != before {
            self.write(&self.lock_file(), lock.text().as_bytes())?;
        }
        self.sweep(&lock);
        Ok(changed)
    }

    /// Stores a component under its digest.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn store(&self, bytes: &[u8]) -> Result<Digest, FolderFault> {
        self.make()?;
        let sha256 = Digest::of(bytes);
        let path = self.component(sha256);
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(sha256);
        }
        self.write(&path, bytes)?;
        Ok(sha256)
    }

    /// A component's bytes as they lie in the store now, whatever their digest is.
    ///
    /// # Errors
    /// When it is not there, or too large.
    pub fn stored(&self, sha256: Digest) -> Result<Vec<u8>, FolderFault> {
        read_component(&self.component(sha256))
    }

    /// Removes a component that nobody trusts any more.
    pub fn forget(&self, sha256: Digest) {
        // It may be gone already.
        let _ = std::fs::remove_file(self.component(sha256));
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
        let at = self.path.join(".lock");
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
        let beside = folder.join(format!(".{}.part", uuid::Uuid::new_v4().simple()));
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
        remove_old(&self.path, half);
        remove_old(&self.path.join("store"), |name| !trusted(name));
    }
}

/// Removes the files of a folder whose name is such, once nobody can still be at work on them.
fn remove_old(folder: &Path, such: impl Fn(&str) -> bool) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(&such)) {
        let written = entry.metadata().and_then(|found| found.modified());
        if written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > limits::ABANDONED_CACHE_FILE)) {
            // Another relay may have removed it already.
            let _ = std::fs::remove_file(entry.path());
        }
    }
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

#[cfg(unix)]
fn file_number(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn file_number(_: &std::fs::Metadata) -> u64 {
    0
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
