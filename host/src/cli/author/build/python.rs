//! Python: componentize-py, in an environment of the plugin's own.

use super::tool::{Installed, Tool};
use super::{BuildFault, Project};

const NO_PYTHON: &str = "install Python 3.10 or newer from https://www.python.org/downloads/ (on Debian and Ubuntu: \
                         `apt install python3-venv`)";
const BROKEN: &str = "remove the folder `.venv` and build again";

pub(super) fn build(project: &Project) -> Result<(), BuildFault> {
    let (python, bin, suffix) = if cfg!(windows) { ("python", "Scripts", ".exe") } else { ("python3", "bin", "") };
    let folder = super::whole(&project.folder)?;
    let own = |program: &str| folder.join(".venv").join(bin).join(format!("{program}{suffix}"));
    if !own("python").is_file() {
        Tool::new(python, &folder, NO_PYTHON).args(["-m", "venv", ".venv"]).run()?;
    }
    Installed::by(&folder, "requirements.txt", ".venv").unless_there(|| {
        Tool::new(own("python"), &folder, BROKEN)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"])
            .args(["--require-hashes", "-r", "requirements.txt"])
            .run()
    })?;
    Tool::new(own("componentize-py"), &folder, BROKEN)
        .args(["-q", "-d", "wit", "-w", "plugin", "componentize", "plugin", "-o", Project::COMPONENT])
        // The sources' folder stays as the author left it.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}
