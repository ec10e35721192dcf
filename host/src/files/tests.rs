//! The room as a whole, on a real file system.

#[cfg(unix)]
mod hostile;
mod output;
#[cfg(unix)]
mod race;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;

/// A folder for one test: `desk` and `forms` are allowed (`forms` for reading), `outside` is not, `state` is the relay's.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["desk/sub", "forms", "outside", "cache"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("outside/secret.txt"), "secret").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn rules(&self, roots: &[(&str, bool)]) -> FileRules {
        FileRules {
            roots: roots.iter().map(|(name, writable)| Root { path: self.path(name), writable: *writable }).collect(),
            state: self.path("state"),
            private: vec![self.path("cache"), self.path("desk/token.txt")],
            home: Some("/home/anna".into()),
            own: true,
        }
    }

    fn files(&self) -> Files {
        self.files_with(&[("desk", true), ("forms", false)])
    }

    fn files_with(&self, roots: &[(&str, bool)]) -> Files {
        Files::new(self.rules(roots)).unwrap()
    }

    /// Every file, folder and link in a part of the world, with its content.
    fn all(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(&self.path(name), &mut found);
        found
    }
}

fn gather(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            found.insert(path.clone(), b"folder".to_vec());
            gather(&path, found);
        } else if kind.is_file() {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        } else {
            found.insert(path, format!("{kind:?}").into_bytes());
        }
    }
}

/// Writes a whole file.
fn put(files: &Files, path: &str, overwrite: bool, content: &str) -> Result<Written, FileRefusal> {
    let mut output = files.output(path, overwrite)?;
    output.append(content.as_bytes())?;
    output.commit()
}
