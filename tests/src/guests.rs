//! Guests of the workspace as components, built when they are first asked for.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::binary;
use crate::trouble::Trouble;

#[path = "../../xtask/src/wasm_std.rs"]
mod wasm_std;

/// The guest whose every tool is an attack.
///
/// # Errors
/// When it does not build.
pub fn hostile() -> Result<Vec<u8>, Trouble> {
    component("tickiti-hostile-guest")
}

/// How many parts the hostile guest is added in: a plugin may not have as many tools as it has.
pub const HOSTILE_PARTS: [char; 2] = ['a', 'b'];

/// A part of it as a plugin of its own, `hostilea`.
///
/// # Errors
/// When it does not build, or has no place for the letter.
pub fn hostile_part(part: char) -> Result<Vec<u8>, Trouble> {
    const PLACE: &[u8] = b"hostile part: *";
    let mut bytes = hostile()?;
    let at = bytes.windows(PLACE.len()).position(|window| window == PLACE);
    let letter = at.and_then(|at| bytes.get_mut(at + PLACE.len() - 1));
    *letter.ok_or_else(|| Trouble::shape("a place for the letter of a part", "none"))? = part as u8;
    Ok(bytes)
}

/// A built-in plugin, as it is before it is built in.
///
/// # Errors
/// When it does not build.
pub fn generic() -> Result<Vec<u8>, Trouble> {
    component("tickiti-plugin-generic")
}

fn component(package: &str) -> Result<Vec<u8>, Trouble> {
    static BUILT: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(bytes) = built.get(package) {
        return Ok(bytes.clone());
    }
    let file = build(package)?;
    let bytes = std::fs::read(file).map_err(Trouble::io("reading a guest"))?;
    built.insert(package.to_owned(), bytes.clone());
    Ok(bytes)
}

/// Builds into `guests` in the build folder, as the build script of the relay does: what they share is compiled once.
fn build(package: &str) -> Result<PathBuf, Trouble> {
    let failed = |why: String| Trouble::Build(format!("{package}: {why}"));
    let library = wasm_std::find("rustc".as_ref(), binary::variable).map_err(|missing| failed(missing.to_string()))?;
    let flags = library.rustflags().map_err(|missing| failed(missing.to_string()))?;
    let guests = binary::target()?.join("guests");
    let mut cargo = binary::cargo();
    cargo.args(["build", "--quiet", "--locked", "--profile", "plugin", "--target", wasm_std::TARGET]);
    cargo.args(["--package", package, "--target-dir"]).arg(&guests);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    run(&mut cargo).map_err(failed)?;
    Ok(guests.join(wasm_std::TARGET).join("plugin").join(package.replace('-', "_")).with_extension("wasm"))
}

fn run(cargo: &mut Command) -> Result<(), String> {
    let output = cargo.stdin(Stdio::null()).output().map_err(|error| format!("cargo did not run: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
