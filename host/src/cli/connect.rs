//! `tickiti-relay connect`: writes the entry that makes a client start the relay, and takes it out again.

mod client;
mod edit;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

pub use client::Client;
use edit::{Edit, EditError};

/// What the entry is called in every client.
const NAME: &str = "tickiti";
/// What is appended to a file's name for the copy of how it was before.
const COPY: &str = ".before-tickiti-relay";

/// What the entry says: how the client starts the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Path of the program.
    pub command: PathBuf,
    /// Its arguments: how it is started.
    pub arguments: Vec<String>,
    /// Its environment. Never a token: a file that holds it.
    pub environment: Vec<(String, String)>,
}

/// Why a client could not be connected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// There is no place to write to.
    #[error("this computer's settings folder is unknown (is HOME set?); add the entry by hand")]
    NoHome,
    /// The project is not there.
    #[error("{path} is no folder, so it is no project's. Nothing was changed", path = .0.display())]
    NoProject(PathBuf),
    /// The client's file is a link, and nothing is behind it.
    #[error("{path} is a link to a file that is not there. Nothing was changed; make that file, `{{}}` in it, or take the link away", path = .0.display())]
    DeadLink(PathBuf),
    /// The client's file is not what it should be.
    #[error("{path}: {reason}. Nothing was changed; add the entry by hand", path = path.display())]
    Edit {
        /// The client's file.
        path: PathBuf,
        /// Why.
        reason: EditError,
    },
    /// The client's file cannot be read or written.
    #[error("{path}: {reason}. Nothing was changed", path = path.display())]
    File {
        /// The client's file.
        path: PathBuf,
        /// What the operating system says.
        reason: std::io::Error,
    },
}

/// A change that is ready to be written, or was.
#[derive(Debug)]
pub struct Change {
    /// The client's file.
    pub path: PathBuf,
    /// Where the copy of how it was before lies; none when there was no file.
    pub copy: Option<PathBuf>,
    /// The entry, as it stands in the file then; none when it is taken out.
    pub entry: Option<Value>,
    /// The whole file as it will be; none when the file goes.
    pub text: Option<String>,
    /// Whether the file is as wanted already.
    pub unchanged: bool,
}

/// Works out what `connect` would write.
///
/// # Errors
/// When the client's file cannot be found, read or understood.
pub fn connect(client: Client, project: Option<&Path>, launch: &Launch) -> Result<Change, ConnectError> {
    let path = file(client, project)?;
    let before = read(&path)?;
    let entry = entry(client, launch);
    let edit = Edit { section: client.section(), name: NAME, entry: Some(&entry) };
    let text = edit.apply(before.as_deref()).map_err(|reason| ConnectError::Edit { path: path.clone(), reason })?;
    let unchanged = before.as_deref() == text.as_deref();
    Ok(Change { copy: before.as_ref().map(|_| copy_of(&path)), path, entry: Some(entry), text, unchanged })
}

/// Works out what `connect --undo` would write: the entry as it was before, or none.
///
/// # Errors
/// When the client's file cannot be found, read or understood.
pub fn undo(client: Client, project: Option<&Path>) -> Result<Change, ConnectError> {
    let path = file(client, project)?;
    let now = read(&path)?;
    let copy = copy_of(&path);
    let before = read(&copy)?;
    let failed = |reason| ConnectError::Edit { path: path.clone(), reason };
    let earlier = before.as_deref().and_then(|text| edit::entry(text, client.section(), NAME));
    let edit = Edit { section: client.section(), name: NAME, entry: earlier.as_ref() };
    let text = edit.apply(now.as_deref()).map_err(failed)?;
    // Nothing else changed meanwhile: the file goes back byte for byte.
    let text = match (&before, &text) {
        (Some(before), Some(text)) if edit::same(before, text, client.section()) => Some(before.clone()),
        (None, Some(text)) if edit::is_empty(text, client.section()) => None,
        _ => text,
    };
    let unchanged = now == text;
    Ok(Change { copy: before.map(|_| copy), path, entry: earlier, text, unchanged })
}

impl Change {
    /// Writes the change. The copy of the file as it was before is kept first, and an earlier copy is never overwritten.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn write(&self) -> Result<(), ConnectError> {
        let failed = |reason| ConnectError::File { path: self.path.clone(), reason };
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        match (&self.text, &self.copy) {
            (Some(text), copy) => {
                if let Some(copy) = copy.as_ref().filter(|copy| !copy.exists()) {
                    std::fs::copy(&self.path, copy).map_err(failed)?;
                }
                let temporary = with_suffix(&self.path, ".tickiti-relay-new");
                std::fs::write(&temporary, text).map_err(failed)?;
                if let Ok(existing) = std::fs::metadata(&self.path) {
                    std::fs::set_permissions(&temporary, existing.permissions()).map_err(failed)?;
                }
                std::fs::rename(&temporary, &self.path).map_err(failed)
            }
            (None, _) if self.path.exists() => std::fs::remove_file(&self.path).map_err(failed),
            (None, _) => Ok(()),
        }
    }

    /// Forgets the copy, after an undo.
    pub fn forget_copy(&self) {
        if let Some(copy) = &self.copy {
            // A copy that cannot be removed harms nobody.
            let _ = std::fs::remove_file(copy);
        }
    }
}

/// The entry in the client's own shape.
pub fn entry(client: Client, launch: &Launch) -> Value {
    let environment: Map<String, Value> =
        launch.environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut entry = Map::new();
    if client.wants_type() {
        entry.insert("type".into(), json!("stdio"));
    }
    entry.insert("command".into(), json!(launch.command));
    entry.insert("args".into(), json!(launch.arguments));
    entry.insert("env".into(), Value::Object(environment));
    Value::Object(entry)
}

/// The client's file; what a link leads to, where it is one, since who links it elsewhere wants it changed there.
fn file(client: Client, project: Option<&Path>) -> Result<PathBuf, ConnectError> {
    if let Some(folder) = project.filter(|folder| !folder.is_dir()) {
        return Err(ConnectError::NoProject(folder.to_owned()));
    }
    let path = client.file(project).ok_or(ConnectError::NoHome)?;
    if path.is_symlink() { std::fs::canonicalize(&path).map_err(|_| ConnectError::DeadLink(path)) } else { Ok(path) }
}

fn read(path: &Path) -> Result<Option<String>, ConnectError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(ConnectError::File { path: path.to_owned(), reason }),
    }
}

fn copy_of(path: &Path) -> PathBuf {
    with_suffix(path, COPY)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests;
