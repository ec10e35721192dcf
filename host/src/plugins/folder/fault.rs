//! What is wrong with the folder of plugins, and what mends it.

use std::path::{Path, PathBuf};

use super::super::lock::NotALock;

/// What is wrong with the folder of plugins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderFault {
    /// Others may change what the relay trusts.
    #[error("{} may be changed by others, or is theirs, or is a link", .0.display())]
    NotPrivate(PathBuf),
    /// The lock file cannot be understood.
    #[error("{}: {why}", at.display())]
    Lock {
        /// Which file.
        at: PathBuf,
        /// What is wrong with it.
        why: NotALock,
    },
    /// The lock file was there and is not any more.
    #[error("{}: it is missing, and what was trusted, granted and taken back stood in it", .0.display())]
    Missing(PathBuf),
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

impl FolderFault {
    /// What a person does about it, where the fault itself does not say it.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::NotPrivate(at) => {
                let at = at.display();
                Some(format!("look whether what it holds is still yours; then make it yours alone: chmod go-w '{at}'"))
            }
            Self::Lock { at, why: NotALock::Format(_) } => {
                Some(format!("use the newer relay that wrote it; or {}", anew(at)))
            }
            Self::Lock { at, .. } | Self::Missing(at) => {
                Some(format!("put back a copy of it, if you have one; or {}", anew(at)))
            }
            Self::Settings { at, .. } => Some(format!("correct {}", at.display())),
            Self::System { .. } | Self::Busy(_) | Self::Component { .. } => None,
        }
    }
}

/// How a person begins without the lock file, and what that costs.
fn anew(lock_file: &Path) -> String {
    format!(
        "begin anew: move the folder {} away and add the plugins again (plugins.toml may be put back). That forgets every right that \
         was given or taken back, and the built-in plugins may do everything again",
        lock_file.parent().unwrap_or(lock_file).display()
    )
}
