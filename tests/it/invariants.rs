//! The invariants of ARCHITECTURE.md that can be read from the source: what is absent where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A source file of the host: its path below `host/src`, and its text without comments and test modules. A file from elsewhere
/// that the host compiles is in the room of its name.
struct Source {
    path: String,
    code: String,
}

/// The room of a file: its first folder, or its own name.
fn room(path: &str) -> &str {
    path.split('/').next().map_or("", |first| first.strip_suffix(".rs").unwrap_or(first))
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = repository().join("host/src");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    let own = found
        .into_iter()
        .filter(|path| {
            // Below the root: the repository itself may lie in a folder of any name.
            let below = path.strip_prefix(&root).expect("below host/src");
            !below.ends_with("tests.rs") && !below.components().any(|part| part.as_os_str() == "tests")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file");
            let relative = path.strip_prefix(&root).expect("below host/src");
            Source { path: relative.to_string_lossy().replace('\\', "/"), code: code(&text) }
        });
    let own: Vec<Source> = own.collect();
    let from_elsewhere: Vec<Source> = own.iter().flat_map(|source| included(&root, source)).collect();
    own.into_iter().chain(from_elsewhere).collect()
}

/// The files from outside of `host/src` that a source takes in with `#[path = "…"]`.
fn included(root: &Path, source: &Source) -> Vec<Source> {
    let folder = root.join(&source.path).parent().expect("a folder").to_owned();
    let paths = source.code.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next());
    paths
        .map(|path| {
            let text = std::fs::read_to_string(folder.join(path)).expect("a source file");
            let name = Path::new(path).file_name().expect("a name");
            Source { path: name.to_string_lossy().into_owned(), code: code(&text) }
        })
        .collect()
}

