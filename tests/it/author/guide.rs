//! docs/plugins.md: every command in it works, in its order, in one folder; every example in Rust is a tool of one plugin, which is
//! called; and its golden case holds.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tickiti_relay_tests::relay::Setup;
use tickiti_relay_tests::{binary, picture, relay};

use crate::invariants::repository;
use crate::support::{helpdesk, text};

/// The page.
fn page() -> String {
    std::fs::read_to_string(repository().join("docs/plugins.md")).unwrap()
}

/// A fenced block: what it holds, what it needs besides the relay, and its lines.
struct Block {
    kind: String,
    needs: String,
    lines: Vec<String>,
}

/// The fenced blocks of a kind: `sh`, after which stands the language whose tools it needs, `rust`, `json`.
fn blocks(page: &str, kind: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(words)) => {
                let (kind, needs) = words.split_once(' ').unwrap_or((words, ""));
                open = Some(Block { kind: kind.to_owned(), needs: needs.to_owned(), lines: Vec::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    found.retain(|block| block.kind == kind);
    found
}

/// Both tests build in one folder, and call what cargo leaves there by the same name.
fn alone() -> MutexGuard<'static, ()> {
    static BUILDING: Mutex<()> = Mutex::new(());
    BUILDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a line as a person would. It must end well.
fn run(line: &str, relay: &Setup) {
    let (ground, command) = (relay.ground().unwrap(), relay.command().unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(ground.folder("work")).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.envs(of_the_tools(binary::path().unwrap()));
    let output = shell.output().unwrap();
    let (stdout, stderr) = (output.stdout, output.stderr);
    let words = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(output.status.success(), "{line}: {}\n{words}", output.status);
    ground.heard("stdout", stdout);
    ground.heard("stderr", stderr);
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
    let _alone = alone();
    let blocks = blocks(&page(), "sh");
    assert!(blocks.iter().map(|block| block.lines.len()).sum::<usize>() >= 20, "has the page another form?");
    let helpdesk = helpdesk();
    // Nothing needs a helpdesk before the page says how to name one.
    let nowhere = relay();
    let configured = nowhere.clone().helpdesk(&helpdesk);
    let mut relay = &nowhere;
    let work = nowhere.ground().unwrap().folder("work");
    for Block { needs, lines, .. } in blocks {
        if !is_there(&needs) {
            eprintln!("not run, because this computer has no {needs}: {lines:?}");
            continue;
        }
        for line in lines {
            if line.starts_with("export TICKITI_API_BASE=") {
                relay = &configured;
            }
            let relay = if line.contains(" --offline ") { &nowhere } else { relay };
            run(&with_yes(&line, &work), relay);
        }
    }
    assert!(std::ptr::eq(relay, &configured), "where does the page say how to name a helpdesk?");
}

/// The arguments with which each example is called. `{work}` is a folder that tools may use.
fn arguments() -> [(&'static str, Value); 5] {
    let ticket = json!({"ticket_number": "709383"});
    let note =
        json!({"ticket_number": "709383", "from_email": "priya.nair@kestrel.example", "image": "{work}/dot.png"});
    [
        ("read_ticket", ticket.clone()),
        ("count_responses", ticket.clone()),
        ("has_ticket", ticket),
        ("save_responses", json!({"path": "responses.jsonl"})),
        ("note_image", note),
    ]
}

#[cfg(unix)]
#[test]
fn every_example_in_rust_is_a_tool_that_works_and_its_golden_case_holds() {
    let _alone = alone();
    let page = page();
    let relay = relay();
    let work = relay.ground().unwrap().folder("work");
    let relay = relay.files(&work);
    run("tickiti-relay plugin new guide --lang rust", &relay);
    let mut source = String::new();
    let mut tools = Vec::new();
    for (at, example) in blocks(&page, "rust").iter().enumerate() {
        let tool =
            example.lines.iter().find_map(|line| line.strip_prefix("impl Tool for ")?.strip_suffix(" {")).unwrap();
        tools.push(format!("example{at}::{tool}"));
        writeln!(source, "mod example{at} {{\n{}\n}}", example.lines.join("\n")).unwrap();
    }
    assert_eq!(tools.len(), arguments().len(), "{tools:?}");
    let tools = tools.join(", ");
    write!(source, "tickiti_relay_sdk::plugin! {{ name: \"guide\", about: \"The guide.\", tools: [{tools}] }}")
        .unwrap();
    std::fs::write(work.join("guide/src/lib.rs"), source).unwrap();
    run("tickiti-relay plugin build guide", &relay);
    std::fs::write(work.join("dot.png"), picture::sample()).unwrap();
    run("tickiti-relay plugin check guide/plugin.wasm", &relay);
    for (tool, arguments) in arguments() {
        let arguments = arguments.to_string().replace("{work}", &text(&work));
        run(&format!("tickiti-relay plugin call guide/plugin.wasm {tool} --args '{arguments}'"), &relay);
    }
    // The cases of the project that `plugin new` made are those of another tool.
    std::fs::remove_dir_all(work.join("guide/cases")).unwrap();
    std::fs::create_dir(work.join("guide/cases")).unwrap();
    for (at, case) in blocks(&page, "json").iter().enumerate() {
        std::fs::write(work.join(format!("guide/cases/{at}.json")), case.lines.join("\n")).unwrap();
    }
    run("tickiti-relay plugin test guide", &relay);
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
    let found: Vec<_> = blocks(page, "sh").into_iter().map(|block| (block.needs, block.lines.join(" "))).collect();
    assert_eq!(found, [(String::new(), "one two".to_owned()), ("python".to_owned(), "three".to_owned())]);
}
