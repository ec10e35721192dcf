//! What happened against what the case says, and the case as it would have to be.

use serde_json::{Value, json};

use super::bench::{Happened, Shown};
use super::case::{Case, Exchange, Expected};
use super::difference::{Difference, differences};
use crate::relay::CallError;

/// Every difference; none when the case holds.
pub(crate) fn compare(case: &Case, happened: &Happened) -> Vec<Difference> {
    let mut found = Vec::new();
    for number in 0..case.exchanges.len().max(happened.seen.len()) {
        let at = format!("exchanges/{number}");
        match (case.exchanges.get(number), happened.seen.get(number)) {
            (Some(exchange), Some(seen)) => {
                let (expected, happened) = (json!(exchange.request), json!(seen.request));
                found.extend(differences(&format!("{at}/request"), &expected, &happened));
            }
            (Some(exchange), None) => {
                found.push(Difference { at, expected: Some(json!(exchange.request)), happened: None });
            }
            (None, Some(seen)) => {
                found.push(Difference { at, expected: None, happened: Some(json!(seen.request)) });
            }
            (None, None) => {}
        }
    }
    // A call that ended for want of an answer has no result of its own.
    if happened.seen.iter().all(|seen| seen.answer.is_some()) {
        found.extend(compare_result(&case.result, happened));
    }
    found
}

fn compare_result(expected: &Expected, happened: &Happened) -> Vec<Difference> {
    let kept = |form: &str, value: Value| Difference {
        at: "result".into(),
        expected: None,
        happened: Some(json!({ form: value })),
    };
    match (&happened.result, &expected.error) {
        (Err(error), Some(wanted)) => {
            let told = error.for_assistant();
            let first_line = told.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('\n'));
            if happened.sentence.as_ref() == Some(wanted) || told == *wanted || first_line {
                Vec::new()
            } else {
                differences("result/error", &json!(wanted), &json!(said(happened, error)))
            }
        }
        (Err(error), None) => {
            let expected = (!expected.is_empty()).then(|| json!(expected));
            vec![Difference { expected, ..kept("error", said(happened, error).into()) }]
        }
        (Ok(shown), Some(_)) => {
            vec![Difference { expected: Some(json!(expected)), ..kept("text", shown.text.clone().into()) }]
        }
        (Ok(shown), None) if expected.is_empty() => vec![kept("text", shown.text.clone().into())],
        (Ok(shown), None) => {
            let text = expected.text.as_ref().filter(|text| **text != shown.text);
            let text = text.map(|text| differences("result/text", &json!(text), &json!(shown.text)));
            let structured = expected.structured.as_ref().map(|value| {
                let happened = structured(shown).unwrap_or_else(|| shown.text.clone().into());
                differences("result/structured", value, &happened)
            });
            text.into_iter().chain(structured).flatten().collect()
        }
    }
}

/// An error as a case has it: the plugin's own sentence, or what the relay says.
fn said(happened: &Happened, error: &CallError) -> String {
    happened.sentence.clone().unwrap_or_else(|| error.for_assistant())
}

/// The structured result, or the JSON that the text is.
fn structured(shown: &Shown) -> Option<Value> {
    let read = || serde_json::from_str(&shown.text).ok().filter(|value: &Value| value.is_object() || value.is_array());
    shown.structured.clone().or_else(read)
}

/// The case with what happened in place of what it said. A result keeps its form where it can.
pub(crate) fn updated(case: &Case, happened: &Happened) -> Case {
    let exchanges = happened
        .seen
        .iter()
        .filter_map(|seen| Some(Exchange { request: seen.request.clone(), answer: seen.answer.clone()? }));
    let result = match &happened.result {
        Err(error) => {
            let kept = case.result.error.clone().filter(|_| compare_result(&case.result, happened).is_empty());
            Expected { error: Some(kept.unwrap_or_else(|| said(happened, error))), ..Expected::default() }
        }
        Ok(shown) => match structured(shown).filter(|_| case.result.text.is_none()) {
            Some(value) => Expected { structured: Some(value), ..Expected::default() },
            None => {
                let structured = structured(shown).filter(|_| case.result.structured.is_some());
                Expected { text: Some(shown.text.clone()), structured, error: None }
            }
        },
    };
    Case { exchanges: exchanges.collect(), result, ..case.clone() }
}
