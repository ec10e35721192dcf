//! Hostile plugins through the real program. The numbers are those for every change; `cargo xtask hostile` runs those for a
//! release.

use std::collections::BTreeSet;
use std::fmt::Write;

use tickiti_relay_tests::hostile::kinds::Run;
use tickiti_relay_tests::hostile::runs::{self, Numbers};
use tickiti_relay_tests::hostile::stage::Stage;
use tickiti_relay_tests::hostile::{KNOWN, kinds};
use tickiti_relay_tests::kills::missed;

use crate::support::steady;

const SEED: u64 = 1_606_047;

#[test]
fn every_known_kind_of_attack_is_in_the_list() {
    let listed: BTreeSet<&str> = kinds().iter().map(|kind| kind.case).collect();
    assert_eq!(listed, BTreeSet::from(KNOWN), "left: the list; right: what is known");
    let names: BTreeSet<String> = kinds().into_iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), kinds().len(), "two kinds have one name");
    assert!(names.len() >= 30);
}

/// All of it in one test: a stage has 15 plugins to add.
#[test]
#[cfg(target_os = "linux")]
fn hostile_plugins_end_as_they_must_and_nobody_else_notices() {
    let stage = Stage::new(kinds()).unwrap();
    no_tool_of_the_guest_is_missing(&stage);

    let report = runs::all(&stage, &Numbers::CI, SEED).unwrap();
    report.rows.iter().for_each(|row| println!("{row}"));
    assert_eq!(report.wrong, Vec::<String>::new(), "seed {SEED}");
    missed(&report.rows).unwrap();

    // What the assistant, or who adds it, reads of each; in which part of the guest a tool is says nothing. What is answered as to anybody is not an end to be told.
    let root = stage.place("").unwrap();
    let root = root.to_str().unwrap().trim_end_matches('/');
    let mut told = String::new();
    for (name, (end, text)) in report.texts.iter().filter(|(_, (end, _))| end.tells()) {
        let text = without_lines_of_code(&steady(
            text,
            &[
                (root, ""),
                ("`hostilea`", "`hostile`"),
                ("`hostileb`", "`hostile`"),
                ("grant hostilea", "grant hostile"),
                ("grant hostileb", "grant hostile"),
            ],
        ));
        writeln!(told, "{name} ({end:?}):\n    {}", text.replace('\n', "\n    ")).unwrap();
    }
    insta::assert_snapshot!("hostile", told);
}

/// An attack that nobody has said the end of fails here.
fn no_tool_of_the_guest_is_missing(stage: &Stage) {
    let listed: BTreeSet<String> = kinds()
        .into_iter()
        .filter_map(|kind| match kind.run {
            Run::Tool(tool, _) => Some(tool.to_owned()),
            _ => None,
        })
        .collect();
    let served: BTreeSet<String> = stage
        .relay()
        .unwrap()
        .tools()
        .unwrap()
        .iter()
        .filter_map(|tool| tool["name"].as_str()?.strip_prefix("hostile")?.get(2..).map(str::to_owned))
        .collect();
    assert_eq!(listed, served, "left: the list of kinds; right: the tools of the hostile guest");
}

/// `resources.rs:72:5` without its numbers, which every change of the guest changes.
fn without_lines_of_code(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(".rs");
        kept.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    kept
}
