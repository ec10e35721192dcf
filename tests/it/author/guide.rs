//! docs/plugins.md: every command in it works, in its order, in one folder.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use tickiti_relay_tests::{binary, relay};

use crate::invariants::repository;
use crate::support::helpdesk;

/// A block of commands: what it needs besides the relay, and its lines.
struct Block {
    needs: String,
    lines: Vec<String>,
}

/// The fenced blocks that begin with `sh`; after it stands the language whose tools they need.
fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(words)) => {
                let (kind, needs) = words.split_once(' ').unwrap_or((words, ""));
                // Another block is read to its end, and dropped.
                let needs = if kind == "sh" { needs.to_owned() } else { "nothing".to_owned() };
                open = Some(Block { needs, lines: Vec::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    found.retain(|block| block.needs != "nothing");
    found
}

/// Whether a language's tools are here. On the build server they must be.
fn is_there(language: &str) -> bool {
    let program = match language {
        "python" => "python3",
        "javascript" => "npm",
        _ => return true,
    };
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    found || binary::variable("CI").is_some()
}

#[cfg(unix)]
#[test]
fn every_command_of_the_guide_works() {
    let page = std::fs::read_to_string(repository().join("docs/plugins.md")).unwrap();
    let blocks = blocks(&page);
    assert!(blocks.iter().map(|block| block.lines.len()).sum::<usize>() >= 20, "has the page another form?");
    let helpdesk = helpdesk();
    let relay = relay().helpdesk(&helpdesk);
    let ground = relay.ground().unwrap();
    let work = ground.folder("work");
    let program = binary::path().unwrap();
    for Block { needs, lines } in blocks {
        if !is_there(&needs) {
            eprintln!("not run, because this computer has no {needs}: {lines:?}");
            continue;
        }
        for line in lines {
            let line = with_yes(&line, &work);
            let command = relay.command().unwrap();
            let mut shell = Command::new("sh");
            shell.args(["-c", &line]).current_dir(&work).env_clear();
            shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            shell.envs(of_the_tools(program));
            let output = shell.output().unwrap();
            let (stdout, stderr) = (output.stdout, output.stderr);
            let words = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
            assert!(output.status.success(), "{line}: {}\n{words}", output.status);
            ground.heard("stdout", stdout);
            ground.heard("stderr", stderr);
        }
    }
}

/// A test has no terminal on which to say yes: it names the file's SHA-256 instead, as scripts do.
fn with_yes(line: &str, work: &Path) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    if !line.contains("plugin add ") {
        return line.to_owned();
    }
    let file = words.iter().find(|word| word.ends_with(".wasm")).unwrap();
    let bytes = std::fs::read(work.join(file)).unwrap();
    format!("{line} --yes --sha256 {}", tickiti_relay_scratch::sha256(&bytes))
}

/// What cargo, pip and npm need of this computer, the relay on the path among it.
fn of_the_tools(program: &Path) -> Vec<(&'static str, OsString)> {
    let folders = program.parent().map(Path::to_owned).into_iter();
    let path = binary::variable("PATH").unwrap_or_default();
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap();
    let target = binary::target().unwrap().join("tmp/author");
    let mut variables = vec![("PATH", path), ("CARGO_TARGET_DIR", target.into()), ("CARGO_NET_OFFLINE", "true".into())];
    let passed_on =
        ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_BUILD_JOBS", "TICKITI_RELAY_WASM_STD"];
    variables.extend(passed_on.into_iter().filter_map(|name| Some((name, binary::variable(name)?))));
    variables
}

#[test]
fn every_fence_is_understood() {
    let page = "text\n```sh\none\ntwo\n```\n```json\n{}\n```\n```sh python\nthree\n```\n";
    let found: Vec<_> = blocks(page).into_iter().map(|block| (block.needs, block.lines.join(" "))).collect();
    assert_eq!(found, [(String::new(), "one two".to_owned()), ("python".to_owned(), "three".to_owned())]);
}
