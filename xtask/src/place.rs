//! Where this repository and its build folder are, and how cargo is called from here.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What cargo tells a program it runs, which must not reach the programs that one runs: some build scripts (ring's) run
/// anew whenever one of these changes, so that `cargo test` and `cargo xtask test` would rebuild for each other for ever.
const CARGO_S_OWN: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// Tells the tests, the demo and the bench which relay to drive: the one that the job has just built. Without it they would
/// build one themselves.
pub(crate) const RELAY_BIN: &str = "TICKITI_RELAY_BIN";

/// The folders every job works in. All paths are absolute: a job works from any folder below the root.
pub(crate) struct Place {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    /// Where cargo builds; follows `CARGO_TARGET_DIR` and cargo's configuration.
    pub(crate) target: PathBuf,
    /// What belongs to the caller: relative paths given as arguments start here.
    pub(crate) here: PathBuf,
}

impl Place {
    /// Reads the place from the environment in which cargo started this program.
    pub(crate) fn find() -> Result<Self, String> {
        let own = variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&own)
            .parent()
            .filter(|root| root.join("wit").is_dir())
            .ok_or("the repository is not where it was when xtask was built: call it as `cargo xtask` from within")?;
        let here = env::current_dir().map_err(|error| format!("the current folder cannot be read: {error}"))?;
        // This program lies in TARGET/debug, wherever the environment or a configuration file puts TARGET.
        let program = env::current_exe().map_err(|error| format!("xtask cannot tell where it lies: {error}"))?;
        let target = program.parent().and_then(Path::parent).unwrap_or(&root.join("target")).to_owned();
        Ok(Place { root: root.to_owned(), target, here })
    }

    /// The cargo that runs this program, at the root, with the same build folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.command(variable("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// Any other program, at the root.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| CARGO_S_OWN.iter().any(|own| name.starts_with(own))) {
                command.env_remove(name);
            }
        }
        command
    }

    /// A program that cargo built under `profile` (`debug`, `release`).
    pub(crate) fn built(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// The one place where jobs read the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the ban is for the program; its `config` cannot serve the jobs around it"
)]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// Whether nothing may be skipped, as in CI.
pub(crate) fn strict() -> bool {
    variable("CI").is_some_and(|value| !value.is_empty() && value != "false")
}
