//! Plugins of third parties for the tests: written down, and added as a person would who has looked at their digest.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::handmade::{Does, Handmade, Manifest, Tool};
use crate::relay::{Output, Setup};
use crate::trouble::Trouble;

/// A plugin of one tool, `go`, that hands on one request; its effect is `read` 0, `write` 1 or `destructive` 2.
#[must_use]
pub fn relaying(name: &str, effect: u8, route: &str, input: &str) -> Handmade {
    let tool = Tool { effect, routes: vec![route.into()], ..Tool::named("go") };
    Handmade::described(Manifest::of(name, tool), Does::Relay(route.into(), input.into()))
}

/// Writes a plugin into a folder.
///
/// # Errors
/// When it is no component, or the folder does not take it.
pub fn write(folder: &Path, name: &str, made: &Handmade) -> Result<PathBuf, Trouble> {
    let bytes = made.component().map_err(|why| Trouble::shape("a component by hand", why))?;
    let path = folder.join(format!("{name}.wasm"));
    std::fs::write(&path, bytes).map_err(Trouble::io("writing a plugin"))?;
    Ok(path)
}

/// Adds a component without a terminal, with these rights.
///
/// # Errors
/// When the program does not start.
pub fn add(setup: &Setup, component: &Path, rights: &[&str]) -> Result<Output, Trouble> {
    trusting(setup, &["plugin", "add"], component, rights)
}

/// Says a verb that trusts a component, `plugin update NAME`, without a terminal.
///
/// # Errors
/// When the program does not start.
pub fn trusting(setup: &Setup, verb: &[&str], component: &Path, rights: &[&str]) -> Result<Output, Trouble> {
    let mut arguments: Vec<String> = verb.iter().map(|word| (*word).to_owned()).collect();
    arguments.extend([component.display().to_string(), "--yes".into(), "--sha256".into(), sha256(component)?]);
    arguments.extend(rights.iter().flat_map(|right| ["--grant".to_owned(), (*right).to_owned()]));
    setup.verb(arguments)
}

/// SHA-256 of a file, in hex.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(path: &Path) -> Result<String, Trouble> {
    std::fs::read(path).map(|bytes| sha256_of(&bytes)).map_err(Trouble::io("reading a component"))
}

/// SHA-256 of bytes, in hex.
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
