//! Where the Rust standard library for `wasm32-wasip2` is on this computer, and the compiler flags that lead to it.
//!
//! One file without dependencies for three users: `xtask`, which can also fetch the library, the build script of `host`,
//! and the tests, which take it in with `#[path]`. Nothing here changes anything on disk.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What plugins are compiled for.
pub(crate) const TARGET: &str = "wasm32-wasip2";
/// Names the folder (a sysroot) to use in place of the one in the user's cache.
pub(crate) const FOLDER_VARIABLE: &str = "TICKITI_RELAY_WASM_STD";

/// A standard library that is whole and fits the compiler.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WasmStd {
    /// The toolchain has it: no flag is needed.
    Toolchain,
    /// A sysroot of our own, built by `cargo xtask setup`.
    Folder(PathBuf),
}

impl WasmStd {
    /// The compiler flags that make guests find this library.
    ///
    /// Fails when the folder's name is not Unicode: cargo drops such flags without a word.
    pub(crate) fn rustflags(&self) -> Result<Vec<String>, Missing> {
        match self {
            WasmStd::Toolchain => Ok(Vec::new()),
            WasmStd::Folder(folder) => match folder.to_str() {
                Some(folder) => Ok(vec![format!("--sysroot={folder}")]),
                None => Err(Missing::NotUnicode(folder.clone())),
            },
        }
    }
}

/// Why there is no standard library for guests. Each reads as one sentence that ends with what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The compiler could not be asked.
    Compiler(String),
    /// Neither the toolchain nor the folder has it.
    Library {
        /// The compiler's version, such as `1.95.0`.
        version: String,
        /// Where our own would be; none where the computer names no home folder.
        folder: Option<PathBuf>,
    },
    /// The folder's name cannot be handed to cargo.
    NotUnicode(PathBuf),
    /// The folder is named from where the caller stands, and cargo runs build scripts elsewhere.
    Relative(PathBuf),
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Compiler(why) => {
                write!(out, "the Rust compiler could not be asked for its {TARGET} library: {why}")
            }
            Missing::Library { folder: Some(folder), .. } => write!(
                out,
                "the plugins need Rust's standard library for {TARGET}, which is neither in the toolchain nor in {}: run \
                 `cargo xtask setup` once, which fetches it",
                folder.display()
            ),
            Missing::Library { folder: None, .. } => write!(
                out,
                "the plugins need Rust's standard library for {TARGET}, which is not in the toolchain, and no home folder \
                 is known to look for another: set {FOLDER_VARIABLE} to a folder and run `cargo xtask setup` once"
            ),
            Missing::NotUnicode(folder) => write!(
                out,
                "cargo cannot be told of the {TARGET} library in {}, whose name is not Unicode: set {FOLDER_VARIABLE} to \
                 another folder and run `cargo xtask setup`",
                folder.display()
            ),
            Missing::Relative(folder) => {
                write!(out, "{FOLDER_VARIABLE} is `{}`: give the whole path, from the root", folder.display())
            }
        }
    }
}

/// Looks for the library: in the toolchain of `rustc`, then in the folder of our own. `variable` reads the environment.
pub(crate) fn find(rustc: &OsStr, variable: impl Fn(&str) -> Option<OsString>) -> Result<WasmStd, Missing> {
    let version = ask(rustc, &["--version"])?;
    let Some(version) = version_number(&version) else {
        return Err(Missing::Compiler(format!("`rustc --version` said `{}`", version.trim())));
    };
    let libraries = ask(rustc, &["--print", "target-libdir", "--target", TARGET])?;
    if holds_libraries(Path::new(libraries.trim_end_matches(['\r', '\n']))) {
        return Ok(WasmStd::Toolchain);
    }
    match own_folder(version, std::env::consts::OS, variable) {
        Some(folder) if folder.is_relative() => Err(Missing::Relative(folder)),
        Some(folder) if is_complete(&folder, version) => Ok(WasmStd::Folder(folder)),
        folder => Err(Missing::Library { version: version.to_owned(), folder }),
    }
}

