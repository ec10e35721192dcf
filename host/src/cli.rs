//! The verbs: what a person, a script or a client can ask the program for.

mod arguments;
mod audit;
mod author;
mod build;
mod call;
mod compile;
pub mod connect;
mod connecting;
mod doctor;
mod ledger;
mod plan;
mod plugin;
mod print;
mod scratch;
mod terminal;
mod tools;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Start, Verb};

/// Exit code of a call that failed.
const FAILED: u8 = 1;
/// Exit code of a configuration that cannot be used: `EX_CONFIG` of sysexits.
const BAD_CONFIGURATION: u8 = 78;

/// Why a verb could not be run. Its text is for stderr: one line, and one with what mends it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerbError {
    /// The environment or a file that it names.
    #[error("{0}")]
    Configuration(String),
    /// Everything else.
    #[error("{0}")]
    Failed(String),
}

/// Runs the program: one verb, or MCP on stdio without one.
pub fn main() -> ExitCode {
    let given = Arguments::try_parse().and_then(|arguments| Ok((arguments.start()?, arguments)));
    let (start, arguments) = match given {
        Ok(given) => given,
        Err(error) => return misused(&error),
    };
    let json = arguments.json();
    match run(arguments.verb, &start) {
        Ok(code) => code,
        Err(error) => {
            print::failure(&error.to_string(), json);
            ExitCode::from(match error {
                VerbError::Configuration(_) => BAD_CONFIGURATION,
                VerbError::Failed(_) => FAILED,
            })
        }
    }
}

/// A command line that is not taken, or asks for help. A program that asked for JSON gets it here, too; nobody can say more about
/// a line that was not understood than that the word stands in it.
fn misused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        print::failure(error.to_string().trim_end(), true);
    } else {
        // A reader that went away is no fault of ours.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILED))
}

fn run(verb: Option<Verb>, start: &Start) -> Result<ExitCode, VerbError> {
    match verb {
        None => build::serve(start),
        Some(Verb::Call(call)) => call::run(&call, start),
        Some(Verb::Plan(plan)) => plan::run(&plan, start),
        Some(Verb::Tools(options)) => tools::run(&options, start),
        Some(Verb::Ledger(verb)) => ledger::run(&verb),
        Some(Verb::Plugin(verb)) => plugin::run(&verb, start),
        Some(Verb::Audit(options)) => audit::run(&options),
        Some(Verb::Compile(options)) => compile::run(&options),
        Some(Verb::Doctor { json }) => doctor::run(json, start.routes.as_deref()),
        Some(Verb::Scratch(options)) => scratch::run(&options),
        Some(Verb::Connect(options)) => connecting::run(&options, start),
        Some(Verb::Completions { shell }) => {
            clap_complete::generate(shell, &mut Arguments::command(), "tickiti-relay", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}