/// The code of a file: no comments, and nothing after the first test module.
fn code(text: &str) -> String {
    // Some are for one system only: `#[cfg(all(test, unix))]`.
    let text = text.split("\nmod tests {").next().unwrap_or(text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// Every place where one of the words stands outside the allowed rooms or files.
fn strays(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut strays = Vec::new();
    for source in sources() {
        if allowed.iter().any(|place| room(&source.path) == *place || source.path == *place) {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                strays.push(format!("{}: `{word}` near line {}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    strays
}

#[track_caller]
fn nowhere_but(words: &[&str], allowed: &[&str]) {
    let strays = strays(words, allowed);
    assert!(strays.is_empty(), "only {allowed:?} may hold {words:?}:\n{}", strays.join("\n"));
    let used = sources().iter().any(|source| words.iter().any(|word| source.code.contains(word)));
    assert!(used, "{words:?} stands nowhere: has it a new name?");
}

fn count(word: &str) -> BTreeMap<String, usize> {
    sources()
        .into_iter()
        .map(|source| (source.path, source.code.matches(word).count()))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[test]
fn each_library_has_its_room() {
    nowhere_but(&["wasmtime"], &["sandbox"]);
    nowhere_but(&["rmcp::"], &["mcp"]);
    nowhere_but(&["reqwest::"], &["upstream"]);
    // TLS itself must say what is a certificate, and the configuration must know it before it is used.
    nowhere_but(&["rustls::"], &["upstream", "config/authority.rs"]);
    nowhere_but(&["rusqlite::"], &["ledger"]);
    nowhere_but(&["jsonschema::"], &["plugins/schema.rs"]);
    nowhere_but(&["cap_std::", "cap_fs_ext::"], &["files"]);
    nowhere_but(&["clap::", "clap_complete"], &["cli"]);
    nowhere_but(&["notify::"], &["mcp/changes.rs"]);
    nowhere_but(&["toml::"], &["plugins/settings.rs"]);
}

#[test]
fn only_admit_makes_admitted() {
    nowhere_but(&["Admitted {"], &["admit.rs"]);
}

#[test]
fn the_token_has_two_readers() {
    let readers: Vec<String> = count("expose_secret()").into_keys().collect();
    assert_eq!(readers.len(), 2, "{readers:?}");
    assert_eq!(count("expose_secret()").values().sum::<usize>(), 2);
    assert!(readers.iter().any(|path| room(path) == "upstream") && readers.iter().any(|path| room(path) == "redact"));
}

#[test]
fn stdout_has_two_writers() {
    nowhere_but(&["stdout()", "println!", "print!("], &["mcp", "cli/print.rs", "cli.rs"]);
}

#[test]
fn the_environment_has_one_reader() {
    nowhere_but(&["env::var", "env::vars"], &["config"]);
}

#[test]
fn the_file_system_has_its_users() {
    nowhere_but(
        &["std::fs", "tokio::fs", "File::open", "File::create"],
        &[
            "files",
            "sandbox",
            "ledger",
            "audit",
            "plugins/folder.rs",
            "private",
            "config",
            "cli",
            "mcp/wire.rs",
            "wasm_std",
        ],
    );
}

#[test]
fn other_programs_have_their_users() {
    nowhere_but(&["process::Command", "Command::new"], &["sandbox/apart.rs", "cli/author/build/tool.rs", "wasm_std"]);
}

#[test]
fn unsafe_stands_once() {
    let places = count("unsafe {");
    assert_eq!(places.values().sum::<usize>(), 1, "{places:?}");
    assert!(places.keys().all(|path| room(path) == "sandbox"), "{places:?}");
    assert!(count("unsafe fn").is_empty() && count("unsafe impl").is_empty());
}

#[test]
fn rooms_know_only_what_lies_below() {
    let shared = ["contract", "digest", "json", "limits", "marks", "outcome", "pattern", "private", "redact"];
    let below: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("mcp", ["relay", "plugins"].as_slice()),
        ("relay", &["plugins", "admit", "upstream", "ledger", "files", "audit"]),
        ("plugins", &["sandbox", "admit"]),
        ("sandbox", &[]),
        ("upstream", &["admit"]),
        ("ledger", &["admit"]),
        ("admit", &[]),
        ("audit", &[]),
        ("pattern", &[]),
        ("private", &[]),
        ("files", &[]),
        ("config", &["files"]),
        ("contract", &[]),
        ("digest", &[]),
        ("outcome", &[]),
        ("json", &[]),
        ("limits", &[]),
        ("marks", &[]),
        ("redact", &[]),
        ("wasm_std", &[]),
    ]);
    let mut wrong = Vec::new();
    for source in sources() {
        let here = room(&source.path);
        if matches!(here, "cli" | "main" | "lib") {
            continue;
        }
        let allowed = below.get(here).unwrap_or_else(|| panic!("{here} is a new room: give it a place in the map"));
        for other in rooms_named(&source.code) {
            if other != here && !shared.contains(&other) && !allowed.contains(&other) {
                wrong.push(format!("{} uses crate::{other}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms that a source names: what follows `crate::`, also each name of `crate::{a, b::{c, d}}`.
fn rooms_named(code: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => named.extend(first_word(rest)),
            Some(group) => named.extend(members(group).into_iter().filter_map(first_word)),
        }
    }
    named
}

/// What stands between the commas of a group of imports, up to its closing brace; a group within it is part of a member.
fn members(group: &str) -> Vec<&str> {
    let (mut found, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[begin..at]);
                return found;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// A room's name is a module's: of small letters.
fn first_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(text.len());
    Some(&text[..end]).filter(|word| !word.is_empty())
}

#[test]
fn rooms_are_found_in_every_form_of_import() {
    let code = "use crate::relay;\nuse crate::{upstream, limits::{KIB, MIB},\n    mcp as m};\nlet a = crate::json::order(b);\n\
                use crate::{ledger::Ledger};\nuse crate::VERSION;";
    assert_eq!(rooms_named(code), ["relay", "upstream", "limits", "mcp", "json", "ledger"]);
}

#[test]
fn a_file_from_elsewhere_is_read_too() {
    assert!(sources().iter().any(|source| source.path == "wasm_std.rs" && source.code.contains("Command")));
}

/// Numbers of 1,024 and more in a line: whole words only, so no `Rfc3339` and no `\u{202e}`; and none inside quotes.
fn large_numbers(line: &str) -> Vec<u64> {
    let outside: String = line.replace("\\\"", "").split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let words = outside.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '\\' | '{')));
    words.filter_map(|word| word.replace('_', "").parse().ok()).filter(|number| *number >= 1024).collect()
}

#[test]
fn numbers_that_bound_stand_in_limits() {
    // A port that people type, and what sizes and times are called in texts: they bound nothing.
    let free = [
        ("cli/arguments.rs", 9191),
        ("relay/plan.rs", 1_000),
        ("relay/plan.rs", 1_000_000),
        ("relay/holding.rs", 3_600),
        ("relay/holding.rs", 86_400),
        ("relay/holding.rs", 172_800),
        ("cli/ledger.rs", 86_400),
    ];
    let mut large = Vec::new();
    for source in sources().into_iter().filter(|source| source.path != "limits.rs") {
        for line in source.code.lines() {
            for number in large_numbers(line) {
                if !free.contains(&(source.path.as_str(), number)) {
                    large.push(format!("{}: {}", source.path, line.trim()));
                }
            }
        }
    }
    assert!(large.is_empty(), "numbers of 1024 and more belong into limits.rs:\n{}", large.join("\n"));
}

#[test]
fn files_stay_small_enough_to_read() {
    let mut found = Vec::new();
    for folder in ["host/src", "sdk/src", "plugins", "routes/src", "scratch/src", "xtask/src", "tests/src", "tests/it"]
    {
        files(&repository().join(folder), &mut found);
    }
    let long: Vec<String> = found
        .into_iter()
        .map(|path| (std::fs::read_to_string(&path).expect("a source file").lines().count(), path))
        .filter(|(lines, _)| *lines > 450)
        .map(|(lines, path)| format!("{lines} {}", path.display()))
        .collect();
    assert!(long.is_empty(), "two rooms in one?\n{}", long.join("\n"));
}
