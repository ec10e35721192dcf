//! Who is alive: each relay holds a lock on a file of its own. The operating system lets go of it when the relay ends, however
//! it ends; a process number could be another's by then, and a time would have to be guessed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::fault::LedgerFault;
use crate::private;

/// This relay's lock. Held as long as this lives.
#[derive(Debug)]
pub(super) struct Owner {
    name: String,
    folder: PathBuf,
    file: File,
}

impl Owner {
    /// Takes a lock of our own in `folder`, and removes the files of relays that are gone.
    pub(super) fn new(folder: &Path) -> Result<Self, LedgerFault> {
        let closed = |error: io::Error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
                LedgerFault::Full { at: folder.to_path_buf() }
            }
            io::ErrorKind::ReadOnlyFilesystem => LedgerFault::ReadOnly { at: folder.to_path_buf() },
            _ => LedgerFault::Closed { at: folder.to_path_buf(), why: error.to_string() },
        };
        private::make_folder(folder).map_err(closed)?;
        remove_dead(folder);
        loop {
            let name = uuid::Uuid::new_v4().simple().to_string();
            let path = folder.join(&name);
            let file = private::file().read(true).write(true).create_new(true).open(&path).map_err(closed)?;
            // Another relay may take it for a dead one's in the instant before it is locked: then it is another name's turn.
            if hold(&file, &path)? && path.exists() {
                return Ok(Self { name, folder: folder.to_path_buf(), file });
            }
        }
    }

    /// The name under which calls are recorded.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the relay of this name lives.
    pub(super) fn is_alive(&self, name: &str) -> bool {
        name == self.name || is_held(&self.folder.join(name))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Removed while it is held: nobody can take the name meanwhile.
        let _ = std::fs::remove_file(self.folder.join(&self.name));
        let _ = self.file.unlock();
    }
}

/// Locks a file, and makes sure that the lock holds: on some network file systems everyone gets it. False when another relay
/// has it just now.
fn hold(file: &File, path: &Path) -> Result<bool, LedgerFault> {
    let no_locks = || LedgerFault::NoLocks { at: path.parent().unwrap_or(path).to_path_buf() };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
        Err(TryLockError::Error(_)) => return Err(no_locks()),
    }
    let second = || match OpenOptions::new().read(true).open(path) {
        Ok(file) => file.try_lock_shared(),
        Err(error) => Err(TryLockError::Error(error)),
    };
    if refuses_others(second) || !path.exists() { Ok(true) } else { Err(no_locks()) }
}

/// Whether a second lock on a held file is refused.
fn refuses_others(second: impl FnOnce() -> Result<(), TryLockError>) -> bool {
    matches!(second(), Err(TryLockError::WouldBlock))
}

/// Whether somebody holds a lock on this file. What cannot be asked counts as held: then a write waits, and is not sent twice.
fn is_held(path: &Path) -> bool {
    match OpenOptions::new().read(true).open(path) {
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => true,
        },
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn remove_dead(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if let Ok(file) = OpenOptions::new().read(true).write(true).open(&path)
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_lives_as_long_as_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let one = Owner::new(folder.path()).unwrap();
        let other = Owner::new(folder.path()).unwrap();
        assert!(one.is_alive(one.name()) && one.is_alive(other.name()) && other.is_alive(one.name()));
        let name = one.name().to_owned();
        drop(one);
        assert!(!other.is_alive(&name));
        assert!(!other.is_alive("never-was"));
    }

    #[test]
    fn what_the_dead_left_is_removed_and_what_the_living_hold_is_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("dead"), "").unwrap();
        let one = Owner::new(folder.path()).unwrap();
        let _other = Owner::new(folder.path()).unwrap();
        assert!(!folder.path().join("dead").exists());
        assert!(folder.path().join(one.name()).exists());
    }

    #[test]
    fn relays_that_begin_at_once_all_begin() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || (0..100).map(|_| Owner::new(folder.path()).map(drop)).collect::<Result<Vec<_>, _>>();
        std::thread::scope(|scope| {
            let relays: Vec<_> = (0..4).map(|_| scope.spawn(begin)).collect();
            for relay in relays {
                assert!(relay.join().unwrap().is_ok());
            }
        });
    }

    #[test]
    fn locks_that_everyone_gets_are_no_locks() {
        assert!(!refuses_others(|| Ok(())));
        assert!(!refuses_others(|| Err(TryLockError::Error(io::ErrorKind::Unsupported.into()))));
        assert!(refuses_others(|| Err(TryLockError::WouldBlock)));
    }
}
