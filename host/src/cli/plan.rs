//! `tickiti-relay plan`: the requests that a call would send.

use std::fmt::Write;
use std::process::ExitCode;

use super::arguments::{Plan, Start};
use super::{VerbError, build, call, print};
use crate::relay;

pub(super) fn run(plan: &Plan, start: &Start) -> Result<ExitCode, VerbError> {
    let arguments = call::arguments(&plan.args)?;
    let relay = if plan.offline { build::offline(start, &plan.moment)? } else { build::relay(start, &plan.moment)? };
    match build::runtime()?.block_on(relay.plan(&plan.tool, arguments, plan.offline)) {
        Ok(planned) => {
            let text = if plan.json { print::pretty(&planned) } else { shown(&planned) };
            print::out(&relay.redact(&text));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(VerbError::Failed(relay.redact(&error.for_assistant()))),
    }
}

/// A plan for a person's eyes.
fn shown(plan: &relay::Plan) -> String {
    let mut text = String::new();
    for (at, request) in plan.requests.iter().enumerate() {
        let keyed = if request.keyed { ", with an idempotency key" } else { "" };
        let fate = match (request.sent, request.assumed) {
            (true, _) => "was sent, to see what comes next",
            (false, true) => "not sent; its answer is assumed",
            (false, false) => "not sent",
        };
        let class = format!("{:?}", request.class).to_lowercase();
        let _ = writeln!(
            text,
            "{}. {} {}   ({}, {class}{keyed}; {fate})",
            at + 1,
            request.method,
            request.path,
            request.route
        );
        let _ = writeln!(text, "{}", serde_json::to_string_pretty(&request.body).unwrap_or_default());
    }
    if plan.requests.is_empty() {
        text.push_str("Nothing would be sent: the relay answers this by itself.\n");
    }
    if let Some(route) = &plan.ends_at {
        let _ = writeln!(text, "What comes after depends on the answer of {route}, which was not sent.");
    }
    text.truncate(text.trim_end().len());
    text
}
