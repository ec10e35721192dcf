//! Brings the standard library that plugins are compiled with: what is there, else rustup's, else Debian's.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use crate::debian;
use crate::place::{Place, variable};
use crate::say;
use crate::step;
use crate::wasm_std::{self, FOLDER_VARIABLE, Missing, TARGET, WasmStd};

/// rustup fetches 25 MB; a server that cannot be reached may take minutes to be given up.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// The library; fetched when it is missing, by whichever route works.
pub(crate) fn wasm_library(place: &Place) -> Result<WasmStd, String> {
    let missing = match find() {
        Ok(found) => return Ok(found),
        Err(missing) => missing,
    };
    let Missing::Library { version, folder } = missing else { return Err(missing.to_string()) };
    say::line(&format!("The plugins need Rust's standard library for {TARGET}; it is fetched once."));

    let rustup = match by_rustup(place) {
        Ok(found) => return Ok(found),
        Err(why) => why,
    };
    say::line("  no library from rustup; next, from Debian's sources of the compiler");
    let debian = match by_debian(place, &version, folder.as_deref()) {
        Ok(found) => return Ok(found),
        Err(why) => why,
    };
    Err(both_ways(&version, &rustup, &debian))
}

/// Says where the library is.
pub(crate) fn tell(library: &WasmStd) {
    match library {
        WasmStd::Toolchain => say::line(&format!("The {TARGET} library: the toolchain's own.")),
        WasmStd::Folder(folder) => say::line(&format!("The {TARGET} library: {}.", folder.display())),
    }
}

fn find() -> Result<WasmStd, Missing> {
    wasm_std::find(&rustc(), variable)
}

fn rustc() -> OsString {
    variable("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn by_rustup(place: &Place) -> Result<WasmStd, String> {
    let mut rustup = place.command("rustup");
    // What it says when it fails is repeated; where in its code it failed is of no use there.
    rustup.args(["target", "add", TARGET]).env("RUST_BACKTRACE", "0");
    step::kept("fetch the library with rustup", &mut rustup, RUSTUP_LIMIT)?;
    find().map_err(|_| "rustup says it is there, and the compiler does not find it".to_owned())
}

fn by_debian(place: &Place, version: &str, folder: Option<&Path>) -> Result<WasmStd, String> {
    let folder = folder.ok_or_else(|| format!("no home folder is known to put it in: set {FOLDER_VARIABLE}"))?;
    debian::build(place, version, folder)?;
    find().map_err(|missing| missing.to_string())
}

fn both_ways(version: &str, rustup: &dyn Display, debian: &dyn Display) -> String {
    format!(
        "Rust's standard library for {TARGET} could not be fetched, and plugins cannot be compiled without it.\n\
         \n  with rustup: {}\n  from Debian's sources: {}\n\
         \nEither way mends it:\n  \
         - `rustup target add {TARGET}`, with a connection to Rust's server (static.rust-lang.org or RUSTUP_DIST_SERVER);\n  \
         - `cargo xtask setup` on Debian, with a connection to its package server and crates.io. The folder that it makes\n    \
         fits every computer with rustc {version} of the same build: copy it and let {FOLDER_VARIABLE} name it.",
        indented(rustup),
        indented(debian)
    )
}

fn indented(text: &dyn Display) -> String {
    text.to_string().lines().collect::<Vec<_>>().join("\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_names_both_ways_and_why_each_failed() {
        let text = both_ways("1.95.0", &"`rustup` is not installed", &"`apt-get` is not installed\nsecond line");
        for part in [
            "`rustup` is not installed",
            "`apt-get` is not installed\n    second",
            "rustup target add",
            FOLDER_VARIABLE,
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
