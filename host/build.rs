//! Builds the first-party plugins for wasm and hands them to the program as a table in `$OUT_DIR/embedded.rs`; beside it,
//! as another table, what a new plugin's project is made of.
//!
//! They are built by a second cargo with a target folder of its own: in the folder of the one that runs this script it
//! would wait for ever for the lock that the first one holds.
#![expect(clippy::print_stderr, reason = "a build script says on stderr why it failed")]

#[path = "build/templates.rs"]
mod templates;
#[path = "../xtask/src/wasm_std.rs"]
mod wasm_std;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sha2::{Digest, Sha256};

/// The families in the order of the table; each is the package `tickiti-plugin-NAME`.
const PLUGINS: [&str; 3] = ["tickets", "reads", "generic"];

/// What plugins are made of besides themselves, from the root: a change anywhere in these builds them anew.
const SOURCES: [&str; 8] =
    ["plugins", "sdk", "wit", "routes", "Cargo.toml", "Cargo.lock", "xtask/src/wasm_std.rs", "host/build"];

/// What cargo and its subcommands tell this script of the program that it belongs to, and that would mislead the second
/// cargo: how the host is compiled, and that clippy wants to look at every crate of the workspace.
const NOT_FOR_GUESTS: [&str; 9] = [
    "CARGO_BUILD_TARGET",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "OUT_DIR",
    "PROFILE",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
];
const NOT_FOR_GUESTS_PREFIXES: [&str; 5] = ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "DEP_"];

/// A build that did not come about.
enum Failure {
    /// One sentence for the person who builds.
    Sentence(String),
    /// What the second cargo said.
    Guests(String),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Sentence(sentence)) => {
            println!("cargo::error={sentence}");
            ExitCode::SUCCESS // cargo stops at the line above, without a page of context
        }
        Err(Failure::Guests(words)) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let folder =
        |name: &str| variable(name).map(PathBuf::from).ok_or_else(|| sentence(format!("cargo did not set {name}")));
    let root = folder("CARGO_MANIFEST_DIR")?;
    let root = root.parent().filter(|root| root.join("plugins").is_dir()).ok_or_else(|| {
        sentence("the relay is built within its repository: plugins/ is not beside this package".to_owned())
    })?;
    let out = folder("OUT_DIR")?;
    let rustc = variable("RUSTC").unwrap_or_else(|| "rustc".into());

    let library = wasm_std::find(&rustc, variable).map_err(|missing| sentence(missing.to_string()))?;
    let mut rustflags = library.rustflags().map_err(|missing| sentence(missing.to_string()))?;
    rustflags.extend(without_paths(root));
    let guests = guests_folder(&out);
    build(root, &guests, &rustflags)?;
    embed(&guests.join(wasm_std::TARGET).join("plugin"), &out)?;
    let table = templates::table(root).map_err(|why| sentence(format!("the templates of plugins: {why}")))?;
    write(&out.join("templates.rs"), table.as_bytes())?;

    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rerun-if-env-changed={}", wasm_std::FOLDER_VARIABLE);
    Ok(())
}

/// `guests` in the target folder. `OUT_DIR` is somewhere below it, how deep is cargo's business; its root has a tag.
fn guests_folder(out: &Path) -> PathBuf {
    let tagged = out.ancestors().filter(|folder| folder.join("CACHEDIR.TAG").is_file()).last();
    tagged.or_else(|| out.ancestors().nth(4)).unwrap_or(out).join("guests")
}

/// Keeps the paths of this computer out of the plugins: their digests are the same wherever they are built.
fn without_paths(root: &Path) -> Vec<String> {
    let home = |name: &str| variable(name).map(PathBuf::from);
    let cargo = home("CARGO_HOME").or_else(|| Some(home("HOME").or_else(|| home("USERPROFILE"))?.join(".cargo")));
    let names = [(cargo, "/cargo"), (Some(root.to_owned()), "/tickiti-relay")];
    names.into_iter().filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.to_str()?))).collect()
}

fn build(root: &Path, guests: &Path, rustflags: &[String]) -> Result<(), Failure> {
    let mut cargo = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["build", "--profile", "plugin", "--target", wasm_std::TARGET]);
    // The lock file is settled by now. What it names is fetched once and needs no network afterwards, so that a cargo
    // called with --offline, which this script is not told, finds a second one that keeps quiet too.
    cargo.arg("--locked").arg("--target-dir").arg(guests);
    for plugin in PLUGINS {
        cargo.args(["--package", &format!("tickiti-plugin-{plugin}")]);
    }
    for (name, _) in env::vars_os() {
        let misleads = name.to_str().is_some_and(|name| {
            NOT_FOR_GUESTS.contains(&name) || NOT_FOR_GUESTS_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        });
        if misleads {
            cargo.env_remove(name);
        }
    }
    // Set even when empty: it comes before every other place where flags for the host may be written.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", rustflags.join("\u{1f}"));
    // A build folder apart from the target folder is one more lock to wait for.
    cargo.env("CARGO_BUILD_BUILD_DIR", guests);

    let done = cargo.output().map_err(|error| sentence(format!("cargo did not start for the plugins: {error}")))?;
    if done.status.success() {
        Ok(())
    } else {
        Err(Failure::Guests(format!("The plugins did not build:\n{}", String::from_utf8_lossy(&done.stderr))))
    }
}

/// Copies the components beside the table and writes it: `COMPONENTS`, each with its name, SHA-256 and bytes.
fn embed(built: &Path, out: &Path) -> Result<(), Failure> {
    let mut table = String::from(TABLE_HEAD);
    for plugin in PLUGINS {
        let component = built.join(format!("tickiti_plugin_{plugin}.wasm"));
        let bytes = fs::read(&component)
            .map_err(|error| sentence(format!("the plugin `{plugin}` left no {}: {error}", component.display())))?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let file = format!("{plugin}.wasm");
        write(&out.join(&file), &bytes)?;
        table += &format!(
            "    Embedded {{ name: {plugin:?}, digest: {digest:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")) }},\n"
        );
    }
    table += "];\n";
    write(&out.join("embedded.rs"), table.as_bytes())
}

const TABLE_HEAD: &str = "\
/// A plugin that is part of the program: its name, the SHA-256 of its bytes, and these.
pub(super) struct Embedded {
    pub(super) name: &'static str,
    pub(super) digest: [u8; 32],
    pub(super) bytes: &'static [u8],
}

pub(super) const COMPONENTS: &[Embedded] = &[
";

/// Leaves a file alone that is as it should be: cargo compiles anew what includes a newer one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|before| before == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| sentence(format!("{} was not written: {error}", path.display())))
}

fn sentence(text: String) -> Failure {
    Failure::Sentence(text)
}

#[expect(clippy::disallowed_methods, reason = "the ban is for the program; a build script is told everything this way")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}
