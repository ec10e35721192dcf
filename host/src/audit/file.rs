//! A file that lines are appended to, and that makes room for another when it is full.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{limits, private};

/// The file; opened at the first line.
#[derive(Debug)]
pub(super) struct Rotating {
    path: PathBuf,
    open: Option<File>,
}

impl Rotating {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Appends one line in one write. Another relay may have moved the file away meanwhile: the line goes to the one that stands
    /// in its place.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let there = std::fs::metadata(&self.path).ok();
        let same =
            |file: &File| file.metadata().ok().zip(there.as_ref()).is_some_and(|(mine, there)| is_same(&mine, there));
        if !self.open.as_ref().is_some_and(same) {
            self.open = Some(open(&self.path)?);
        }
        if there.is_some_and(|there| there.len() + line.len() as u64 > limits::AUDIT_BYTES) {
            self.rotate()?;
        }
        match &mut self.open {
            Some(file) => file.write_all(line),
            None => Ok(()),
        }
    }

    /// Moves every file one place on; the oldest goes. Only one relay does it: the others find a new file in its place.
    fn rotate(&mut self) -> io::Result<()> {
        let Some(file) = &self.open else { return Ok(()) };
        if file.try_lock().is_err() {
            return Ok(());
        }
        let there = std::fs::metadata(&self.path);
        if !there.is_ok_and(|there| file.metadata().is_ok_and(|mine| is_same(&mine, &there))) {
            self.open = Some(open(&self.path)?);
            return Ok(());
        }
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

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    private::file().append(true).create(true).open(path)
}

#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere an open file cannot be moved away.
#[cfg(not(unix))]
fn is_same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}
