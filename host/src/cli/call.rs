//! `tickiti-relay call`: one tool, its result on stdout.

use std::io::Read;
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::arguments::{Call, Start};
use super::{FAILED, VerbError, build, print, terminal};
use crate::limits;
use crate::relay::{Asked, Ended, Item, Relay, Told};

pub(super) fn run(call: &Call, start: &Start) -> Result<ExitCode, VerbError> {
    let arguments = arguments(&call.args)?;
    let relay = build::relay(start, &call.moment)?;
    let watch = |told: Told| match told {
        Told::Progress(progress) => tracing::info!(target: "relay", done = progress.done, "{}", progress.text),
        Told::Waiting(text) => tracing::warn!(target: "relay", "{text}"),
    };
    let asked = Asked { tool: call.tool.clone(), arguments, client_key: call.key.clone() };
    let ended = build::runtime()?.block_on(relay.call(asked, &watch, &terminal::Terminal));
    Ok(told(&relay, ended, call.json))
}

/// Prints the end of a call, and answers the exit code.
pub(super) fn told(relay: &Relay, ended: Ended, json: bool) -> ExitCode {
    let Ended { result, receipt } = ended;
    let failed = result.is_err();
    match result {
        Ok(result) if json => print::json(&crate::mcp::result(result)),
        Ok(result) => result.content.iter().for_each(|item| print::out(&shown(item))),
        Err(error) => print::failure(&relay.redact(&error.for_assistant()), json),
    }
    if print::arrived() {
        receipt.delivered();
    }
    relay.ledger.finish(limits::LEDGER_BUSY);
    if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
}

/// The arguments of a call as a person gives them.
pub(super) fn arguments(given: &str) -> Result<Map<String, Value>, VerbError> {
    let mut text = given.to_owned();
    if given == "-" {
        text.clear();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| VerbError::Failed(format!("stdin cannot be read: {error}")))?;
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(VerbError::Failed("--args must be a JSON object: '{\"ticket_number\": \"709383\"}'".into())),
        Err(error) => Err(VerbError::Failed(format!("--args is not JSON: {error}"))),
    }
}

/// One piece of a result for a terminal: text as it is, the rest by what it is.
pub(super) fn shown(item: &Item) -> String {
    match item {
        Item::Text(text) => text.clone(),
        Item::Image { media_type, bytes } => format!("<image, {media_type}, {} bytes>", bytes.len()),
        Item::Audio { media_type, bytes } => format!("<sound, {media_type}, {} bytes>", bytes.len()),
        Item::Document { uri, media_type, bytes } => format!("<{uri}, {media_type}, {} bytes>", bytes.len()),
        Item::Link { uri, name } => format!("<{name}: {uri}>"),
    }
}
