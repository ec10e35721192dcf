//! What can be said after `tickiti-relay plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::admit::Right;
use crate::cli::author::arguments::Author;
use crate::sandbox::Digest;

/// `plugin`.
#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    /// Add a plugin: shows what it is and what it asks for, and asks you whether to trust it. It may do nothing until you grant it.
    #[command(
        after_long_help = "Examples:\n  tickiti-relay plugin add digest.wasm --grant tickets:read\n  tickiti-relay plugin add https://example.com/digest.wasm\n  tickiti-relay plugin add digest.wasm --yes --sha256 3f…  --grant tickets:read --grant 'tickets.respond{is_internal=true}'"
    )]
    Add(Add),
    /// List the plugins, what each may do, and files that lie in the folder untrusted.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show all about one plugin: its tools, what they ask for, what is granted.
    Show {
        /// Its name.
        name: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Allow a plugin more. Running relays obey at once.
    #[command(
        after_long_help = "Rights:\n  tickets:read                        what a token with this ability may do: `…:read` reads, others also plain writes\n  tickets.respond                     one endpoint\n  tickets.respond{is_internal=true}   one endpoint, with fields of the body as they must be: `*` stands for any text, nothing (`cc=`) for none\n  folder:/srv/out, folder:/srv/in:ro  files in a folder of TICKITI_RELAY_FILES\n  *                                   every endpoint that it declares\n\nWhat deletes, and what touches credentials, rights or mail settings, is never in an ability: name it."
    )]
    Grant {
        /// Its name.
        name: String,
        /// What it may do from now on.
        #[arg(required = true, value_name = "RIGHT")]
        rights: Vec<Right>,
    },
    /// Take rights back. Running relays obey at once, also in the middle of a call.
    Revoke {
        /// Its name.
        name: String,
        /// What it may no longer do.
        #[arg(required_unless_present = "all", value_name = "RIGHT")]
        rights: Vec<Right>,
        /// Everything.
        #[arg(long, conflicts_with = "rights")]
        all: bool,
    },
    /// Remove a plugin. Calls under way end; its rights are gone at once.
    Remove {
        /// Its name.
        name: String,
    },
    /// Replace a plugin by another version: shows what changes, and asks you. Its rights stay.
    Update(Update),
    /// Trust a file that lies in the folder, or a plugin that changed since it was trusted.
    Trust(Trust),
    /// Look whether every plugin is still what was trusted.
    Verify {
        /// Only this one.
        name: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Author(Author),
}

/// `plugin add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// A component, or its https address.
    #[arg(value_name = "FILE|URL")]
    pub(crate) source: String,
    /// What it may do from the start. May be given several times.
    #[arg(long, value_name = "RIGHT")]
    pub(crate) grant: Vec<Right>,
    #[command(flatten)]
    pub(crate) trust: Trusted,
    /// What was added, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How somebody says yes without a terminal.
#[derive(Debug, Args)]
pub(crate) struct Trusted {
    /// Trust it without asking. Needs its SHA-256 beside.
    #[arg(long, requires = "sha256")]
    pub(crate) yes: bool,
    /// What the SHA-256 of the component must be.
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<Digest>,
}

/// `plugin update`.
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Its name.
    pub(crate) name: String,
    /// The new component, or its https address.
    #[arg(value_name = "FILE|URL")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) trust: Trusted,
}

/// `plugin trust`.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// Name of a plugin, or a file.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) what: PathBuf,
    /// What it may do, for a file. May be given several times.
    #[arg(long, value_name = "RIGHT")]
    pub(crate) grant: Vec<Right>,
    #[command(flatten)]
    pub(crate) trust: Trusted,
}
