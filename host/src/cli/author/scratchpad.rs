//! A folder for one run, gone when it is over: nothing of a test stays on the computer.

use std::path::{Path, PathBuf};

/// A private, empty folder. Removed when dropped.
pub(crate) struct Scratchpad(PathBuf);

impl Scratchpad {
    /// Makes one.
    ///
    /// # Errors
    /// When the system's folder for temporary files does not take it.
    pub(crate) fn new() -> std::io::Result<Self> {
        let temporary = std::env::temp_dir();
        let temporary = std::fs::canonicalize(&temporary).unwrap_or(temporary);
        let folder = temporary.join(format!("tickiti-relay-{}", uuid::Uuid::new_v4().simple()));
        #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is Unix's"))]
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        Ok(Self(folder))
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratchpad {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
