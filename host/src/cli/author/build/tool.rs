//! One program of a tool chain, run with its own words shown.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BuildFault;
use crate::cli::print;

/// A program that is to run in the plugin's folder.
pub(super) struct Tool {
    command: Command,
    shown: String,
    remedy: &'static str,
}

impl Tool {
    /// A program, and what to do when it is not there. Reads nothing from stdin.
    pub(super) fn new(program: impl AsRef<OsStr>, folder: &Path, remedy: &'static str) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        Self { command, shown: program.to_string_lossy().into_owned(), remedy }
    }

    /// With arguments.
    pub(super) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            let argument: &OsStr = argument.as_ref();
            self.shown.push(' ');
            self.shown.push_str(&argument.to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    /// With a variable of its environment.
    pub(super) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Runs it to its end. All that it says goes to stderr: stdout is for the verb's own result.
    pub(super) fn run(mut self) -> Result<(), BuildFault> {
        self.command.stdout(Stdio::from(std::io::stderr()));
        self.finish().map(drop)
    }

    /// Runs it to its end and keeps what it says on stdout.
    pub(super) fn read(mut self) -> Result<Vec<u8>, BuildFault> {
        self.command.stdout(Stdio::piped());
        self.finish()
    }

    fn finish(mut self) -> Result<Vec<u8>, BuildFault> {
        print::step(&self.shown);
        self.command.stderr(Stdio::inherit());
        let program = self.command.get_program().to_string_lossy().into_owned();
        let output = match self.command.output() {
            Ok(output) => output,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(BuildFault::NotThere { program, remedy: self.remedy });
            }
            Err(why) => return Err(BuildFault::NotStarted { program, why }),
        };
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(BuildFault::Failed { program, how: output.status.to_string() })
        }
    }
}

/// What a language's packages were installed by: installed anew only when that has changed.
pub(super) struct Installed {
    list: PathBuf,
    stamp: PathBuf,
}

impl Installed {
    /// By a list of packages in the plugin's folder, into a folder there.
    pub(super) fn by(folder: &Path, list: &str, into: &str) -> Self {
        Self { list: folder.join(list), stamp: folder.join(into).join(".tickiti-relay-installed") }
    }

    /// Installs, unless the same list was installed before.
    pub(super) fn unless_there(self, install: impl FnOnce() -> Result<(), BuildFault>) -> Result<(), BuildFault> {
        let unread = |why| BuildFault::File { path: self.list.clone(), why };
        let wanted = std::fs::read(&self.list).map_err(unread)?;
        if std::fs::read(&self.stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        install()?;
        std::fs::write(&self.stamp, wanted).map_err(|why| BuildFault::File { path: self.stamp, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_once_for_each_list() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("into")).unwrap();
        let mut times = 0;
        for list in ["one", "one", "two"] {
            std::fs::write(folder.path().join("list"), list).unwrap();
            let installed = Installed::by(folder.path(), "list", "into");
            installed
                .unless_there(|| {
                    times += 1;
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(times, 2);
        let failing = || Err(BuildFault::NoComponent("no".into()));
        std::fs::write(folder.path().join("list"), "three").unwrap();
        assert!(Installed::by(folder.path(), "list", "into").unless_there(failing).is_err());
        assert!(
            Installed::by(folder.path(), "list", "into").unless_there(failing).is_err(),
            "a failure leaves no stamp"
        );
        assert!(Installed::by(folder.path(), "nothing", "into").unless_there(|| Ok(())).is_err());
    }

    #[test]
    fn a_program_that_is_not_there_is_told_with_its_remedy() {
        let fault = Tool::new("no-such-program", Path::new("."), "install it").args(["x"]).run().unwrap_err();
        assert_eq!(fault.to_string(), "`no-such-program` is needed and is not on this computer: install it");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_fails_fails_the_build() {
        assert!(Tool::new("false", Path::new("."), "").run().is_err());
        assert_eq!(Tool::new("echo", Path::new("."), "").args(["word"]).read().unwrap(), b"word\n");
    }
}
