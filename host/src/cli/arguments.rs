//! The command line, and the help that teaches it.

mod modes;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use super::audit::Since;
use super::connect::Client;
use super::plugin::arguments::Plugin;
use crate::admit::Right;
use crate::config::variables::VARIABLES;
pub(crate) use modes::{Modes, Start};

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

impl Arguments {
    /// How the relay is started: what was said before the verb and after it.
    ///
    /// # Errors
    /// When modes are given to a verb for which they mean nothing.
    pub(crate) fn start(&self) -> Result<Start, clap::Error> {
        let Start { routes, modes } = self.start.clone();
        let modes = match self.verb.as_ref().map(Verb::modes) {
            None => modes,
            Some(Some(after)) => modes.and(after),
            Some(None) if modes == Modes::default() => modes,
            Some(None) => {
                return Err(Self::command().error(
                    clap::error::ErrorKind::ArgumentConflict,
                    "modes (`--read-only`, `--families`, `--tools`, `--hide`, `--confirm`) mean nothing to this verb: they are for \
                     serving, and for `call`, `plan`, `tools` and `connect`",
                ));
            }
        };
        Ok(Start { routes, modes })
    }

    /// Whether the answer is read by a program, so that an error must be JSON too.
    pub(crate) fn json(&self) -> bool {
        self.verb.as_ref().is_some_and(Verb::json)
    }
}

impl Verb {
    /// The modes of a verb that has some.
    fn modes(&self) -> Option<&Modes> {
        match self {
            Self::Call(Call { modes, .. })
            | Self::Plan(Plan { modes, .. })
            | Self::Tools(Tools { modes, .. })
            | Self::Connect(Connect { modes, .. }) => Some(modes),
            Self::Ledger(_)
            | Self::Plugin(_)
            | Self::Audit(_)
            | Self::Compile(_)
            | Self::Doctor { .. }
            | Self::Scratch(_)
            | Self::Completions { .. } => None,
        }
    }

    fn json(&self) -> bool {
        match self {
            Self::Call(Call { json, .. })
            | Self::Plan(Plan { json, .. })
            | Self::Tools(Tools { json, .. })
            | Self::Ledger(Ledger::List { json, .. })
            | Self::Audit(Audit { json, .. })
            | Self::Doctor { json }
            | Self::Scratch(Scratch { json, .. })
            | Self::Connect(Connect { json, .. }) => *json,
            Self::Plugin(verb) => verb.json(),
            Self::Ledger(Ledger::Settle { .. } | Ledger::Prune { .. })
            | Self::Compile(_)
            | Self::Completions { .. } => false,
        }
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
    Tools(Tools),
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
    #[command(flatten)]
    pub(crate) modes: Modes,
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
    #[command(flatten)]
    pub(crate) modes: Modes,
    /// Send nothing at all: the plan ends at the first read whose answer it needs.
    #[arg(long)]
    pub(crate) offline: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `tools`.
#[derive(Debug, Args)]
pub(crate) struct Tools {
    #[command(flatten)]
    pub(crate) modes: Modes,
    /// As the `tools/list` of MCP.
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
    /// Only from this time on: `2026-11-22`, `2026-11-22T08:00`, UTC unless it says otherwise, or an age, `2h` or `3d`.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
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
    #[command(flatten)]
    pub(crate) modes: Modes,
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
mod tests;
