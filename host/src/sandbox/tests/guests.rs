//! Where the guests of the tests come from.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::sandbox::Component;
use crate::wasm_std;

/// The guest whose tools are attacks, built once in a run of the tests.
pub(super) fn hostile() -> Component {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    Component::from_bytes("hostile", BYTES.get_or_init(|| build("tickiti-hostile-guest")).clone())
}

/// Where compiled guests of the tests are kept from run to run.
pub(super) fn cache_folder() -> PathBuf {
    target_folder().join("guests").join("cache")
}

/// Builds a guest of the workspace into `guests` beside this test's own folder.
#[expect(clippy::disallowed_methods, reason = "asks where the wasm library is, as xtask does")]
fn build(package: &str) -> Vec<u8> {
    let library =
        wasm_std::find("rustc".as_ref(), |name| std::env::var_os(name)).unwrap_or_else(|error| panic!("{error}"));
    let flags = library.rustflags().unwrap_or_else(|error| panic!("{error}")).join("\u{1f}");
    let target = target_folder().join("guests");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--profile", "plugin", "--target", wasm_std::TARGET])
        .args(["--package", package, "--target-dir"])
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "{package} does not build");
    let file = target.join(wasm_std::TARGET).join("plugin").join(package.replace('-', "_")).with_extension("wasm");
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// `target`, from where this test program lies: `target/debug/deps/…`.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a path");
    program.ancestors().nth(3).expect("three folders above").to_owned()
}

/// A plugin made of text, see `plugin.wat`: each of its functions does `body` and then traps.
pub(super) fn by_hand(extra: &str, fields: &str, body: &str, version: &str) -> Vec<u8> {
    by_hand_of(include_str!("plugin.wat"), extra, fields, body, version)
}

/// The same of another text.
pub(super) fn by_hand_of(text: &str, extra: &str, fields: &str, body: &str, version: &str) -> Vec<u8> {
    let fields = format!("{fields} (func $body {body})");
    let [describe, start, resume] =
        ["{describe}", "{start}", "{resume}"].map(|place| (place, "(call $body) unreachable"));
    let module = [
        ("{extra}", extra),
        ("{fields}", &fields),
        ("{pages}", "2"),
        ("{data}", ""),
        ("{free}", "1024"),
        ("{version}", version),
    ];
    let parts = module.into_iter().chain([describe, start, resume]);
    let text = parts.fold(text.to_owned(), |text, (place, part)| text.replace(place, part));
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
}
