//! The verb `scratch`: the stand-in helpdesk as a process.

use std::process::ExitCode;

use super::VerbError;
use super::arguments::Scratch;

pub(super) fn run(options: &Scratch) -> Result<ExitCode, VerbError> {
    let arguments = tickiti_relay_scratch::Arguments {
        port: options.port,
        switches: options.switches.clone(),
        list: options.list,
        json: options.json,
    };
    tickiti_relay_scratch::run(&arguments, &mut super::print::writer())
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| VerbError::Failed(error.to_string()))
}
