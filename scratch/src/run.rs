//! The helpdesk as a process of its own: what the verb `scratch` runs.

use std::fmt::Write as _;
use std::io::Write;

use crate::helpdesk::{Helpdesk, Options, Running, StartError};
use crate::list;
use crate::switches::SwitchError;

/// What the verb takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Switches as `NAME=SETTING`.
    pub switches: Vec<String>,
    /// Show routes and switches instead of serving.
    pub list: bool,
    /// Show them as JSON.
    pub json: bool,
}

/// Why it did not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The helpdesk did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A switch that does not exist, or not so.
    #[error(transparent)]
    Switch(#[from] SwitchError),
    /// A switch without a setting.
    #[error("a switch is written NAME=SETTING, not `{0}`")]
    SwitchShape(String),
    /// Nobody reads what is written.
    #[error("cannot write: {0}")]
    Write(#[from] std::io::Error),
}

/// Serves until the process is ended, or only shows what there is. Blocks; needs no event loop around it.
///
/// # Errors
/// When the port is taken, a switch is wrong, or `out` cannot be written to.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), RunError> {
    if arguments.list || arguments.json {
        if arguments.json {
            writeln!(out, "{:#}", list::as_json())?;
        } else {
            write!(out, "{}", list::as_text())?;
        }
        return Ok(());
    }
    let mut options = Options { port: arguments.port, ..Options::default() };
    for switch in &arguments.switches {
        let (name, setting) = switch.split_once('=').ok_or_else(|| RunError::SwitchShape(switch.clone()))?;
        options.switches.set(name, setting)?;
    }
    let running = Helpdesk::start(options)?;
    write!(out, "{}", describe(&running))?;
    out.flush()?;
    running.wait();
    Ok(())
}

/// What a person needs to use a running helpdesk. The first line is its address alone after `listening on`.
#[must_use]
pub fn describe(running: &Running) -> String {
    let mut text = format!("scratch helpdesk listening on {}\n", running.base());
    let _ = writeln!(text, "TICKITI_API_BASE={}", running.base());
    for (name, secret) in running.tokens() {
        let _ = writeln!(text, "TICKITI_API_TOKEN='{secret}'  # {name}");
    }
    text
}
