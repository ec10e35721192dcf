//! `cargo xtask clients`: the MCP clients that others wrote, driving the built relay against the scratch helpdesk.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::place::{Place, strict};
use crate::say;
use crate::setup;
use crate::step;

const SHORT: Duration = Duration::from_secs(60);
/// Packages of 20 MB from PyPI or npm.
const INSTALL_LIMIT: Duration = Duration::from_secs(600);
/// The scratch helpdesk says where it is within a second; a busy computer gets more.
const SCRATCH_LIMIT: Duration = Duration::from_secs(30);

/// Runs the clients named, or all.
pub(crate) fn run(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    let wanted: Vec<&Client> = match arguments {
        [] => CLIENTS.iter().collect(),
        [language] => {
            let client = CLIENTS.iter().find(|client| language == client.language);
            vec![client.ok_or_else(|| format!("there is no client for `{}`: python, typescript", language.display()))?]
        }
        [_, more, ..] => return Err(format!("`{}` is one argument too many", more.display())),
    };
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    build.args(["build", "-p", "tickiti-relay", "--bin", "tickiti-relay"]);
    step::shown("build plugins and relay", &mut build)?;
    let relay = place.built("debug", "tickiti-relay");

    let (mut run, mut skipped) = (0, Vec::new());
    for client in wanted {
        match missing(place, client) {
            Some(program) if strict() => return Err(format!("no `{program}`, and CI skips nothing")),
            Some(program) => {
                skipped.push(format!("skipped: {}, there is no `{program}` on this computer", client.language));
            }
            None => {
                drive(place, client, &relay)?;
                run += 1;
            }
        }
    }
    skipped.iter().for_each(|line| say::line(line));
    if run == 0 { Err("no client was run".to_owned()) } else { Ok(()) }
}

/// A client library in its language: what installs it and what runs its driver in `tests/clients/`.
struct Client {
    language: &'static str,
    programs: &'static [&'static str],
    /// What the library is installed from; a change installs anew.
    pins: &'static [&'static str],
    driver: &'static str,
    install: fn(&Place, &Path) -> Result<(), String>,
    interpreter: fn(&Path) -> PathBuf,
}

const CLIENTS: [Client; 2] = [
    Client {
        language: "python",
        programs: &[PYTHON],
        pins: &["requirements.txt"],
        driver: "call_all.py",
        install: install_python,
        interpreter: |folder| folder.join(if cfg!(windows) { "venv/Scripts/python.exe" } else { "venv/bin/python" }),
    },
    Client {
        language: "typescript",
        programs: &["node", NPM],
        pins: &["package.json", "package-lock.json"],
        driver: "call_all.mjs",
        install: install_typescript,
        interpreter: |_| "node".into(),
    },
];

const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn missing(place: &Place, client: &Client) -> Option<&'static str> {
    let there = |program: &&&str| step::asked(place.command(**program).arg("--version"), SHORT).is_ok();
    client.programs.iter().find(|program| !there(program)).copied()
}

fn drive(place: &Place, client: &Client, relay: &Path) -> Result<(), String> {
    let folder = place.target.join("clients").join(client.language);
    prepare(place, client, &folder)
        .map_err(|why| format!("the {} client was not installed: {why}", client.language))?;
    let scratch = Scratch::start(place, relay)?;
    let mut driver = place.command((client.interpreter)(&folder));
    // A relay of the developer's own must not reach into this.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("TICKITI_")) {
            driver.env_remove(name);
        }
    }
    driver.current_dir(&folder).arg(client.driver).env("TICKITI_RELAY_BINARY", relay);
    driver.env("TICKITI_API_BASE", &scratch.base).env("TICKITI_API_TOKEN", &scratch.token);
    step::shown(&format!("call all tools with the {} client", client.language), &mut driver)?;
    Ok(())
}

