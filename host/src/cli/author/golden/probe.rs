//! What becomes of each case when an answer is a failure instead: the call must end as an error, or as its plugin chose by
//! asking to see that failure.

use serde_json::{Value, json};

use super::bench::{Bench, Happened};
use super::case::{Answer, Case};
use super::desk::Beyond;
use crate::relay::CallError;

/// How the tries with failures went.
#[derive(Debug, Default)]
pub(crate) struct Probed {
    /// How many were made.
    pub(crate) tried: usize,
    /// What went wrong: one sentence each.
    pub(crate) faults: Vec<String>,
}

/// The failures that are tried: no right, wrong values, and a no inside a success.
fn failures() -> [(&'static str, Answer); 3] {
    let refusal = |word: &str| json!({"ok": false, "error": word});
    let answer = |status, body: Value| Answer { status, body };
    [
        ("a 403", answer(403, refusal("forbidden"))),
        ("a 422", answer(422, json!({"message": "The given data was invalid.", "errors": {"field": ["is wrong"]}}))),
        ("a 200 that says `\"ok\": false`", answer(200, refusal("refused"))),
    ]
}

/// Tries every failure in place of every answer of a case that holds.
///
/// # Errors
/// Why a case could not be run at all.
pub(crate) async fn probe(bench: &Bench, case: &Case) -> Result<Probed, String> {
    let mut probed = Probed::default();
    for number in 0..case.exchanges.len() {
        for (name, failure) in failures() {
            let mut exchanges = case.exchanges.clone();
            let Some(exchange) = exchanges.get_mut(number) else { continue };
            let status = failure.status;
            exchange.answer = failure;
            let happened = bench.run(case, exchanges, Beyond::Ends).await?;
            probed.tried += 1;
            if let Some(what) = fault(&happened, number, status) {
                probed.faults.push(format!("with {name} in place of exchanges/{number}/answer, {what}"));
            }
        }
    }
    Ok(probed)
}

/// What is wrong with the end of a call whose request of this number failed with this status.
fn fault(happened: &Happened, number: usize, status: u16) -> Option<String> {
    let accepted = happened.seen.get(number).is_some_and(|seen| seen.accept.contains(&status));
    happened.failure().or_else(|| match &happened.result {
        // The arguments were good for the case itself.
        Err(error @ CallError::Refused { .. }) => Some(Happened::failed(error)),
        Ok(shown) if !accepted => Some(format!("the call ended as if all were well: {}", shown.text)),
        _ => None,
    })
}
