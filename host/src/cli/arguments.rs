//! The command line, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::connect::Client;
use crate::config::variables::VARIABLES;

/// Gives an AI assistant the tools of a Tickiti helpdesk.
///
/// Without a verb it serves MCP on stdin and stdout, which is how a client starts it. The verbs are for you: `doctor`
/// looks whether everything is in order, `connect` registers the relay in a client, `plan` shows what a call would send.
#[derive(Debug, Parser)]
#[command(name = "tickiti-relay", version, max_term_width = 100, after_long_help = environment_help())]
pub(crate) struct Arguments {
    /// The endpoints of a newer helpdesk: what `php artisan route:list --json` prints, or a table of ours.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) routes: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
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
    /// Write plugins: tools of your own.
    #[command(subcommand)]
    Plugin(super::author::arguments::Author),
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
