//! The plugins that are part of the program. They run under a grant like any other.

use std::borrow::Cow;
use std::sync::Arc;

use super::catalogue::{Installed, Origin};
use super::lock::Lock;
use crate::admit::Grant;
use crate::contract::{Guest, GuestFault, Manifest};
use crate::sandbox::{Code, Component, Digest, Plugin, Sandbox};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Names of the built-in plugins, in the order in which their tools are listed.
pub fn families() -> Vec<&'static str> {
    embedded::COMPONENTS.iter().map(|component| component.name).collect()
}

/// A built-in plugin: its code, loaded at first use, and what it says it is.
#[derive(Clone)]
pub struct Builtin {
    /// Its code.
    pub guest: Arc<Plugin>,
    /// What it says it is, or what keeps it from being served.
    pub manifest: Result<Manifest, GuestFault>,
}

impl Builtin {
    /// As it is served under what the person says.
    pub(super) fn installed(&self, lock: Result<&Lock, String>) -> Option<Installed> {
        let manifest = self.manifest.clone().ok()?;
        let grant = match lock {
            Ok(lock) => lock.grant_of_builtin(&manifest.name),
            Err(why) => Grant::unknown(why),
        };
        let guest: Arc<dyn Guest> = self.guest.clone();
        Some(Installed { manifest, origin: Origin::BuiltIn, grant, settings: Ok("{}".into()), guest })
    }
}

/// The built-in plugins, in the order in which their tools are listed.
///
/// Their descriptions come from the sandbox's store after the first run, so that nothing is compiled or loaded at start.
pub async fn builtin(sandbox: &Sandbox) -> Vec<Builtin> {
    let mut all = Vec::with_capacity(embedded::COMPONENTS.len());
    for component in embedded::COMPONENTS {
        let code = Code::Bytes(Cow::Borrowed(component.bytes));
        let guest = sandbox.plugin(Component::new(component.name, Digest(component.digest), code));
        let manifest = guest.describe().await;
        all.push(Builtin { guest, manifest });
    }
    all
}
