//! Rust: cargo, for `wasm32-wasip2`.

#[path = "../../../../../xtask/src/wasm_std.rs"]
mod wasm_std;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tool::Tool;
use super::{BuildFault, Project};
use crate::config::process_environment;

const NO_CARGO: &str = "install Rust from https://rustup.rs, then `rustup target add wasm32-wasip2`";

pub(super) fn build(project: &Project) -> Result<(), BuildFault> {
    let library = wasm_std::find(OsStr::new("rustc"), process_environment).map_err(|missing| no_library(&missing))?;
    let mut flags = library.rustflags().map_err(|missing| no_library(&missing))?;
    let folder = super::whole(&project.folder)?;
    flags.extend(without_paths(&folder));
    let said = Tool::new("cargo", &folder, NO_CARGO)
        .args(["build", "--release", "--target", wasm_std::TARGET, "--message-format", "json-render-diagnostics"])
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .read()?;
    let artifact = component_of(&String::from_utf8_lossy(&said)).ok_or_else(|| {
        BuildFault::NoComponent(
            "cargo built no component: Cargo.toml needs `[lib]` with `crate-type = [\"cdylib\", \"rlib\"]`".into(),
        )
    })?;
    let to = project.component();
    // The time of the copy is that of the build, whatever cargo left alone: no source is newer.
    let bytes = std::fs::read(&artifact).map_err(|why| BuildFault::File { path: artifact, why })?;
    std::fs::write(&to, bytes).map_err(|why| BuildFault::File { path: to, why })
}

/// Keeps the author's folders out of the component: it is the same wherever it is built.
fn without_paths(folder: &Path) -> Vec<String> {
    let home = || process_environment("HOME").or_else(|| process_environment("USERPROFILE")).map(PathBuf::from);
    let cargo = process_environment("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cargo")));
    let names = [(cargo, "/cargo"), (Some(folder.to_owned()), "/plugin")];
    names.into_iter().filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.to_str()?))).collect()
}

/// The component that cargo's messages name; the last one, which is the package's own.
fn component_of(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.get("reason").and_then(Value::as_str) == Some("compiler-artifact"))
        .filter_map(|message| {
            let files = message.get("filenames")?.as_array()?.clone();
            files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
        })
        .last()
}

fn no_library(missing: &wasm_std::Missing) -> BuildFault {
    use wasm_std::Missing;
    match missing {
        Missing::Compiler(why) if why.contains("did not start") => {
            BuildFault::NotThere { program: "rustc".into(), remedy: NO_CARGO }
        }
        Missing::Library { version, .. } => BuildFault::WasmStd(format!(
            "Rust {version} has no standard library for {} yet: `rustup target add {}` brings it. Where there is no rustup, \
             {} names a folder that has it",
            wasm_std::TARGET,
            wasm_std::TARGET,
            wasm_std::FOLDER_VARIABLE
        )),
        other => BuildFault::WasmStd(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_own_component_is_found_in_cargos_words() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","filenames":["/t/libserde.rlib"]}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","filenames":["/t/libdigest.rlib","/t/digest.wasm"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(component_of(messages), Some(PathBuf::from("/t/digest.wasm")));
        assert_eq!(component_of(r#"{"reason":"compiler-artifact","filenames":["/t/libdigest.rlib"]}"#), None);
    }

    #[test]
    fn what_is_missing_is_told_with_its_remedy() {
        let library = wasm_std::Missing::Library { version: "1.95.0".into(), folder: None };
        insta::assert_snapshot!(no_library(&library), @"Rust 1.95.0 has no standard library for wasm32-wasip2 yet: `rustup target add wasm32-wasip2` brings it. Where there is no rustup, TICKITI_RELAY_WASM_STD names a folder that has it");
        let compiler = wasm_std::find(OsStr::new("no-such-rustc"), |_| None).unwrap_err();
        insta::assert_snapshot!(no_library(&compiler), @"`rustc` is needed and is not on this computer: install Rust from https://rustup.rs, then `rustup target add wasm32-wasip2`");
    }
}
