//! Memory of the files that the relay wrote, so that it may replace its own, unchanged, without being told to.
//!
//! One small record a path, named by the path's digest, in the state folder. A record that is missing or cannot be read
//! only means that `overwrite` is needed.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata, OpenOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{limits, private};

/// What tells an unchanged file from a changed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// Device and number of the file, where there are such.
    file: Option<(u64, u64)>,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.into_std().duration_since(UNIX_EPOCH).ok()?;
        Some(Self { size: metadata.len(), modified: modified.as_nanos().try_into().ok()?, file: number(metadata) })
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> Option<(u64, u64)> {
    use cap_std::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn number(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

#[derive(Serialize, Deserialize)]
struct Record {
    path: PathBuf,
    stamp: Stamp,
}

/// The records of one state folder; several relays may share it.
#[derive(Debug, Clone)]
pub(super) struct Records {
    folder: PathBuf,
}

impl Records {
    pub(super) fn new(state: &Path) -> Self {
        Self { folder: state.join("written") }
    }

    /// Whether the file at `path` is one that the relay wrote, as it wrote it.
    pub(super) fn hold(&self, path: &Path, metadata: &Metadata) -> bool {
        self.stamp(path).is_some_and(|known| Some(known) == Stamp::of(metadata))
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let dir = Dir::open_ambient_dir(&self.folder, ambient_authority()).ok()?;
        let mut text = Vec::new();
        dir.open(name(path)).ok()?.take(limits::WRITTEN_RECORD_BYTES).read_to_end(&mut text).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        (record.path == path).then_some(record.stamp)
    }

    /// Remembers a file.
    pub(super) fn remember(&self, path: &Path, stamp: Stamp) -> io::Result<()> {
        private::make_folder(&self.folder)?;
        let dir = Dir::open_ambient_dir(&self.folder, ambient_authority())?;
        let record = serde_json::to_vec(&Record { path: path.to_path_buf(), stamp })?;
        let temporary = format!(".{}", uuid::Uuid::new_v4().simple());
        let mut file = dir.open_with(&temporary, &private_file())?;
        let written = file.write_all(&record).and_then(|()| dir.rename(&temporary, &dir, name(path)));
        if written.is_err() {
            let _ = dir.remove_file(&temporary);
        }
        written?;
        forget_oldest(&dir, limits::WRITTEN_RECORDS)
    }
}

fn name(path: &Path) -> String {
    hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// When there are more than `limit` records, removes the older half.
fn forget_oldest(dir: &Dir, limit: usize) -> io::Result<()> {
    let mut records: Vec<(SystemTime, std::ffi::OsString)> = Vec::new();
    for entry in dir.entries()? {
        let entry = entry?;
        if let Ok(modified) = entry.metadata().and_then(|metadata| metadata.modified()) {
            records.push((modified.into_std(), entry.file_name()));
        }
    }
    if records.len() > limit {
        records.sort();
        for (_, name) in records.iter().take(records.len() / 2) {
            dir.remove_file(name)?;
        }
    }
    Ok(())
}

/// How a file for the user alone is made: new, or not at all.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remember(records: &Records, name: &Path) {
        let stamp = Stamp { size: 1, modified: 1, file: None };
        records.remember(name, stamp).unwrap();
    }

    #[test]
    fn written_records_obeyed_and_violated() {
        let state = tempfile::tempdir().unwrap();
        let records = Records::new(state.path());
        let count = || std::fs::read_dir(&records.folder).unwrap().count();
        remember(&records, Path::new("/one"));
        for number in 1..limits::WRITTEN_RECORDS {
            std::fs::write(records.folder.join(number.to_string()), "").unwrap();
        }
        remember(&records, Path::new("/one"));
        assert_eq!(count(), limits::WRITTEN_RECORDS);
        remember(&records, Path::new("/two"));
        assert_eq!(count(), limits::WRITTEN_RECORDS.div_ceil(2) + 1);
    }

    #[test]
    fn written_record_bytes_obeyed_and_violated() {
        let state = tempfile::tempdir().unwrap();
        let records = Records::new(state.path());
        let long = |bytes: u64| PathBuf::from("x".repeat(usize::try_from(bytes).unwrap()));
        let (fits, outgrows) = (long(limits::WRITTEN_RECORD_BYTES / 2), long(limits::WRITTEN_RECORD_BYTES));
        for path in [&fits, &outgrows] {
            remember(&records, path);
        }
        assert!(records.stamp(&fits).is_some());
        assert!(records.stamp(&outgrows).is_none(), "a record that is too large counts as none");
    }

    #[test]
    fn the_older_half_is_forgotten_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        for number in 0..9_u64 {
            let file = std::fs::File::create(folder.path().join(format!("r{number}"))).unwrap();
            file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(number)).unwrap();
        }
        forget_oldest(&dir, 9).unwrap();
        assert_eq!(dir.entries().unwrap().count(), 9);
        forget_oldest(&dir, 8).unwrap();
        let mut left: Vec<_> = dir.entries().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["r4", "r5", "r6", "r7", "r8"]);
    }

    #[test]
    fn a_record_holds_for_its_path_and_stamp_only() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::new(folder.path());
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        dir.write("a", "one").unwrap();
        let (path, metadata) = (folder.path().join("a"), dir.metadata("a").unwrap());
        assert!(!records.hold(&path, &metadata));
        records.remember(&path, Stamp::of(&metadata).unwrap()).unwrap();
        assert!(records.hold(&path, &metadata));
        assert!(!records.hold(&folder.path().join("b"), &metadata));
        dir.write("a", "other").unwrap();
        assert!(!records.hold(&path, &dir.metadata("a").unwrap()));
        std::fs::write(folder.path().join("written").join(name(&path)), "not JSON").unwrap();
        assert!(!records.hold(&path, &metadata));
    }
}
