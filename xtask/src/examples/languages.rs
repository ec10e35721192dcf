//! The languages of the examples: what each needs, installs, builds with and tests.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::place::Place;
use crate::setup;
use crate::step;
use crate::wasm_std::TARGET;

pub(super) const SHORT: Duration = Duration::from_secs(60);
/// Packages of 190 MB from npm, or 17 MB from PyPI.
const INSTALL_LIMIT: Duration = Duration::from_secs(900);
/// A component takes some seconds; a busy computer gets more.
const BUILD_LIMIT: Duration = Duration::from_secs(300);

/// A plugin of this repository: its name, and where its sources are.
pub(super) struct Project {
    pub(super) name: &'static str,
    pub(super) sources: &'static str,
}

/// A language: what it needs, and how it makes `plugin.wasm` in a project's folder.
pub(super) struct Language {
    pub(super) word: &'static str,
    pub(super) programs: &'static [&'static str],
    pub(super) projects: &'static [Project],
    /// What the tool chain is installed from, among the templates of the language; a change installs anew.
    pub(super) pins: &'static [&'static str],
    pub(super) install: fn(&Place, &Path) -> Result<(), String>,
    /// What lies beside the sources in every project, from the root, and its name there.
    pub(super) beside: &'static [(&'static str, &'static str)],
    /// Tests what the helper of the language promises, in a folder that has it and the tests.
    pub(super) test: Option<Job>,
    pub(super) build: Job,
}

/// Something done in a project's folder.
pub(super) type Job = fn(&Place, &Folders<'_>) -> Result<(), String>;

/// Where a project is built.
pub(super) struct Folders<'a> {
    /// Of the language: its tool chain.
    pub(super) tools: &'a Path,
    /// Of the project: its sources, and afterwards `plugin.wasm`.
    pub(super) project: &'a Path,
}

pub(super) const LANGUAGES: [Language; 3] = [
    Language {
        word: "rust",
        programs: &[],
        projects: &[Project { name: "digest", sources: "examples/rust" }],
        pins: &[],
        install: |_, _| Ok(()),
        beside: &[],
        test: None,
        build: build_rust,
    },
    Language {
        word: "python",
        programs: &[PYTHON],
        projects: &[
            Project { name: "waiting", sources: "examples/python" },
            Project { name: "loops-python", sources: "tests/guests/loops-python" },
        ],
        pins: &["requirements.txt"],
        install: install_python,
        beside: &[("sdk/python/tickiti_relay.py", "tickiti_relay.py"), CONTRACT],
        test: Some(test_python),
        build: build_python,
    },
    Language {
        word: "javascript",
        programs: &["node", NPM],
        projects: &[
            Project { name: "drafts", sources: "examples/javascript" },
            Project { name: "loops-javascript", sources: "tests/guests/loops-javascript" },
        ],
        pins: &["package.json", "package-lock.json"],
        install: install_javascript,
        beside: &[
            ("sdk/javascript/tickiti-relay.js", "tickiti-relay.js"),
            ("sdk/templates/javascript/build.js", "build.js"),
            CONTRACT,
        ],
        test: Some(test_javascript),
        build: build_javascript,
    },
];

const CONTRACT: (&str, &str) = ("wit/0.1/relay.wit", "wit/relay.wit");
/// The package of the example in Rust, and the component that cargo makes of it.
const RUST_PACKAGE: &str = "tickiti-example-digest";
const RUST_COMPONENT: &str = "tickiti_example_digest.wasm";
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// Programs of a virtual environment.
const VENV_PROGRAMS: &str = if cfg!(windows) { "venv/Scripts" } else { "venv/bin" };

fn install_python(place: &Place, tools: &Path) -> Result<(), String> {
    let mut venv = place.command(PYTHON);
    venv.args(["-m", "venv", "--clear"]).arg(tools.join("venv"));
    step::kept("make a place for componentize-py", &mut venv, INSTALL_LIMIT)?;
    let mut pip = place.command(tools.join(VENV_PROGRAMS).join(PYTHON));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes"]);
    pip.args(["-r", "requirements.txt"]);
    step::kept("fetch componentize-py", pip.current_dir(tools), INSTALL_LIMIT)?;
    Ok(())
}

fn install_javascript(place: &Place, tools: &Path) -> Result<(), String> {
    let mut npm = place.command(NPM);
    npm.args(["ci", "--no-fund", "--no-audit", "--ignore-scripts"]).current_dir(tools);
    step::kept("fetch componentize-js", &mut npm, INSTALL_LIMIT)?;
    Ok(())
}

fn build_rust(place: &Place, folders: &Folders<'_>) -> Result<(), String> {
    let library = setup::wasm_library(place)?;
    let flags = library.rustflags().map_err(|missing| missing.to_string())?;
    let target = folders.tools.join("target");
    let mut cargo = place.cargo();
    cargo.args(["build", "--profile", "plugin", "--target", TARGET, "--package", RUST_PACKAGE, "--target-dir"]);
    cargo.arg(&target).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    step::shown(&format!("build {}", project_name(folders)), &mut cargo)?;
    let built = target.join(TARGET).join("plugin").join(RUST_COMPONENT);
    // Always anew: `plugin test` wants it to be newer than what it is made of.
    fs::copy(&built, folders.project.join("plugin.wasm")).map_err(|error| format!("{RUST_COMPONENT}: {error}"))?;
    Ok(())
}

fn build_python(place: &Place, folders: &Folders<'_>) -> Result<(), String> {
    let mut build = place.command(folders.tools.join(VENV_PROGRAMS).join("componentize-py"));
    build.args(["-q", "-d", "wit", "-w", "plugin", "componentize", "plugin", "-o", "plugin.wasm"]);
    build.current_dir(folders.project).env("PYTHONDONTWRITEBYTECODE", "1");
    build.env("VIRTUAL_ENV", folders.tools.join("venv"));
    step::kept(&format!("build {}", project_name(folders)), &mut build, BUILD_LIMIT)?;
    Ok(())
}

fn build_javascript(place: &Place, folders: &Folders<'_>) -> Result<(), String> {
    let mut build = place.command("node");
    build.arg("build.js").current_dir(folders.project);
    step::kept(&format!("build {}", project_name(folders)), &mut build, BUILD_LIMIT)?;
    Ok(())
}

fn test_python(place: &Place, folders: &Folders<'_>) -> Result<(), String> {
    let programs = folders.tools.join(VENV_PROGRAMS);
    // It makes no file that is there already.
    match fs::remove_dir_all(folders.project.join("bindings")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(format!("bindings: {error}")),
        _ => {}
    }
    let mut bindings = place.command(programs.join("componentize-py"));
    bindings.args(["-q", "-d", "wit", "-w", "plugin", "bindings", "bindings"]).current_dir(folders.project);
    step::asked(&mut bindings, SHORT)?;
    let mut test = place.command(programs.join(PYTHON));
    test.args(["-m", "unittest", "-q", "test_tickiti_relay"]).current_dir(folders.project);
    test.env("PYTHONPATH", "bindings").env("PYTHONDONTWRITEBYTECODE", "1");
    step::kept("test the helper for Python", &mut test, SHORT)?;
    Ok(())
}

fn test_javascript(place: &Place, folders: &Folders<'_>) -> Result<(), String> {
    let mut test = place.command("node");
    test.args(["--test", "tickiti-relay.test.js"]).current_dir(folders.project);
    step::kept("test the helper for JavaScript", &mut test, SHORT)?;
    Ok(())
}

fn project_name(folders: &Folders<'_>) -> String {
    folders.project.file_name().unwrap_or_default().display().to_string()
}