/// Installs the library where the pins changed, and lays the driver beside it: Node looks for libraries from there.
fn prepare(place: &Place, client: &Client, folder: &Path) -> Result<(), String> {
    let sources = place.root.join("tests").join("clients");
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut pinned = Vec::new();
    for name in client.pins {
        pinned.extend(fs::read(sources.join(name)).map_err(|error| format!("tests/clients/{name}: {error}"))?);
    }
    let marker = folder.join(".installed");
    if fs::read(&marker).ok().as_ref() != Some(&pinned) {
        for name in client.pins {
            fs::copy(sources.join(name), folder.join(name)).map_err(|error| error.to_string())?;
        }
        (client.install)(place, folder)?;
        fs::write(&marker, &pinned).map_err(|error| error.to_string())?;
    }
    fs::copy(sources.join(client.driver), folder.join(client.driver)).map_err(|error| error.to_string())?;
    Ok(())
}

fn install_python(place: &Place, folder: &Path) -> Result<(), String> {
    let mut venv = place.command(PYTHON);
    venv.args(["-m", "venv", "--clear"]).arg(folder.join("venv"));
    step::kept("make a place for the Python client", &mut venv, INSTALL_LIMIT)?;
    let mut pip = place.command((CLIENTS[0].interpreter)(folder));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", "requirements.txt"]);
    step::kept("fetch the Python client", pip.current_dir(folder), INSTALL_LIMIT)?;
    Ok(())
}

fn install_typescript(place: &Place, folder: &Path) -> Result<(), String> {
    let mut npm = place.command(NPM);
    npm.args(["ci", "--no-fund", "--no-audit", "--ignore-scripts"]).current_dir(folder);
    step::kept("fetch the TypeScript client", &mut npm, INSTALL_LIMIT)?;
    Ok(())
}

/// The scratch helpdesk, for as long as this value lives.
struct Scratch {
    process: Child,
    base: String,
    token: String,
}

impl Scratch {
    /// Starts `tickiti-relay scratch` on a free port of loopback and waits for the lines that say where it is. Of
    /// its tokens the first is taken, which may do everything.
    fn start(place: &Place, relay: &Path) -> Result<Self, String> {
        let mut command: Command = place.command(relay);
        command.args(["scratch", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let process = command.spawn().map_err(|error| format!("the scratch helpdesk did not start: {error}"))?;
        let mut scratch = Scratch { process, base: String::new(), token: String::new() };
        let stdout = scratch.process.stdout.take().ok_or("the scratch helpdesk has no stdout")?;
        let (sender, lines) = mpsc::channel();
        // Reads on after the first lines, so that the helpdesk never waits for a reader.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        while scratch.base.is_empty() || scratch.token.is_empty() {
            let line = lines.recv_timeout(SCRATCH_LIMIT).map_err(|_| {
                "the scratch helpdesk did not say TICKITI_API_BASE= and TICKITI_API_TOKEN= on its stdout".to_owned()
            })?;
            match setting(&line) {
                Some(("TICKITI_API_BASE", value)) => scratch.base = value.to_owned(),
                Some(("TICKITI_API_TOKEN", value)) => scratch.token = value.to_owned(),
                _ => {}
            }
        }
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `NAME=value` out of a line such as `export NAME='value'  # what for`.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().split_once('=')?;
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.get(1..)?.split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_from_what_a_shell_would_take() {
        assert_eq!(setting("TICKITI_API_BASE=http://127.0.0.1:1"), Some(("TICKITI_API_BASE", "http://127.0.0.1:1")));
        assert_eq!(setting("TICKITI_API_TOKEN='1|ab=c'  # full"), Some(("TICKITI_API_TOKEN", "1|ab=c")));
        assert_eq!(setting("  export TICKITI_API_TOKEN=\"1|ab\""), Some(("TICKITI_API_TOKEN", "1|ab")));
        assert_eq!(setting("TICKITI_API_TOKEN="), None);
        assert_eq!(setting("scratch helpdesk ready"), None);
    }
}
