//! JavaScript: componentize-js, installed into the plugin's own folder.

use std::ffi::OsStr;

use super::tool::{Installed, Tool};
use super::{BuildFault, Project};

const NO_NODE: &str = "install Node.js 20 or newer, which brings npm, from https://nodejs.org";

pub(super) fn build(project: &Project) -> Result<(), BuildFault> {
    let folder = super::whole(&project.folder)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    Installed::by(&folder, "package-lock.json", "node_modules").unless_there(|| {
        // Nothing that is installed may run a program of its own while it is installed.
        Tool::new(npm, &folder, NO_NODE).args(["ci", "--no-fund", "--no-audit", "--ignore-scripts"]).run()
    })?;
    // componentize-js counts errors of syntax and says nothing of where they are; Node.js shows file and line.
    for source in project.sources().iter().filter(|path| path.extension().is_some_and(|ending| ending == "js")) {
        let source = source.strip_prefix(&project.folder).unwrap_or(source);
        Tool::new("node", &folder, NO_NODE).args([OsStr::new("--check"), source.as_os_str()]).run()?;
    }
    Tool::new("node", &folder, NO_NODE).args(["build.js"]).run()
}