/// Where the libraries lie within a sysroot.
pub(crate) fn libraries_within(sysroot: &Path) -> PathBuf {
    sysroot.join("lib").join("rustlib").join(TARGET).join("lib")
}

/// Whether a folder of our own was finished, and for this compiler. The marker is written last and holds the version.
pub(crate) fn is_complete(folder: &Path, version: &str) -> bool {
    let libraries = libraries_within(folder);
    std::fs::read_to_string(libraries.join(".complete")).is_ok_and(|marker| marker.trim() == version)
        && holds_libraries(&libraries)
}

/// `rustc --print target-libdir` names a folder also where there is none, so what counts is what lies in it.
fn holds_libraries(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
    ["libcore-", "libstd-"].iter().all(|library| {
        names.iter().filter_map(|name| name.to_str()).any(|name| name.starts_with(library) && name.ends_with(".rlib"))
    })
}

/// The folder for a library that we fetch ourselves: the variable's, else in the user's cache.
fn own_folder(version: &str, system: &str, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set(FOLDER_VARIABLE) {
        return Some(folder);
    }
    let cache = match system {
        "windows" => set("LOCALAPPDATA"),
        "macos" => set("HOME").map(|home| home.join("Library").join("Caches")),
        _ => set("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".cache"))),
    }?;
    Some(cache.join("tickiti-relay").join("wasm-std").join(version))
}

/// `1.95.0` from `rustc 1.95.0 (59807616e 2026-04-14)`.
fn version_number(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    match (words.next(), words.next()) {
        (Some("rustc"), Some(number)) if number.starts_with(|first: char| first.is_ascii_digit()) => Some(number),
        _ => None,
    }
}

fn ask(rustc: &OsStr, question: &[&str]) -> Result<String, Missing> {
    let name = rustc.display();
    let answer = Command::new(rustc)
        .args(question)
        .output()
        .map_err(|error| Missing::Compiler(format!("`{name}` did not start: {error}")))?;
    if answer.status.success() {
        Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    } else {
        let words = String::from_utf8_lossy(&answer.stderr);
        Err(Missing::Compiler(words.lines().next().unwrap_or("no word why").to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
    }

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("wasm-std-test-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn fill(libraries: &Path) {
        std::fs::create_dir_all(libraries).unwrap();
        for name in ["libcore-1.rlib", "libstd-2.rlib"] {
            std::fs::write(libraries.join(name), b"").unwrap();
        }
    }

    /// A compiler that answers what the test wants; `libraries` is where it says its wasm libraries are.
    #[cfg(unix)]
    fn compiler(folder: &Path, libraries: &Path) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("rustc");
        let script = format!(
            "#!/bin/sh\ncase $1 in --version) echo 'rustc 1.95.0 (abc 2026-04-14)';; --print) echo '{}';; esac\n",
            libraries.display()
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    #[test]
    fn the_version_is_the_second_word() {
        assert_eq!(version_number("rustc 1.95.0 (59807616e 2026-04-14)\n"), Some("1.95.0"));
        assert_eq!(version_number("rustc 1.97.0-nightly (0 2026-06-01)"), Some("1.97.0-nightly"));
        assert_eq!(version_number("clang version 19"), None);
        assert_eq!(version_number("rustc"), None);
        assert_eq!(version_number(""), None);
    }

    #[test]
    fn the_folder_follows_each_system() {
        let at = |system, pairs| own_folder("1.95.0", system, environment(pairs));
        assert_eq!(at("linux", &[("HOME", "/h")]), Some("/h/.cache/tickiti-relay/wasm-std/1.95.0".into()));
        assert_eq!(
            at("linux", &[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]),
            Some("/c/tickiti-relay/wasm-std/1.95.0".into())
        );
        let relative: &[_] = &[("HOME", "/h"), ("XDG_CACHE_HOME", "c")];
        assert_eq!(at("linux", relative), Some("/h/.cache/tickiti-relay/wasm-std/1.95.0".into()));
        assert_eq!(at("macos", &[("HOME", "/h")]), Some("/h/Library/Caches/tickiti-relay/wasm-std/1.95.0".into()));
        assert_eq!(at("windows", &[("LOCALAPPDATA", "/l")]), Some("/l/tickiti-relay/wasm-std/1.95.0".into()));
        assert_eq!(at("linux", &[("HOME", "/h"), (FOLDER_VARIABLE, "/mine")]), Some("/mine".into()));
        assert_eq!(at("linux", &[("HOME", "/h"), (FOLDER_VARIABLE, "")]), at("linux", &[("HOME", "/h")]));
        assert_eq!(at("linux", &[]), None);
    }

    #[test]
    fn a_folder_counts_only_when_finished_for_this_compiler() {
        let folder = fresh("complete");
        let libraries = libraries_within(&folder);
        fill(&libraries);
        assert!(!is_complete(&folder, "1.95.0"), "no marker");
        std::fs::write(libraries.join(".complete"), "1.94.0\n").unwrap();
        assert!(!is_complete(&folder, "1.95.0"), "another compiler's");
        std::fs::write(libraries.join(".complete"), "1.95.0\n").unwrap();
        assert!(is_complete(&folder, "1.95.0"));
        std::fs::remove_file(libraries.join("libstd-2.rlib")).unwrap();
        assert!(!is_complete(&folder, "1.95.0"), "a marker alone");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_toolchain_comes_first_then_the_folder_then_a_sentence() {
        let home = fresh("routes");
        let (in_toolchain, own) = (home.join("toolchain"), home.join("own"));
        let rustc = compiler(&home, &in_toolchain);
        let look = || find(rustc.as_os_str(), |name| (name == FOLDER_VARIABLE).then(|| own.clone().into_os_string()));

        let Err(missing) = look() else { panic!("found a library where there is none") };
        assert_eq!(missing, Missing::Library { version: "1.95.0".to_owned(), folder: Some(own.clone()) });
        assert!(missing.to_string().contains("cargo xtask setup"), "{missing}");
        assert_eq!(missing.to_string().lines().count(), 1);

        let libraries = libraries_within(&own);
        fill(&libraries);
        std::fs::write(libraries.join(".complete"), "1.95.0").unwrap();
        let found = look().unwrap();
        assert_eq!(found, WasmStd::Folder(own.clone()));
        assert_eq!(found.rustflags().unwrap(), [format!("--sysroot={}", own.display())]);

        std::fs::create_dir(&in_toolchain).unwrap();
        assert_eq!(look().unwrap(), WasmStd::Folder(own.clone()), "an empty folder in the toolchain is no library");
        fill(&in_toolchain);
        let found = look().unwrap();
        assert_eq!(found, WasmStd::Toolchain);
        assert!(found.rustflags().unwrap().is_empty());
        std::fs::remove_dir_all(home).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_named_from_where_one_stands_is_refused() {
        let home = fresh("relative");
        let rustc = compiler(&home, &home.join("toolchain"));
        let found = find(rustc.as_os_str(), environment(&[(FOLDER_VARIABLE, "here/wasm")]));
        assert_eq!(found, Err(Missing::Relative("here/wasm".into())));
        std::fs::remove_dir_all(home).unwrap();
    }

    #[test]
    fn a_compiler_that_is_not_there_is_named() {
        let Err(missing) = find(OsStr::new("no-such-rustc"), |_| None) else { panic!("found without a compiler") };
        assert!(missing.to_string().contains("`no-such-rustc` did not start"), "{missing}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cargo_cannot_be_told_of_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let folder = PathBuf::from(OsStr::from_bytes(b"/tmp/\xff"));
        let Err(refused) = WasmStd::Folder(folder.clone()).rustflags() else {
            panic!("took a name that is not Unicode")
        };
        assert_eq!(refused, Missing::NotUnicode(folder));
        let kept = own_folder("1.95.0", "linux", |name| {
            (name == FOLDER_VARIABLE).then(|| OsStr::from_bytes(b"/tmp/\xff").to_owned())
        });
        assert_eq!(kept, Some(PathBuf::from(OsStr::from_bytes(b"/tmp/\xff"))), "a path is kept as it is");
    }
}
