//! The plugins that are part of the program. They run under a grant like any other.

use std::borrow::Cow;

use super::catalogue::Installed;
use crate::admit::Grant;
use crate::contract::GuestFault;
use crate::sandbox::{Code, Component, Digest, Sandbox};

/// Name, SHA-256 and bytes of each; written by the build script.
const EMBEDDED: &[(&str, [u8; 32], &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The built-in plugins, in the order in which their tools are listed, each with what keeps it from being served.
///
/// Their descriptions come from the sandbox's store after the first run, so that nothing is compiled or loaded at start.
pub async fn builtin(sandbox: &Sandbox) -> Vec<(&'static str, Result<Installed, GuestFault>)> {
    let mut installed = Vec::with_capacity(EMBEDDED.len());
    for (name, digest, bytes) in EMBEDDED {
        let code = Code::Bytes(Cow::Borrowed(bytes));
        let plugin = sandbox.plugin(Component::new(*name, Digest(*digest), code));
        let described = plugin.describe().await;
        let ready = described.map(|manifest| Installed { manifest, grant: Grant::all(), guest: plugin });
        installed.push((*name, ready));
    }
    installed
}
