//! The golden cases, run natively: quicker than through the component, and under a debugger. `tickiti-relay plugin test` runs
//! the same ones through the component.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tickiti_example_digest::PLUGIN;
use tickiti_relay_sdk::contract::Step;
use tickiti_relay_sdk::testing::{Canned, Given, Run};

#[test]
fn every_case_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut run = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        play(&case, &path.file_name().unwrap().to_string_lossy());
        run += 1;
    }
    assert!(run >= 5, "only {run} cases were found");
}

fn play(case: &Value, name: &str) {
    let mut exchanges = case["exchanges"].as_array().unwrap().iter();
    let mut run = Given::call(&PLUGIN, case["tool"].as_str().unwrap(), case["arguments"].clone()).start();
    if let Some(sentence) = case.pointer("/result/error") {
        // Every exchange of the case comes before the error.
        for _ in 0..turns(case) {
            run = answered(run, &mut exchanges, name);
        }
        assert_eq!(run.error(), sentence.as_str().unwrap(), "{name}");
    } else {
        while matches!(run.turn().step, Step::Send(_)) {
            run = answered(run, &mut exchanges, name);
        }
        assert_eq!(run.text(), case["result"]["text"].as_str().unwrap(), "{name}");
    }
    assert_eq!(exchanges.next(), None, "{name}: a request was not made");
}

/// Two searches in one turn, then a turn a page.
fn turns(case: &Value) -> usize {
    case["exchanges"].as_array().unwrap().len().saturating_sub(1)
}

fn answered<'p, 'c>(run: Run<'p>, exchanges: &mut impl Iterator<Item = &'c Value>, name: &str) -> Run<'p> {
    let mut answers = Vec::new();
    for (route, input) in run.sent() {
        let exchange = exchanges.next().unwrap_or_else(|| panic!("{name}: {route} is a request too many"));
        let written = &exchange["request"];
        assert_eq!((&route.into(), &input), (&written["route"], &written["input"]), "{name}");
        answers.push(Canned::ok(exchange["answer"]["body"].clone()));
    }
    run.answer(answers)
}
