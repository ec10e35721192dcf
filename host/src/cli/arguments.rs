//! The command line, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::connect::Client;
use super::plugin::arguments::Plugin;
use crate::admit::{Confirm, Policy, Right};
use crate::config::variables::VARIABLES;
use crate::plugins::Selection;

/// Gives an AI assistant the tools of a Tickiti helpdesk.
///
/// Without a verb it serves MCP on stdin and stdout, which is how a client starts it. The verbs are for you: `doctor`
/// looks whether everything is in order, `connect` registers the relay in a client, `plan` shows what a call would send.
#[derive(Debug, Parser)]
#[command(name = "tickiti-relay", version, max_term_width = 100, after_long_help = environment_help())]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) start: Start,

    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// How the relay is started: what holds for all of it.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Start {
    /// The endpoints of a newer helpdesk: what `php artisan route:list --json` prints, or a table of ours.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) routes: Option<PathBuf>,
    /// Send nothing but reads, whatever the token and the plugins may do. Tools that only write are not listed.
    #[arg(long, global = true)]
    pub(crate) read_only: bool,
    /// List only the tools of these plugins: `tickets,reads`.
    #[arg(long, global = true, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) families: Vec<String>,
    /// List only tools like these: `get_*,list_*`.
    #[arg(long, global = true, value_name = "PATTERNS", value_delimiter = ',')]
    pub(crate) tools: Vec<String>,
    /// List no tools like these: `export_*`.
    #[arg(long, global = true, value_name = "PATTERNS", value_delimiter = ',')]
    pub(crate) hide: Vec<String>,
    /// Ask the person before such a request is sent: through the client, or in the terminal.
    #[arg(long, global = true, value_name = "WHAT")]
    pub(crate) confirm: Option<ConfirmWhat>,
}

/// What the person is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ConfirmWhat {
    /// What deletes or cannot be undone, and what touches credentials, rights or mail settings.
    Destructive,
    /// Everything but reads.
    Write,
}

impl Start {
    pub(crate) fn policy(&self) -> Policy {
        let confirm = self.confirm.map(|what| match what {
            ConfirmWhat::Destructive => Confirm::Destructive,
            ConfirmWhat::Write => Confirm::Write,
        });
        Policy { read_only: self.read_only, confirm }
    }

    pub(crate) fn selection(&self) -> Selection {
        Selection { families: self.families.clone(), tools: self.tools.clone(), hide: self.hide.clone() }
    }

    /// As arguments of a command line, for a client's entry.
    pub(crate) fn written(&self) -> Vec<String> {
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
        add("--families", list(&self.families));
        add("--tools", list(&self.tools));
        add("--hide", list(&self.hide));
        add(
            "--confirm",
            self.confirm.and_then(|what| Some(clap::ValueEnum::to_possible_value(&what)?.get_name().to_owned())),
        );
        all.extend(self.read_only.then(|| "--read-only".to_owned()));
        all
    }
}

/// A plugin that is served for the moment.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ForTheMoment {
    /// Serve this plugin for this one command, without adding it.
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<PathBuf>,
    /// What it may do: `tickets:read`, `tickets.respond{is_internal=true}`, `folder:/srv/out`. May be given several times.
    #[arg(long, value_name = "RIGHT", requires = "plugin")]
    pub(crate) grant: Vec<Right>,
}

/// What a person or a script can ask for.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run one tool and print its result.
    #[command(after_long_help = "Example:\n  tickiti-relay call get_ticket --args '{\"ticket_number\": \"709383\"}'")]
    Call(Call),
    /// Show the requests that a call would send. Reads are really sent, writes never.
    #[command(
        after_long_help = "Example:\n  tickiti-relay plan respond_to_ticket --args '{\"ticket_number\": \"709383\", \"from_email\": \"ann@example.com\", \"status\": \"open\"}'"
    )]
    Plan(Plan),
    /// List the tools.
    Tools {
        /// As the `tools/list` of MCP.
        #[arg(long)]
        json: bool,
    },
    /// The record of what was written to the helpdesk: look at it, settle what nobody knows the end of.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Plugins of your own and of others: add them, look at them, say what they may do; make and test one.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Read the audit: what was let through, what was refused, what was sent.
    Audit(Audit),
    /// Compiles a component apart. For the relay itself.
    #[command(name = crate::sandbox::COMPILE_VERB, hide = true)]
    Compile(Compile),
    /// Look whether everything is in order: configuration, address, token, plugins, files. One fix for each fault.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run a stand-in helpdesk on this computer, to try things out.
    Scratch(Scratch),
    /// Register the relay in a client. Shows the change and keeps a copy of the client's file.
    Connect(Connect),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// `call`.
