//! Files and folders that are the user's alone: the only words for it, in every room that keeps something.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that are missing, for the user alone.
///
/// # Errors
/// When the system does not let it be made. One that is there already is left as it is.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // Elsewhere a folder inherits the rights of the user's own, which is private by default.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How a file is opened that, if it is made, only its user may read.
#[must_use]
pub fn file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is Unix's"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether a folder is there, is one and no link to one, is the user's, and nobody else may write to it.
#[must_use]
pub fn is_private(folder: &Path) -> bool {
    std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && is_ours(&found))
}

/// Whether a file or folder is the user's, and nobody else may write to it.
#[cfg(unix)]
#[must_use]
pub fn is_ours(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
}

/// Elsewhere what the user's own folders hold is private by default.
#[cfg(not(unix))]
#[must_use]
pub fn is_ours(_: &Metadata) -> bool {
    true
}

/// Which file or folder stands at a path, whose it is, and who may do what with it. Equal as long as all that is; what it holds
/// may be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    #[cfg(unix)]
    number: (u64, u64),
    #[cfg(unix)]
    rights: (u32, u32, u32),
    #[cfg(not(unix))]
    made: Option<std::time::SystemTime>,
}

impl Standing {
    /// Of what was found.
    #[cfg(unix)]
    #[must_use]
    pub fn of(found: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { number: (found.dev(), found.ino()), rights: (found.uid(), found.gid(), found.mode()) }
    }

    /// Of what was found.
    #[cfg(not(unix))]
    #[must_use]
    pub fn of(found: &Metadata) -> Self {
        Self { made: found.created().ok() }
    }
}

/// When the system last changed anything of a file, in seconds and nanoseconds: nobody can set that as they can set the time of
/// writing.
#[cfg(unix)]
#[must_use]
pub fn changed(found: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (found.ctime(), found.ctime_nsec())
}

/// Elsewhere nobody knows.
#[cfg(not(unix))]
#[must_use]
pub fn changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}
