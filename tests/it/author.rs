//! The person who writes a plugin: the guide, command by command, and what the verbs say when something is wrong.

mod guide;

use serde_json::{Value, json};
use tickiti_relay_tests::handmade::{Does, Handmade};
use tickiti_relay_tests::relay::Output;
use tickiti_relay_tests::{binary, relay};

use crate::support::{Folder, steady, text};

const DONE: Option<i32> = Some(0);
const FAILED: Option<i32> = Some(1);

/// A built-in plugin's component, which is a plugin like any other but for its name.
fn built_in() -> Vec<u8> {
    let folder = binary::target().unwrap().join("guests/wasm32-wasip2/plugin");
    std::fs::read(folder.join("tickiti_plugin_reads.wasm")).unwrap()
}

/// The same under a name that a third party may have, of as many letters: no other byte moves.
fn component() -> Vec<u8> {
    let mut bytes = built_in();
    let places: Vec<usize> =
        bytes.windows(5).enumerate().filter(|(_, five)| five == b"reads").map(|(at, _)| at).collect();
    for at in places {
        bytes[at..at + 5].copy_from_slice(b"probe");
    }
    bytes
}

/// A folder that looks like a Rust project whose plugin is built.
fn project() -> Folder {
    Folder::new().file("Cargo.toml", "").file("plugin.wasm", component())
}

/// Runs a verb of `plugin` on a folder; the folder's path is not told.
fn plugin(arguments: &[&str], folder: &Folder) -> Output {
    let place = text(folder.path());
    let arguments: Vec<String> = arguments.iter().map(|word| word.replace("FOLDER", &place)).collect();
    let output = relay().verb(["plugin".to_owned()].into_iter().chain(arguments)).unwrap();
    let clean = |text: &str| steady(&text.replace('\\', "/"), &[(&place.replace('\\', "/"), "FOLDER")]);
    Output { code: output.code, stdout: clean(&output.stdout), stderr: clean(&output.stderr) }
}

fn queues(input: Value, body: Value, result: Value) -> String {
    json!({
        "tool": "list_queues",
        "exchanges": [{"request": {"route": "workflow.queues.index", "input": input}, "answer": {"body": body}}],
        "result": result
    })
    .to_string()
}

