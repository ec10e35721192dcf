//! `tickiti-relay`: reads its arguments and environment, and runs one verb.

use std::process::ExitCode;

fn main() -> ExitCode {
    tickiti_relay::cli::main()
}
