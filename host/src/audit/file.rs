//! A file that lines are appended to, and that makes room for another when it is full.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{limits, private};

/// The file; opened at the first line.
#[derive(Debug)]
pub(super) struct Rotating {
    path: PathBuf,
    open: Option<Open>,
}

/// The file that lines go to, and which one it is.
#[derive(Debug)]
struct Open {
    file: File,
    which: Option<Which>,
}

impl Rotating {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Appends one line in one write. Another relay may have moved the file away meanwhile: the line goes to the one that stands
    /// in its place.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let there = std::fs::symlink_metadata(&self.path).ok();
        let which = there.as_ref().and_then(which);
        if which.is_none() || self.open.as_ref().is_none_or(|open| open.which != which) {
            self.open = Some(open(&self.path)?);
        }
        if there.is_some_and(|there| is_full(&there, line)) {
            self.rotate(line)?;
        }
        match &mut self.open {
            Some(open) => open.file.write_all(line),
            None => Ok(()),
        }
    }

    /// Moves every file one place on; the oldest goes. Only one relay does it: the others find a new file in its place. The lock
    /// is on a file of its own, because some systems let nobody write to a file that is locked.
    fn rotate(&mut self, line: &[u8]) -> io::Result<()> {
        let turn = ours().write(true).create(true).truncate(false).open(self.path.with_extension("lock"))?;
        match turn.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Another may have done it just before.
        if !std::fs::symlink_metadata(&self.path).is_ok_and(|there| is_full(&there, line)) {
            self.open = Some(open(&self.path)?);
            return Ok(());
        }
        // Some systems move no file that is open.
        self.open = None;
        let files = super::files(&self.path);
        for pair in files.windows(2) {
            if let [older, newer] = pair
                && newer.exists()
            {
                std::fs::rename(newer, older)?;
            }
        }
        self.open = Some(open(&self.path)?);
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<Open> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    let file = ours().append(true).create(true).open(path)?;
    let metadata = file.metadata()?;
    // Somebody else's file is theirs to read.
    if private::is_ours(&metadata) {
        Ok(Open { file, which: which(&metadata) })
    } else {
        Err(io::Error::other("others may change it, or it is theirs"))
    }
}

/// How a file is opened here: where there is a link in its place, not at all.
fn ours() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the flag is Unix's"))]
    let mut options = private::file();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

fn is_full(there: &Metadata, line: &[u8]) -> bool {
    there.len() + line.len() as u64 > limits::AUDIT_BYTES
}

/// Device and number of a file. While one is open here its number is given to no other.
type Which = (u64, u64);

#[cfg(unix)]
fn which(found: &Metadata) -> Option<Which> {
    use std::os::unix::fs::MetadataExt;
    Some((found.dev(), found.ino()))
}

/// Elsewhere nobody knows: the file is opened anew for each line.
#[cfg(not(unix))]
fn which(_: &Metadata) -> Option<Which> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_a_file_of_ours_is_written_to() {
        let state = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (state.path().join("audit.jsonl"), state.path().join("elsewhere"));
        std::fs::write(&elsewhere, "").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(Rotating::new(path.clone()).append(b"{}\n").is_err(), "a link");
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o622)).unwrap();
        assert!(Rotating::new(path.clone()).append(b"{}\n").is_err(), "others write to it");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Rotating::new(path).append(b"{}\n").is_ok());
    }

    #[test]
    fn who_finds_another_rotating_goes_on_writing() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("audit.jsonl");
        let full = File::create(&path).unwrap();
        full.set_len(limits::AUDIT_BYTES).unwrap();
        let turn = File::create(path.with_extension("lock")).unwrap();
        turn.try_lock().unwrap();
        let mut file = Rotating::new(path.clone());
        file.append(b"{}\n").unwrap();
        assert_eq!(full.metadata().unwrap().len(), limits::AUDIT_BYTES + 3);
        drop(turn);
        file.append(b"{}\n").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}\n", "a new one");
    }
}
