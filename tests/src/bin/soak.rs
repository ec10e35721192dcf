//! `cargo xtask soak`: long runs under faults, printed as a table; exit code 1 when a demand is missed, 2 for wrong arguments.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use tickiti_relay_tests::soak::{Numbers, PARTS, Part, Row, Server, row};
use tickiti_relay_tests::trouble::Trouble;

const USAGE: &str = "soak [--calls N] [--seed S] [--only NAME] [--server COMMAND]";

fn main() -> ExitCode {
    let wanted = match Wanted::read(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(why) => {
            let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
            tell(&format!("{why}\nusage: {USAGE}\nnames: {}\n", names.join(", ")));
            return ExitCode::from(2);
        }
    };
    match run(&wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            tell(&format!("soak: {trouble}\n"));
            ExitCode::FAILURE
        }
    }
}

/// What was asked for.
struct Wanted {
    numbers: Numbers,
    only: Option<String>,
    other: Option<Server>,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut calls, mut seed, mut only, mut other) = (None, fresh_seed(), None, None);
        while let Some(argument) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("`{argument}` wants a value"));
            match argument.as_str() {
                "--calls" => calls = Some(number(&argument, &value?)?),
                "--seed" => seed = number(&argument, &value?)?,
                "--only" => only = Some(value?),
                "--server" => other = Some(Server::other(&value?)),
                _ => return Err(format!("there is no argument `{argument}`")),
            }
        }
        if let Some(name) = only.as_deref().filter(|name| PARTS.iter().all(|part| part.name != *name)) {
            return Err(format!("there is no scenario `{name}`"));
        }
        let numbers = match calls {
            None => Numbers::full(seed),
            Some(calls) => Numbers::scaled(seed, usize::try_from(calls).unwrap_or(usize::MAX).max(1)),
        };
        Ok(Self { numbers, only, other })
    }
}

fn number(argument: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("`{argument}` wants a whole number, not `{value}`"))
}

/// Another in every run; it is printed.
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_nanos() as u64 % 1_000_000_000
}

/// Runs the scenarios; whether every demand on the relay was met.
fn run(wanted: &Wanted) -> Result<bool, Trouble> {
    let numbers = &wanted.numbers;
    let share = numbers.share * 100.0;
    tell(&format!("seed {}; {share:.0} % of requests struck, {} calls in flight\n", numbers.seed, numbers.in_flight));
    let begun = Instant::now();
    let chosen = |part: &&Part| wanted.only.as_deref().is_none_or(|name| name == part.name);
    let mut ours = Vec::new();
    let mut others = Vec::new();
    for part in PARTS.iter().filter(chosen) {
        ours.extend(under_way(part, "the relay", &Server::Relay, numbers)?);
        if let Some(server) = wanted.other.as_ref().filter(|_| part.common) {
            others.extend(under_way(part, "the other server", server, numbers)?);
        }
    }
    let beside = wanted.other.as_ref().map(|_| others.as_slice());
    tell(&format!("\n{}", row::table(&ours, beside)));
    let missed = ours.iter().filter(|row| !row.met()).count();
    let demanded = ours.iter().filter(|row| row.demand != row::Demand::Shown).count();
    let took = begun.elapsed().as_secs();
    tell(&format!("\n{} of {demanded} demands met, seed {}, {took} s\n", demanded - missed, numbers.seed));
    Ok(missed == 0)
}

fn under_way(part: &Part, whose: &str, server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let begun = Instant::now();
    tell(&format!("{} with {whose} ... ", part.name));
    let rows = (part.run)(server, numbers)?;
    tell(&format!("{:.1} s\n", begun.elapsed().as_secs_f64()));
    Ok(rows)
}

fn tell(text: &str) {
    let mut out = std::io::stdout();
    // A reader that went away is no fault of the run.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
