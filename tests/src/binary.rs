//! Where the built relay lies, and that it is never an old one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::trouble::Trouble;

/// Names a relay that is already built; then nothing is built here. `cargo xtask` sets it.
pub const RELAY_BIN: &str = "TICKITI_RELAY_BIN";

/// What cargo tells the programs that it runs. Some build scripts run anew when one of these changes, so a cargo started
/// from a test must not see them.
const CARGO_S_OWN: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// Path of the built relay. The first call of a process builds it, in the profile and folder of the running program.
///
/// # Errors
/// When it does not compile, or is not where it should be.
pub fn path() -> Result<&'static Path, Trouble> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = PATH.get_or_init(|| match variable(RELAY_BIN) {
        Some(given) => Ok(PathBuf::from(given)),
        None => Profile::of_this_program().and_then(|profile| profile.build()),
    });
    match found {
        Ok(path) if path.is_file() => Ok(path),
        Ok(path) => Err(Trouble::Build(format!("there is no file {}", path.display()))),
        Err(why) => Err(Trouble::Build(why.clone())),
    }
}

/// A program that cargo put beside this one: `floor`.
///
/// # Errors
/// When it is not there.
pub fn beside(name: &str) -> Result<PathBuf, Trouble> {
    let profile = Profile::of_this_program().map_err(Trouble::Build)?;
    let path = profile.folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    Err(Trouble::Build(format!("{} is not there; build the package tickiti-relay-tests first", path.display())))
}

/// The build folder, `target`, in which the running program lies.
///
/// # Errors
/// When the running program lies in no build folder.
pub fn target() -> Result<PathBuf, Trouble> {
    Profile::of_this_program().map(|profile| profile.target).map_err(Trouble::Build)
}

struct Profile {
    /// `target`.
    target: PathBuf,
    /// `target/debug`.
    folder: PathBuf,
    /// `dev`, as cargo is told it.
    name: String,
}

impl Profile {
    fn of_this_program() -> Result<Self, String> {
        let program = env::current_exe().map_err(|error| format!("this program cannot tell where it lies: {error}"))?;
        let mut folder = program.parent().ok_or("this program lies in no folder")?;
        // Test programs lie one deeper than others.
        if folder.ends_with("deps") {
            folder = folder.parent().ok_or("this program lies in no build folder")?;
        }
        let target = folder.parent().ok_or("this program lies in no build folder")?;
        let name = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") => "dev",
            Some(name) => name,
            None => return Err("the build folder has no name".to_owned()),
        };
        Ok(Self { target: target.to_owned(), folder: folder.to_owned(), name: name.to_owned() })
    }

    fn build(&self) -> Result<PathBuf, String> {
        let mut cargo = cargo();
        // Both packages at once: one by one they would not agree on the features of what they share, and compile it twice.
        cargo.args(["build", "--quiet", "-p", "tickiti-relay", "-p", "tickiti-relay-tests", "--bins"]);
        cargo.args(["--profile", &self.name, "--target-dir"]).arg(&self.target);
        cargo.stdin(Stdio::null());
        let output = cargo.output().map_err(|error| format!("cargo did not run: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(self.folder.join(format!("tickiti-relay{}", env::consts::EXE_SUFFIX)))
    }
}

/// A cargo that knows nothing of the one that may have started this program.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| CARGO_S_OWN.iter().any(|own| name.starts_with(own))) {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// The one place where the harness reads the environment.
#[expect(clippy::disallowed_methods, reason = "the ban is for the program; its `config` cannot serve its tests")]
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}
