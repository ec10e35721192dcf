//! `cargo xtask hostile`: every kind of hostile plugin through the real program, printed as a table; exit code 1 when a demand is
//! missed, 2 for wrong arguments. `hostile [--quick] [--seed S] [--only WORDS] [--texts]`.

use std::io::Write;
use std::process::ExitCode;

use tickiti_relay_tests::hostile::runs::{self, Numbers};
use tickiti_relay_tests::hostile::stage::Stage;
use tickiti_relay_tests::hostile::{Kind, kinds};
use tickiti_relay_tests::kills::missed;
use tickiti_relay_tests::trouble::Trouble;

fn main() -> ExitCode {
    match Wanted::read(std::env::args().skip(1)) {
        Err(why) => {
            tell(&format!("hostile: {why}\nusage: hostile [--quick] [--seed S] [--only WORDS] [--texts]\n"));
            ExitCode::from(2)
        }
        Ok(wanted) => match run(&wanted) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(trouble) => {
                tell(&format!("hostile: {trouble}\n"));
                ExitCode::FAILURE
            }
        },
    }
}

struct Wanted {
    numbers: Numbers,
    seed: u64,
    /// Kinds whose names hold these words, each once.
    only: Option<String>,
    texts: bool,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut wanted = Self { numbers: Numbers::FULL, seed: 1_606_047, only: None, texts: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => wanted.numbers = Numbers::CI,
                "--texts" => wanted.texts = true,
                "--seed" => {
                    let seed = arguments.next().and_then(|seed| seed.parse().ok());
                    wanted.seed = seed.ok_or("`--seed` wants a whole number")?;
                }
                "--only" => {
                    wanted.only = Some(arguments.next().ok_or("`--only` wants a part of a kind's name")?);
                    wanted.numbers = Numbers { one_by_one: 0, at_once: 0, loops: 0 };
                }
                _ => return Err(format!("there is no argument `{argument}`")),
            }
        }
        Ok(wanted)
    }
}

fn run(wanted: &Wanted) -> Result<bool, Trouble> {
    let mut kinds: Vec<Kind> = kinds();
    if let Some(words) = &wanted.only {
        kinds.retain(|kind| kind.name.contains(words.as_str()));
    }
    tell(&format!("seed {}, {} kinds\n", wanted.seed, kinds.len()));
    let stage = Stage::new(kinds)?;
    let report = runs::all(&stage, &wanted.numbers, wanted.seed)?;
    if wanted.texts {
        report.texts.iter().for_each(|(name, (end, text))| tell(&format!("--- {name} ({end:?})\n{text}\n")));
    }
    report.wrong.iter().for_each(|wrong| tell(&format!("wrong: {wrong}\n")));
    report.rows.iter().for_each(|row| tell(&format!("{row}\n")));
    Ok(missed(&report.rows).is_ok())
}

fn tell(text: &str) {
    let mut out = std::io::stdout();
    // A reader that went away is no fault of the run.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
