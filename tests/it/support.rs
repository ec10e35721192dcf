//! What several subjects need.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tickiti_relay_scratch::{Helpdesk, Options, Running};
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::{Session, Setup};

/// The sixteen tools in the order of the original, and those of the relay's record of writes.
pub(crate) const TOOLS: [&str; 18] = [
    "create_ticket",
    "respond_to_ticket",
    "query_tickets",
    "get_ticket",
    "list_responses",
    "get_attachment",
    "query_responses",
    "export_responses",
    "list_perspectives",
    "list_watchlists",
    "list_stock_responses",
    "list_queues",
    "list_workflow",
    "run_report",
    "list_endpoints",
    "tickiti_call",
    "unsettled_writes",
    "settle_write",
];

/// A token that no helpdesk knows, for tests that have a stub or none. It must turn up nowhere, like any other.
pub(crate) const TOKEN: &str = "77|CanaryQ7wZ2xV9cB4nM1kJ8hG5fD3sA6pO0iU";

/// A scratch helpdesk with its seeded company.
pub(crate) fn helpdesk() -> Running {
    Helpdesk::start(Options::default()).unwrap()
}

/// A relay at an address, with [`TOKEN`].
pub(crate) fn at(base: &str) -> Setup {
    relay().base(base).secret(TOKEN)
}

/// A relay for what needs no helpdesk: nobody listens at its address.
pub(crate) fn alone() -> Session {
    at("http://127.0.0.1:9").start().unwrap()
}

/// A fresh folder with files in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("tickiti-relay-files-").tempdir().unwrap())
    }

    /// With one more file.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// As the operating system calls it: the temporary folder of some systems lies behind a link.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    /// Names of all that lies directly in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A path as an argument.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_str().unwrap().to_owned()
}

/// A text with what differs from run to run replaced by a word.
pub(crate) fn steady(text: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
