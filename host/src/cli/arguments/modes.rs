//! How the relay is started: what holds for all of it.

use std::path::PathBuf;

use clap::Args;

use crate::admit::{Confirm, Policy};
use crate::plugins::Selection;

/// How the relay is started.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Start {
    /// The endpoints of a newer helpdesk: what `php artisan route:list --json` prints, or a table of ours.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) routes: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) modes: Modes,
}

/// How much the assistant may see and do. Offered where tools are served, run, planned, listed or written into a client's entry,
/// and nowhere else: an option that is taken and means nothing would be believed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Modes {
    /// Send nothing but reads, whatever the token and the plugins may do. Tools that only write are not listed.
    #[arg(long)]
    pub(crate) read_only: bool,
    /// List only the tools of these plugins: `tickets,reads`.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = item)]
    pub(crate) families: Vec<String>,
    /// List only tools like these: `get_*,list_*`.
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',', value_parser = item)]
    pub(crate) tools: Vec<String>,
    /// List no tools like these: `export_*`.
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',', value_parser = item)]
    pub(crate) hide: Vec<String>,
    /// Ask the person before such a request is sent: through the client, or in the terminal.
    #[arg(long, value_name = "WHAT")]
    pub(crate) confirm: Option<ConfirmWhat>,
}

/// What the person is asked about. The later one asks about more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum ConfirmWhat {
    /// What deletes or cannot be undone, and what touches credentials, rights or mail settings.
    Destructive,
    /// Everything but reads.
    Write,
}

/// One item between commas, without the spaces that people write around it.
fn item(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("nothing stands between two commas, or at the end"),
        item => Ok(item.to_owned()),
    }
}

impl Start {
    pub(crate) fn policy(&self) -> Policy {
        let confirm = self.modes.confirm.map(|what| match what {
            ConfirmWhat::Destructive => Confirm::Destructive,
            ConfirmWhat::Write => Confirm::Write,
        });
        Policy { read_only: self.modes.read_only, confirm }
    }

    pub(crate) fn selection(&self) -> Selection {
        let Modes { families, tools, hide, .. } = self.modes.clone();
        Selection { families, tools, hide }
    }

    /// As arguments of a command line, for a client's entry.
    pub(crate) fn written(&self) -> Vec<String> {
        let Modes { read_only, families, tools, hide, confirm } = &self.modes;
        let mut all = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                all.extend([name.to_owned(), value]);
            }
        };
        let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
        let absolute =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        add("--routes", self.routes.as_ref().map(absolute));
        add("--families", list(families));
        add("--tools", list(tools));
        add("--hide", list(hide));
        add(
            "--confirm",
            confirm.and_then(|what| Some(clap::ValueEnum::to_possible_value(&what)?.get_name().to_owned())),
        );
        all.extend(read_only.then(|| "--read-only".to_owned()));
        all
    }
}

impl Modes {
    /// Those before the verb, and these after it: nothing that was said is dropped.
    pub(super) fn and(self, after: &Self) -> Self {
        let both = |mut before: Vec<String>, after: &[String]| {
            before.extend_from_slice(after);
            before
        };
        Self {
            read_only: self.read_only || after.read_only,
            families: both(self.families, &after.families),
            tools: both(self.tools, &after.tools),
            hide: both(self.hide, &after.hide),
            confirm: self.confirm.max(after.confirm),
        }
    }
}
