//! `plugin build`: the language's own tools, with their own words, to one component.

mod javascript;
mod python;
mod rust;
mod tool;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::arguments::Build;
use super::project::{Language, NoProject, Project};
use crate::cli::{VerbError, print};
use crate::limits;
use crate::sandbox::Digest;

/// Why a plugin was not built. Each ends with what to do.
#[derive(Debug, thiserror::Error)]
enum BuildFault {
    /// Nobody knows how.
    #[error(transparent)]
    NoLanguage(#[from] NoProject),
    /// A program that is needed is not on this computer.
    #[error("`{program}` is needed and is not on this computer: {remedy}")]
    NotThere { program: String, remedy: &'static str },
    /// A program could not be started, though it is there.
    #[error("`{program}` could not be started: {why}")]
    NotStarted { program: String, why: std::io::Error },
    /// A program ended otherwise than well; it has said why.
    #[error("`{program}` did not end well ({how}); what it said stands above")]
    Failed { program: String, how: String },
    /// The compiler has no standard library for components.
    #[error("{0}")]
    WasmStd(String),
    /// The tools ended well and left nothing.
    #[error("{0}")]
    NoComponent(String),
    /// The component could not be put in its place or looked at.
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: std::io::Error },
    /// More than the relay loads.
    #[error(
        "{} has {bytes} bytes, and the relay takes no component of more than {}: leave out what is not needed, or build \
         it optimised for size", path.display(), limits::COMPONENT_BYTES
    )]
    TooLarge { path: PathBuf, bytes: usize },
}

pub(super) fn run(options: &Build) -> Result<ExitCode, VerbError> {
    let project = Project::at(&options.dir).map_err(|fault| VerbError::Failed(fault.to_string()))?;
    let built = build(&project).map_err(|fault| VerbError::Failed(fault.to_string()))?;
    print::out(&told(&options.dir, &project.component(), &built));
    Ok(ExitCode::SUCCESS)
}

/// The whole path of a folder: a program given by a relative one is looked for from elsewhere on some systems.
fn whole(folder: &Path) -> Result<PathBuf, BuildFault> {
    std::path::absolute(folder).map_err(|why| BuildFault::File { path: folder.to_owned(), why })
}

/// What was built.
struct Built {
    bytes: usize,
    sha256: Digest,
}

fn build(project: &Project) -> Result<Built, BuildFault> {
    match project.language {
        Some(Language::Rust) => rust::build(project)?,
        Some(Language::Python) => python::build(project)?,
        Some(Language::JavaScript) => javascript::build(project)?,
        None => return Err(NoProject::NoLanguage(project.folder.clone()).into()),
    }
    let path = project.component();
    let bytes = std::fs::read(&path).map_err(|why| BuildFault::File { path: path.clone(), why })?;
    if bytes.len() > limits::COMPONENT_BYTES {
        return Err(BuildFault::TooLarge { path, bytes: bytes.len() });
    }
    Ok(Built { bytes: bytes.len(), sha256: Digest::of(&bytes) })
}

fn told(folder: &Path, component: &Path, built: &Built) -> String {
    let Built { bytes, sha256 } = built;
    format!(
        "Built {}: {bytes} bytes, SHA-256 {sha256}\nNext: tickiti-relay plugin test {}",
        component.display(),
        folder.display()
    )
}
