//! Looking at a component before it is trusted.

use std::borrow::Cow;
use std::path::PathBuf;

use tickiti_relay_routes::Table;

use super::super::arguments::Start;
use super::super::{VerbError, build};
use super::{compiler, still_at_work};
use crate::admit::{Policy, Right};
use crate::config::{Local, Way, process_environment};
use crate::contract::Manifest;
use crate::limits;
use crate::plugins::{
    Builtin, Fault, Folder, Lock, Locked, Selection, Served, Source, Stored, against, builtin, read_component,
};
use crate::sandbox::{Compiler, Described, Digest, Sandbox};
use crate::upstream;

/// What the verbs work with.
pub(super) struct Bench {
    pub(super) local: Local,
    pub(super) folder: Folder,
    pub(super) routes: Cow<'static, Table>,
    pub(super) compiler: Compiler,
    pub(super) builtin: Vec<Builtin>,
    sandbox: Sandbox,
}

/// A component that was looked at.
pub(super) struct Inspected {
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: Digest,
    pub(super) source: String,
    pub(super) described: Described,
}

impl Bench {
    pub(super) fn new(start: &Start) -> Result<Self, VerbError> {
        let local = build::local()?;
        build::log(local.log);
        let sandbox = Sandbox::new(Some(local.cache.clone()));
        let builtin = build::runtime()?.block_on(builtin(&sandbox));
        let routes = build::table(start.routes.as_deref())?;
        let folder = Folder::new(&local.state);
        if let Ok(lock) = folder.read() {
            sandbox.forget_others(|digest| lock.plugins.iter().any(|plugin| plugin.sha256 == digest));
        }
        Ok(Self { folder, compiler: compiler(&local)?, routes, builtin, sandbox, local })
    }

    /// What a relay that starts now would serve.
    pub(super) fn served(&self) -> Served {
        Served::new(Source {
            folder: self.folder.clone(),
            sandbox: self.sandbox.clone(),
            builtin: self.builtin.clone(),
            moment: Vec::new(),
            routes: self.routes.clone(),
            selection: Selection::default(),
            policy: Policy::default(),
        })
    }

    /// The manifest of a built-in plugin.
    pub(super) fn builtin(&self, name: &str) -> Option<&Manifest> {
        self.builtin.iter().filter_map(|plugin| plugin.manifest.as_ref().ok()).find(|manifest| manifest.name == name)
    }

    /// Fetches, compiles and judges a component beside those that are there; `except` is the one that it is to replace.
    pub(super) fn inspect(&self, source: &str, lock: &Lock, except: Option<&str>) -> Result<Inspected, VerbError> {
        let inspected = self.look(source)?;
        self.judge(&inspected, lock, except)?;
        Ok(inspected)
    }

    /// Judges a component beside those that are there.
    pub(super) fn judge(&self, inspected: &Inspected, lock: &Lock, except: Option<&str>) -> Result<(), VerbError> {
        let faults = against(inspected.manifest(), &self.builtin, lock, except, &self.routes);
        if faults.is_empty() { Ok(()) } else { Err(refused(&inspected.source, &faults)) }
    }

    /// Compiles a component apart and asks it what it is. It lies in a file of its own meanwhile, where nobody else can change it.
    pub(super) fn look(&self, source: &str) -> Result<Inspected, VerbError> {
        let bytes = if source.contains("://") { fetch(source)? } else { read_component(&PathBuf::from(source))? };
        let aside = self.folder.aside(&bytes)?;
        let described = self.compiler.run(aside.path(), &still_at_work);
        let described = described.map_err(|fault| VerbError::Failed(format!("{source} is not taken: {fault}")))?;
        Ok(Inspected { sha256: Digest::of(&bytes), bytes, source: source.to_owned(), described })
    }

    /// Removes what was compiled of a component that nobody trusts any more. Who trusts it after all compiles it again.
    pub(super) fn forget(&self, sha256: Digest) -> Result<(), VerbError> {
        if !self.folder.read()?.plugins.iter().any(|plugin| plugin.sha256 == sha256) {
            self.sandbox.forget(sha256);
        }
        Ok(())
    }
}

fn refused(source: &str, faults: &[Fault]) -> VerbError {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    VerbError::Failed(format!("{source} is not taken:\n{}", crate::redact::clean(&lines.join("\n"))))
}

fn fetch(address: &str) -> Result<Vec<u8>, VerbError> {
    let way = Way::from_env(&process_environment).map_err(|errors| VerbError::Configuration(errors.to_string()))?;
    let authorities = way.authority.as_ref().map(|authority| authority.certificates().to_vec()).unwrap_or_default();
    let fetching =
        upstream::download(address, way.proxy.as_ref().map(|proxy| proxy.url()), &authorities, limits::COMPONENT_BYTES);
    build::runtime()?.block_on(fetching).map_err(|error| VerbError::Failed(error.to_string()))
}

impl Inspected {
    pub(super) fn manifest(&self) -> &Manifest {
        &self.described.manifest
    }

    /// As it is trusted now, with these rights.
    pub(super) fn locked(&self, grants: Vec<Right>) -> Locked {
        locked(self.described.clone(), self.sha256, self.bytes.len() as u64, self.source.clone(), grants)
    }
}

/// A component as it is trusted now.
pub(super) fn locked(described: Described, sha256: Digest, bytes: u64, source: String, grants: Vec<Right>) -> Locked {
    let stored = Stored { sha256, bytes, contract: described.contract, source };
    let now = time::OffsetDateTime::now_utc();
    let now = now
        .replace_nanosecond(0)
        .unwrap_or(now)
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default();
    Locked::new(described.manifest, &stored, grants, now)
}
