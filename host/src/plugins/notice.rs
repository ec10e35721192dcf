//! Why something is not served as the person may expect, and what they can do about it.

use super::check::Fault;
use super::folder::FolderFault;
use super::lock::Locked;
use crate::sandbox::Digest;

/// Why something is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Notice {
    /// The folder cannot be read.
    #[error("no plugin is served but the built-in ones, and these may send nothing: {0}")]
    Folder(FolderFault),
    /// The settings cannot be read.
    #[error("no call of an added plugin is begun, because its settings cannot be read: {0}")]
    Settings(FolderFault),
    /// There are settings for no plugin.
    #[error("plugins.toml has settings for `{name}`, and no plugin of this name was added{}", did_you_mean(nearest))]
    NoSuchPlugin {
        /// The name there.
        name: String,
        /// A name that looks like it.
        nearest: Option<String>,
    },
    /// A definition is not the one that was trusted.
    #[error(
        "the plugin `{plugin}` is out of service: the definition of its tool `{tool}` in plugins.lock is not the one that was trusted"
    )]
    Changed {
        /// Name of the plugin.
        plugin: String,
        /// Name of the tool.
        tool: String,
    },
    /// The file of a plugin is not there.
    #[error("the plugin `{plugin}` has lost its file: {why}")]
    Lost {
        /// Name of the plugin.
        plugin: String,
        /// Where it came from: a path or an address.
        from: String,
        /// In the system's words.
        why: String,
    },
    /// The file of a plugin is another.
    #[error(
        "the file of the plugin `{plugin}` is not the one that was trusted, and is never run: its SHA-256 is {found}, and not {trusted}"
    )]
    Replaced {
        /// Name of the plugin.
        plugin: String,
        /// Where it came from: a path or an address.
        from: String,
        /// What is there.
        found: Digest,
        /// What was trusted.
        trusted: Digest,
    },
    /// A plugin breaks a rule.
    #[error("not served: {0}")]
    Fault(Fault),
    /// A built-in plugin cannot be loaded.
    #[error("the built-in plugin `{plugin}` is not served: {why}")]
    Builtin {
        /// Its name.
        plugin: String,
        /// Why.
        why: String,
    },
}

impl Notice {
    /// Its text, if it is about the plugin of this name.
    pub fn is_about(&self, name: &str) -> Option<String> {
        let about = match self {
            Self::Changed { plugin, .. }
            | Self::Builtin { plugin, .. }
            | Self::Lost { plugin, .. }
            | Self::Replaced { plugin, .. } => plugin == name,
            Self::Fault(fault) => fault.plugin == name,
            Self::Folder(_) | Self::Settings(_) | Self::NoSuchPlugin { .. } => false,
        };
        about.then(|| self.to_string())
    }

    /// Whether everything works all the same, and a person should merely know.
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::NoSuchPlugin { .. })
    }

    /// What a person does about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Folder(fault) | Self::Settings(fault) => {
                fault.remedy().unwrap_or_else(|| "let it be a file that you can read".to_owned())
            }
            Self::NoSuchPlugin { .. } => "correct the name, or take the section out".to_owned(),
            Self::Changed { plugin, .. } => format!(
                "`tickiti-relay plugin trust {plugin}` shows what changed, and serves it after your yes; `tickiti-relay plugin remove \
                 {plugin}` takes it out"
            ),
            Self::Lost { plugin, from, .. } => brings_back(plugin, from),
            Self::Replaced { plugin, from, .. } => format!(
                "{}; `tickiti-relay plugin trust {plugin}` shows what it is now, and serves that after your yes",
                brings_back(plugin, from)
            ),
            Self::Fault(Fault { plugin, .. }) => format!(
                "`tickiti-relay plugin update {plugin} FILE` with a version that fits, or `tickiti-relay plugin remove {plugin}`"
            ),
            Self::Builtin { .. } => {
                "install the relay anew; if that does not help, report it as a fault of the relay".to_owned()
            }
        }
    }
}

fn brings_back(plugin: &str, from: &str) -> String {
    format!("`tickiti-relay plugin update {plugin} {from}` brings the trusted one back")
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// What is wrong with the file of a plugin, as it was read from the store.
pub(super) fn of_component(locked: &Locked, stored: Result<Digest, FolderFault>) -> Option<Notice> {
    let (plugin, from) = (locked.name.clone(), locked.source.clone());
    match stored {
        Ok(found) if found == locked.sha256 => None,
        Ok(found) => Some(Notice::Replaced { plugin, from, found, trusted: locked.sha256 }),
        Err(fault) => Some(Notice::Lost { plugin, from, why: fault.to_string() }),
    }
}