#[derive(Debug, Args)]
pub(crate) struct Call {
    /// Name of the tool; `tickiti-relay tools` lists them.
    pub(crate) tool: String,
    /// Its arguments, a JSON object; `-` reads them from stdin.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) args: String,
    #[command(flatten)]
    pub(crate) moment: ForTheMoment,
    /// A key of your own: the same call under the same key is the same call, also later.
    #[arg(long, value_name = "KEY", value_parser = crate::mcp::client_key)]
    pub(crate) key: Option<String>,
    /// The result as JSON, as MCP would answer it.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Name of the tool; `tickiti-relay tools` lists them.
    pub(crate) tool: String,
    /// Its arguments, a JSON object; `-` reads them from stdin.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) args: String,
    #[command(flatten)]
    pub(crate) moment: ForTheMoment,
    /// Send nothing at all: the plan ends at the first read whose answer it needs.
    #[arg(long)]
    pub(crate) offline: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ledger`.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// List the writes of which somebody must say whether they happened.
    List {
        /// Also those that are settled.
        #[arg(long)]
        all: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say of a write whether it happened, after a look at the helpdesk. Afterwards an equal one is a new write.
    #[command(after_long_help = "Example:\n  tickiti-relay ledger settle w12 --happened no")]
    Settle {
        /// Its name, as `list` shows it.
        write: crate::ledger::WriteId,
        /// Whether it happened.
        #[arg(long, value_name = "yes|no", action = clap::ArgAction::Set, value_parser = yes_or_no)]
        happened: bool,
    },
    /// Forget calls that ended well long ago. What is not settled stays.
    Prune {
        /// Ended before so many days.
        #[arg(long, value_name = "DAYS", default_value_t = 30)]
        older_than: u32,
    },
}

fn yes_or_no(word: &str) -> Result<bool, &'static str> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no"),
    }
}

/// `audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only of this plugin.
    #[arg(long, value_name = "NAME")]
    pub(crate) plugin: Option<String>,
    /// Only of this tool.
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Option<String>,
    /// Only of this endpoint.
    #[arg(long, value_name = "NAME")]
    pub(crate) route: Option<String>,
    /// Only what was refused, and what did not end well.
    #[arg(long)]
    pub(crate) refused: bool,
    /// Only from this time on, UTC: `2026-11-22` or `2026-11-22T08:00`.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only the newest so many lines.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) last: Option<usize>,
    /// The lines as they are: one JSON object each.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `compile-plugin`.
#[derive(Debug, Args)]
pub(crate) struct Compile {
    #[arg(long)]
    pub(crate) cache: PathBuf,
    #[arg(long)]
    pub(crate) cpu_seconds: u64,
    #[arg(long)]
    pub(crate) memory_bytes: u64,
    pub(crate) component: PathBuf,
}

/// `scratch`.
#[derive(Debug, Args)]
pub(crate) struct Scratch {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 9191)]
    pub(crate) port: u16,
    /// Set what is guessed of the real helpdesk; `--list` names the switches.
    #[arg(long = "switch", value_name = "NAME=SETTING")]
    pub(crate) switches: Vec<String>,
    /// List every endpoint and how its answer is known, and every switch, instead of serving.
    #[arg(long)]
    pub(crate) list: bool,
    /// List as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `connect`.
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The client.
    pub(crate) client: Client,
    /// For one project, in its folder, instead of for you in all projects.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) project: Option<PathBuf>,
    /// Show the change without making it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take the entry out again.
    #[arg(long)]
    pub(crate) undo: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The environment variables, as `--help` lists them.
fn environment_help() -> String {
    let mut help = String::from("Configuration, from the environment:\n");
    for variable in VARIABLES {
        let name = variable.name;
        help.push_str(&format!("  {name}\n      {}\n      Default: {}\n", variable.meaning, variable.default));
    }
    help.push_str("\nExit codes: 0 done, 1 the call failed, 2 wrong usage, 78 wrong configuration.");
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_was_started_is_written_as_it_is_read() {
        let line = [
            "tickiti-relay",
            "--families",
            "tickets,reads",
            "--tools",
            "get_*",
            "--hide",
            "export_*",
            "--confirm",
            "write",
            "--read-only",
        ];
        let start = Arguments::parse_from(line).start;
        assert_eq!(start.written(), line[1..]);
        let policy = start.policy();
        assert!(policy.read_only && policy.confirm == Some(Confirm::Write));
        assert_eq!(Arguments::parse_from(["tickiti-relay"]).start.written(), Vec::<String>::new());
    }
}
