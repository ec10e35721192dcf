//! Makes `routes/table.json` from what `php artisan route:list --json` prints. `cargo xtask routes FILE` calls it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for people: it says what it did")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tickiti_relay_routes::{Generated, Table, changes, from_laravel};

const USAGE: &str = "usage: routes-generate FILE [--out TABLE] [--check]
  FILE     what `php artisan route:list --json` printed on the server of the helpdesk
  --out    where the table goes; default: routes/table.json
  --check  writes nothing, and fails when the table would change";

fn main() -> ExitCode {
    let wanted = match Wanted::read(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&wanted) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
struct Wanted {
    list: PathBuf,
    out: PathBuf,
    check: bool,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
        let (mut list, mut out, mut check) = (None, None, false);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--check" => check = true,
                "--out" => out = Some(arguments.next().ok_or("--out needs a file.")?.into()),
                other if other.starts_with('-') => return Err(format!("{other} is not known.")),
                file if list.is_none() => list = Some(PathBuf::from(file)),
                more => return Err(format!("One FILE is enough; {more} is one more.")),
            }
        }
        let list = list.ok_or("FILE is missing.")?;
        Ok(Wanted { list, out: out.unwrap_or_else(|| PathBuf::from("routes/table.json")), check })
    }
}

fn run(wanted: &Wanted) -> Result<ExitCode, String> {
    let text = read(&wanted.list)?;
    let Generated { table, unlisted, doubted } =
        from_laravel(&text).map_err(|error| format!("{}: {error}", wanted.list.display()))?;
    let new = table.to_json().map_err(|error| format!("The table cannot be written as JSON: {error}"))?;

    let found = changes(Table::builtin(), &table);
    println!("{} routes in {} families; compared with the built-in table:", table.len(), table.families().len());
    for change in &found {
        println!("  {change}");
    }
    if found.is_empty() {
        println!("  nothing changed");
    }
    for name in &unlisted {
        println!(
            "  look at  {name}: not in routes/lists; a GET counts as a read, all else as a write never to be repeated"
        );
    }
    for name in &doubted {
        println!(
            "  look at  {name}: routes/lists calls it a read, its abilities say write; it counts as a write never to be repeated"
        );
    }

    if wanted.check {
        let same = wanted.out.is_file() && read(&wanted.out)? == new;
        println!("{} {}", wanted.out.display(), if same { "is up to date" } else { "is not what would be generated" });
        return Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    std::fs::write(&wanted.out, new).map_err(|error| format!("{} cannot be written: {error}", wanted.out.display()))?;
    println!("written: {}", wanted.out.display());
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}
