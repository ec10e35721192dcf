//! The hidden verb `compile-plugin`: the program that compiles a third party's component apart from the relay.

use std::process::ExitCode;
use std::time::Duration;

use super::arguments::Compile;
use super::{FAILED, VerbError, build, print};
use crate::sandbox;

pub(super) fn run(options: &Compile) -> Result<ExitCode, VerbError> {
    let cpu = Duration::from_secs(options.cpu_seconds);
    let compiling = sandbox::compile_here(options.cache.clone(), &options.component, cpu, options.memory_bytes);
    let answer = build::runtime()?.block_on(compiling);
    print::out(&serde_json::to_string(&answer).map_err(|error| VerbError::Failed(error.to_string()))?);
    // The answer says what is wrong with the component; only one that did not arrive is a failure.
    Ok(if print::arrived() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
