//! The command line of those who write plugins.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::project::Language;

/// What a person who writes a plugin can ask for.
#[derive(Debug, Subcommand)]
pub(crate) enum Author {
    /// Begin a plugin: a project that builds and passes its own test at once.
    #[command(after_long_help = "Example:\n  tickiti-relay plugin new digest --lang rust")]
    New(New),
    /// Build the plugin of a folder: makes `plugin.wasm` in it, with the language's own tools.
    Build(Build),
    /// Run the golden cases of a folder: recorded answers in, requests and result compared. No network, no helpdesk.
    #[command(after_long_help = CASES)]
    Test(Test),
    /// Look at a component as the relay would before it is added: contract, imports, schemas, names, texts, routes, times.
    Check(Check),
    /// Call one tool of a component on a stand-in helpdesk that lives as long as the call.
    #[command(
        after_long_help = "Example:\n  tickiti-relay plugin call plugin.wasm who_answered --args '{\"ticket_number\": \"709383\"}'\n\nIt runs with every right that the tool asks for. To call it on your own helpdesk: tickiti-relay call NAME_TOOL --plugin FILE --grant RIGHT"
    )]
    Call(Call),
}

/// `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// Name of the plugin: 2 to 15 lower-case letters and digits, a letter first. Its tools are listed under it.
    pub(crate) name: String,
    /// What it is written in.
    #[arg(long = "lang", value_name = "LANGUAGE")]
    pub(crate) language: Language,
    /// Where; a folder of the plugin's name in this one, unless said otherwise.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}

/// `plugin build`.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Folder of the plugin.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) dir: PathBuf,
}

/// `plugin test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Folder of the plugin.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Write what really happened into the cases: look at the difference before you keep it.
    #[arg(long)]
    pub(crate) update: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plugin check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A component.
    #[arg(value_name = "FILE", default_value = "plugin.wasm")]
    pub(crate) file: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plugin call`.
#[derive(Debug, Args)]
pub(crate) struct Call {
    /// A component.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Name of the tool inside the plugin.
    pub(crate) tool: String,
    /// Its arguments, a JSON object; `-` reads them from stdin.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) args: String,
    /// The result as JSON, as MCP would answer it.
    #[arg(long)]
    pub(crate) json: bool,
}

const CASES: &str = "\
A case is a file in the folder's `cases`, for example `cases/one.json`:
  {
    \"tool\": \"waiting\",
    \"arguments\": {\"days\": 3},
    \"exchanges\": [{
      \"request\": {\"route\": \"tickets.query\", \"input\": {\"page\": 1}},
      \"answer\": {\"status\": 200, \"body\": {\"ok\": true, \"data\": []}}
    }],
    \"result\": {\"text\": \"Nobody waits.\"}
  }
A result is a `text`, a `structured` value, or an `error`. `now` and `settings` may be given.";