#[test]
fn golden_cases_run_through_a_real_component_and_need_no_helpdesk() {
    let body = json!({"queues": [{"id": 1, "name": "Inbox"}]});
    let folder = project()
        .file("cases/as_json.json", queues(json!({}), body.clone(), json!({"structured": body})))
        .file("cases/as_text.json", queues(json!({}), body.clone(), json!({"text": body.to_string()})));
    let output = plugin(&["test", "FOLDER"], &folder);
    assert_eq!(output.code, DONE, "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.starts_with("cases/as_json.json: ok (1 request, 3 failures tried)\n"), "{}", output.stdout);
    let told: Value = serde_json::from_str(&plugin(&["test", "FOLDER", "--json"], &folder).stdout).unwrap();
    assert_eq!((&told["ok"], told["cases"].as_array().unwrap().len()), (&json!(true), 2), "{told}");
}

#[test]
fn a_difference_is_told_with_its_place_and_written_only_when_asked() {
    let wrong = queues(json!({"page": 2}), json!({"queues": []}), json!({"structured": {"queues": [1]}}));
    let folder = project().file("cases/wrong.json", &wrong);
    let output = plugin(&["test", "FOLDER"], &folder);
    assert_eq!(output.code, FAILED);
    insta::assert_snapshot!("author_differences", output.stdout);
    let told: Value = serde_json::from_str(&plugin(&["test", "FOLDER", "--json"], &folder).stdout).unwrap();
    assert_eq!(told["cases"][0]["differences"][0]["at"], "exchanges/0/request/input/page", "{told}");
    assert_eq!(folder.read("cases/wrong.json"), wrong.as_bytes());

    let updated = plugin(&["test", "FOLDER", "--update"], &folder);
    assert_eq!(updated.code, DONE, "{}", updated.stdout);
    assert!(updated.stdout.contains("written anew"), "{}", updated.stdout);
    assert_eq!(plugin(&["test", "FOLDER"], &folder).code, DONE);
}

#[test]
fn a_fault_of_the_plugin_is_never_written_into_a_case() {
    let crashing = Handmade { start: Does::Code("unreachable".into()), ..Handmade::saying("probe", "crash", "") };
    let asking =
        Handmade { start: Does::Relay("tickets.delete".into(), "{}".into()), ..Handmade::saying("probe", "crash", "") };
    let case = json!({"tool": "crash", "arguments": {}}).to_string();
    for plugin_by_hand in [crashing, asking] {
        let folder = Folder::new().file("plugin.wasm", plugin_by_hand.component().unwrap()).file("cases/1.json", &case);
        never_written(&folder, &case);
    }
}

fn never_written(folder: &Folder, case: &str) {
    for arguments in [&["test", "FOLDER"][..], &["test", "FOLDER", "--update"], &["test", "FOLDER"]] {
        let output = plugin(arguments, folder);
        assert_eq!(output.code, FAILED, "{}", output.stdout);
        assert!(output.stdout.contains("the plugin failed: "), "{}", output.stdout);
        assert!(!output.stdout.contains("has no case"), "{}", output.stdout);
    }
    assert_eq!(folder.read("cases/1.json"), case.as_bytes());
}

#[test]
fn a_component_of_any_language_is_tested_without_a_project() {
    let body = json!({"queues": []});
    let folder = Folder::new()
        .file("plugin.c", "")
        .file("plugin.wasm", component())
        .file("cases/1.json", queues(json!({}), body.clone(), json!({"structured": body})));
    let output = plugin(&["test", "FOLDER"], &folder);
    assert_eq!(output.code, DONE, "{}{}", output.stdout, output.stderr);
    let output = plugin(&["build", "FOLDER"], &folder);
    assert_eq!(output.code, FAILED);
    assert!(output.stderr.contains("tells the language"), "{}", output.stderr);
}

#[test]
fn a_case_with_an_error_is_told_with_file_line_and_field() {
    let folder = project()
        .file("cases/1.json", "{\n  \"tool\": \"list_queues\",\n  \"argument\": {}\n}")
        .file("cases/2.json", "{\n  \"tool\": \"list_queues\",\n  \"result\": {\"text\": 7}\n}")
        .file("cases/3.json", "{\n  \"tool\": \"list_queue\", \"result\": {\"text\": \"\"}\n}")
        .file("cases/4.json", queues(json!({}), json!({}), json!({})).replace("queues.index", "queues.idex"))
        .file(
            "cases/5.json",
            "{\"tool\": \"list_queues\", \"arguments\": {\"filter\": {}}, \"result\": {\"text\": \"\"}}",
        );
    let output = plugin(&["test", "FOLDER"], &folder);
    assert_eq!(output.code, FAILED);
    insta::assert_snapshot!("author_broken_cases", output.stdout);
}

#[test]
fn what_keeps_a_test_from_running_is_told_with_what_to_do() {
    let nothing = Folder::new();
    let no_component = Folder::new().file("Cargo.toml", "").file("cases/1.json", "{}");
    let no_case = project();
    let no_plugin = Folder::new().file("plugin.js", "").file("plugin.wasm", "no wasm").file("cases/1.json", "{}");
    let old = project().file("cases/1.json", "{}").file("src/lib.rs", "");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let source = std::fs::File::options().write(true).open(old.path().join("src/lib.rs")).unwrap();
    source.set_modified(later).unwrap();
    let told: Vec<String> = [nothing, no_component, no_case, no_plugin, old]
        .iter()
        .map(|folder| {
            let output = plugin(&["test", "FOLDER"], folder);
            assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
            output.stderr
        })
        .collect();
    insta::assert_snapshot!("author_no_test", told.concat());
}

#[test]
fn a_new_plugin_takes_only_a_free_name_and_an_empty_folder() {
    let taken = Folder::new().file("mine.txt", "");
    let told: Vec<String> = [
        &["new", "My-Plugin", "--lang", "rust", "--dir", "FOLDER"][..],
        &["new", "tickets", "--lang", "python", "--dir", "FOLDER"],
        &["new", "match", "--lang", "rust", "--dir", "FOLDER"],
        &["new", "mine", "--lang", "rust", "--dir", "FOLDER"],
    ]
    .iter()
    .map(|arguments| {
        let output = plugin(arguments, &taken);
        assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
        output.stderr
    })
    .collect();
    insta::assert_snapshot!("author_no_new", told.concat());
    assert_eq!(taken.names(), ["mine.txt"]);
    let usage = plugin(&["new", "mine", "--lang", "cobol", "--dir", "FOLDER"], &taken);
    assert_eq!(usage.code, Some(2));
    assert!(usage.stderr.contains("rust, python, javascript"), "{}", usage.stderr);
}

#[test]
fn a_missing_tool_is_told_with_its_remedy() {
    let empty = Folder::new();
    for (file, word) in [("Cargo.toml", "rustup.rs"), ("plugin.py", "python.org"), ("plugin.js", "nodejs.org")] {
        let folder = Folder::new().file(file, "").file("package-lock.json", "{}").file("requirements.txt", "");
        let output = relay().env("PATH", empty.path()).verb(["plugin", "build", &text(folder.path())]).unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
        assert!(output.stderr.contains("is needed and is not on this computer"), "{}", output.stderr);
        assert!(output.stderr.contains(word), "{}", output.stderr);
    }
}

#[test]
fn a_component_is_judged_with_the_place_of_each_fault() {
    let folder = project().file("no.wasm", "no wasm").file("taken.wasm", built_in());
    let output = plugin(&["check", "FOLDER/plugin.wasm"], &folder);
    assert_eq!(output.code, DONE, "{}", output.stdout);
    let output = plugin(&["check", "FOLDER/taken.wasm"], &folder);
    assert_eq!(output.code, FAILED, "the name of a built-in plugin is taken");
    assert!(output.stdout.contains("FAULT at name: "), "{}", output.stdout);
    let output = plugin(&["check", "FOLDER/taken.wasm", "--json"], &folder);
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&told["ok"], &told["plugin"]["contract"]), (&json!(false), &json!("0.1.0")), "{told}");
    assert_eq!(told["faults"][0]["at"], "name", "{told}");
    assert_eq!(told["plugin"]["turn_ms"].as_array().unwrap().len(), 6, "{told}");

    let output = plugin(&["check", "FOLDER/no.wasm"], &folder);
    assert_eq!(output.code, FAILED);
    assert!(output.stdout.contains("FAULT: it cannot be loaded: it is no component"), "{}", output.stdout);
    let output = plugin(&["check", "FOLDER/nowhere.wasm"], &folder);
    assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
}

#[test]
fn what_cannot_be_called_is_told_why() {
    let folder = project().file("taken.wasm", built_in());
    let output = plugin(&["call", "FOLDER/plugin.wasm", "list_queue"], &folder);
    assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
    assert!(output.stderr.contains("has no tool `list_queue`; it has: list_perspectives"), "{}", output.stderr);
    let output = plugin(&["call", "FOLDER/taken.wasm", "list_queues"], &folder);
    assert!(
        output.stderr.contains("would not serve it") && output.stderr.contains("plugin check"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_call_is_answered_by_a_stand_in_helpdesk() {
    let folder = project();
    for name in ["list_queues", "probe_list_queues"] {
        let output = plugin(&["call", "FOLDER/plugin.wasm", name], &folder);
        assert_eq!(output.code, DONE, "{}", output.stderr);
        assert!(output.stdout.contains("Inbox"), "{}", output.stdout);
        assert!(output.stderr.contains("was asked: POST /api/v1/workflow/queues: 200"), "{}", output.stderr);
    }
    let output = plugin(&["call", "FOLDER/plugin.wasm", "run_report", "--args", "{}", "--json"], &folder);
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &told["isError"]), (FAILED, &json!(true)), "{told}");
}
