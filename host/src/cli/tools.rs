//! `tickiti-relay tools`: what an assistant can do.

use std::fmt::Write;
use std::process::ExitCode;

use super::{VerbError, build, print};
use crate::contract::Effect;

pub(super) fn run(json: bool, routes: Option<&std::path::Path>) -> Result<ExitCode, VerbError> {
    let relay = build::offline(routes)?;
    if json {
        print::json(&crate::mcp::list(&relay));
        return Ok(ExitCode::SUCCESS);
    }
    let width = relay.catalogue.iter().map(|entry| entry.tool.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in relay.catalogue.iter() {
        let effect = match entry.tool.effect {
            Effect::Read => "reads",
            Effect::Write => "writes",
            Effect::Destructive => "may destroy",
        };
        let _ = writeln!(text, "{:width$}  {:11}  {}  ({})", entry.tool.name, effect, entry.tool.title, entry.plugin);
    }
    print::out(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
