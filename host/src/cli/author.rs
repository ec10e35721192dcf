//! The verbs for the person who writes a plugin: begin it, build it, test it, look at it, try it.

pub(super) mod arguments;
mod build;
mod call;
mod check;
mod component;
mod golden;
mod new;
mod project;
mod scratchpad;
mod test;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use super::VerbError;
use super::arguments::Start;
use arguments::Author;

pub(super) fn run(verb: &Author, start: &Start) -> Result<ExitCode, VerbError> {
    match verb {
        Author::New(options) => new::run(options),
        Author::Build(options) => build::run(options),
        Author::Test(options) => test::run(options, start),
        Author::Check(options) => check::run(options, start),
        Author::Call(options) => call::run(options, start),
    }
}
