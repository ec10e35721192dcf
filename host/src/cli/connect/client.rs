//! Where each client keeps its servers, and in which shape.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config::process_environment;

/// An MCP client that `connect` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Client {
    /// Claude Code, for this user in all projects.
    ClaudeCode,
    /// Claude Desktop.
    ClaudeDesktop,
    /// Visual Studio Code, for this user.
    Vscode,
    /// Cursor, for this user.
    Cursor,
}

impl Client {
    /// The member of the client's file that holds its servers.
    pub fn section(self) -> &'static str {
        match self {
            Self::Vscode => "servers",
            Self::ClaudeCode | Self::ClaudeDesktop | Self::Cursor => "mcpServers",
        }
    }

    /// Whether an entry names its transport.
    pub fn wants_type(self) -> bool {
        matches!(self, Self::ClaudeCode | Self::Vscode)
    }

    /// How an entry takes a variable from the client's own environment, where the client can: for what is secret.
    pub fn reference(self, name: &str) -> Option<String> {
        match self {
            Self::ClaudeCode => Some(format!("${{{name}}}")),
            Self::Vscode | Self::Cursor => Some(format!("${{env:{name}}}")),
            Self::ClaudeDesktop => None,
        }
    }

    /// The client's file: in a project's folder, or the user's own.
    pub fn file(self, project: Option<&Path>) -> Option<PathBuf> {
        match project {
            Some(folder) => Some(folder.join(match self {
                Self::ClaudeCode | Self::ClaudeDesktop => ".mcp.json",
                Self::Vscode => ".vscode/mcp.json",
                Self::Cursor => ".cursor/mcp.json",
            })),
            None => self.user_file(),
        }
    }

    fn user_file(self) -> Option<PathBuf> {
        let home = folder(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?;
        match self {
            Self::ClaudeCode => Some(home.join(".claude.json")),
            Self::Cursor => Some(home.join(".cursor/mcp.json")),
            Self::ClaudeDesktop => Some(settings(&home)?.join("Claude/claude_desktop_config.json")),
            Self::Vscode => Some(settings(&home)?.join("Code/User/mcp.json")),
        }
    }
}

/// Where programs with a window keep their settings on this system.
fn settings(home: &Path) -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        Some(home.join("Library/Application Support"))
    } else if cfg!(windows) {
        folder("APPDATA")
    } else {
        Some(folder("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")))
    }
}

/// A folder that the environment names. A relative one would mean another place for every client.
fn folder(variable: &str) -> Option<PathBuf> {
    process_environment(variable).map(|value: OsString| PathBuf::from(value)).filter(|path| path.is_absolute())
}
