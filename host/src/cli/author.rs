//! The verbs for the person who writes a plugin: begin it, build it, test it.

pub(super) mod arguments;
mod build;
mod golden;
mod new;
mod project;
mod test;

use std::path::Path;
use std::process::ExitCode;

use super::VerbError;
use arguments::Author;

pub(super) fn run(verb: &Author, routes: Option<&Path>) -> Result<ExitCode, VerbError> {
    match verb {
        Author::New(options) => new::run(options),
        Author::Build(options) => build::run(options),
        Author::Test(options) => test::run(options, routes),
    }
}
