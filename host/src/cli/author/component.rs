//! A component that its author tries: compiled apart, as any other of a third party, and not trusted by anybody yet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::admit::{Grant, Right};
use crate::cli::plugin::{compiler, still_at_work};
use crate::cli::{VerbError, build};
use crate::config::Local;
use crate::contract::Tool;
use crate::plugins::{Folder, read_component};
use crate::sandbox::{Code, Component, Described, Digest, Plugin, Sandbox};

/// A component that can be called.
pub(super) struct Tried {
    pub(super) described: Described,
    pub(super) plugin: Arc<Plugin>,
    pub(super) sha256: Digest,
    pub(super) local: Local,
}

impl Tried {
    /// The component in a file.
    pub(super) fn at(file: &Path) -> Result<Self, VerbError> {
        let failed = |why: String| VerbError::Failed(format!("{}: {why}", file.display()));
        let local = build::local()?;
        let bytes = read_component(file)?;
        let sha256 = Digest::of(&bytes);
        let whole = std::path::absolute(file).map_err(|error| failed(error.to_string()))?;
        let compiler = compiler(&local)?;
        let described = compiler.run(&whole, &still_at_work).map_err(|fault| failed(fault.to_string()))?;
        let sandbox = Sandbox::with_compiler(compiler);
        forget_the_one_before(&local, &sandbox, &whole, sha256);
        let name = described.manifest.name.clone();
        let plugin = sandbox.plugin(Component::foreign(name, sha256, Code::File(whole)));
        Ok(Self { described, plugin, sha256, local })
    }
}

/// Compiled code is kept by its digest, and who writes a plugin makes a new one each minute: what was compiled of this file
/// before is removed, unless the person added it. Nothing here is an error; the cache is only larger without it.
fn forget_the_one_before(local: &Local, sandbox: &Sandbox, file: &Path, sha256: Digest) {
    let place: PathBuf = local.cache.join("tried").join(Digest::of(file.as_os_str().as_encoded_bytes()).to_string());
    let before = std::fs::read_to_string(&place).ok().and_then(|text| text.parse::<Digest>().ok());
    if before == Some(sha256) {
        return;
    }
    if let (Some(before), Ok(lock)) = (before, Folder::new(&local.state).read())
        && lock.plugins.iter().all(|plugin| plugin.sha256 != before)
    {
        sandbox.forget(before);
    }
    if let Some(folder) = place.parent() {
        let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&place, sha256.to_string()));
    }
}

/// The rights to exactly what a tool declares: its routes, and the files that its arguments name.
pub(super) fn declared(tool: &Tool) -> Grant {
    let route = |name: &String| match name.as_str() {
        "*" => Right::AllRoutes,
        _ => Right::Route { route: name.clone(), fixed: Vec::new() },
    };
    Grant::of(tool.routes.iter().map(route).chain([Right::AllFolders]))
}
