//! The plugins that are part of the program. They run under a grant like any other.

use std::borrow::Cow;

use super::catalogue::Installed;
use crate::admit::Grant;
use crate::contract::GuestFault;
use crate::sandbox::{Component, Sandbox};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The built-in plugins, in the order in which their tools are listed. Their descriptions come from the sandbox's store
/// after the first run, so that nothing is compiled or loaded at start.
pub fn builtin(sandbox: &Sandbox) -> Vec<Result<Installed, (String, GuestFault)>> {
    embedded::COMPONENTS
        .iter()
        .map(|embedded| {
            let component = Component {
                name: embedded.name.to_owned(),
                bytes: Cow::Borrowed(embedded.bytes),
                digest: embedded.digest.to_owned(),
            };
            let manifest = sandbox.describe(&component).map_err(|fault| (component.name.clone(), fault))?;
            Ok(Installed { manifest, grant: Grant::all(), guest: sandbox.guest(component) })
        })
        .collect()
}
