//! Plugins of third parties, as the person sees them who runs the relay: added, confined, changed, taken out.

mod add;
mod live;
mod modes;
mod rights;
mod scale;
mod trouble;

use std::path::PathBuf;

use tickiti_relay_scratch::Running;
use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::plugins;
use tickiti_relay_tests::relay::{Output, Session, Setup};

use super::support::{Folder, helpdesk, text};
use tickiti_relay_tests::relay;

/// A helpdesk, a relay's folders, and a place for components.
pub(crate) struct Ground {
    pub(crate) helpdesk: Running,
    pub(crate) setup: Setup,
    pub(crate) folder: Folder,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let helpdesk = helpdesk();
        let setup = relay().helpdesk(&helpdesk);
        Self { helpdesk, setup, folder: Folder::new() }
    }

    /// A component in a file.
    pub(crate) fn component(&self, name: &str, made: &Handmade) -> PathBuf {
        plugins::write(&self.folder.path(), name, made).unwrap()
    }

    /// Adds a plugin, which must come off.
    pub(crate) fn add(&self, made: &Handmade, rights: &[&str]) -> PathBuf {
        let name = format!("p{}", self.folder.names().len());
        let path = self.component(&name, made);
        let output = plugins::add(&self.setup, &path, rights).unwrap();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        path
    }

    pub(crate) fn verb(&self, arguments: &[&str]) -> Output {
        self.setup.verb(arguments).unwrap()
    }

    /// What a verb says that must come off.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.verb(arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}: {}", output.stderr);
        output.stdout
    }

    /// What a verb says that must not.
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.verb(arguments);
        assert_eq!(output.code, Some(1), "{arguments:?}: {}", output.stdout);
        output.stderr
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.setup.ground().unwrap().folder("state").join("plugins/plugins.lock")
    }

    /// A text with what differs from run to run replaced.
    pub(crate) fn steady(&self, said: &str) -> String {
        let folder = text(self.folder.path());
        let state = text(self.setup.ground().unwrap().folder("state"));
        let words: Vec<String> = said
            .replace(&folder, "FOLDER")
            .replace(&state, "STATE")
            .split_inclusive(|c: char| !c.is_ascii_hexdigit())
            .map(|word| match word.trim_end_matches(|c: char| !c.is_ascii_hexdigit()) {
                digest if digest.len() == 64 => word.replace(digest, "SHA256"),
                _ => word.to_owned(),
            })
            .collect();
        words.concat()
    }
}

/// Names of the tools that are listed.
pub(crate) fn listed(session: &mut Session) -> Vec<String> {
    session.tools().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}
