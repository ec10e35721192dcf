//! `tickiti-relay tools`: what an assistant can do.

use std::fmt::Write;
use std::process::ExitCode;

use super::arguments::{ForTheMoment, Start, Tools};
use super::{VerbError, build, print};
use crate::contract::Effect;

pub(super) fn run(options: &Tools, start: &Start) -> Result<ExitCode, VerbError> {
    let relay = build::offline(start, &ForTheMoment::default())?;
    if options.json {
        print::json(&crate::mcp::list(&relay));
        return Ok(ExitCode::SUCCESS);
    }
    let catalogue = relay.catalogue();
    let width = catalogue.iter().map(|entry| entry.public.len()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in catalogue.iter() {
        let effect = match entry.tool.effect {
            Effect::Read => "reads",
            Effect::Write => "writes",
            Effect::Destructive => "may destroy",
        };
        let _ = writeln!(text, "{:width$}  {:11}  {}  ({})", entry.public, effect, entry.tool.title, entry.plugin);
    }
    print::out(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
