//! Runs the relay under `watch`: each write's record is durable before its first byte leaves.

use std::process::Command;

use serde_json::Value;
use tickiti_relay_scratch::{Fault, Helpdesk, Moment, Options, Planned};

use super::row::Row;
use super::trace::{Event, order};
use super::{calls, started};
use crate::client::{Client, LEGACY};
use crate::relay::{Setup, relay};
use crate::{binary, trouble::Trouble};

/// What the ledger's log is called in the state folder.
const LOG: &str = "ledger.sqlite3-wal";

/// Writes with and without a key, one after another and several in flight.
///
/// # Errors
/// When the relay does not start under `watch`, or its trace cannot be read.
pub fn sync_before_send() -> Result<Vec<Row>, Trouble> {
    // Equal in every run, so these are the tickets of each helpdesk below.
    let tickets = calls::tickets(&started(Helpdesk::start(Options::default()))?);
    let ticket = |number: usize| tickets.get(number).map_or("", String::as_str);
    let keyed = |number: usize| match number % 3 {
        0 => calls::create(&format!("watched{number}")),
        1 => calls::respond(&format!("watched{number}"), ticket(number)),
        _ => calls::close(&format!("watched{number}"), ticket(number)),
    };
    let mut rows = Vec::new();
    // One after another, then in flight together.
    rows.extend(watched(
        "with a key",
        &[&(0..6).map(keyed).collect::<Vec<_>>(), &(6..14).map(keyed).collect::<Vec<_>>()],
    )?);
    let unkeyed = |number: usize| calls::queue(&format!("watched{number}"));
    rows.extend(watched("without a key", &[&[], &(0..6).map(unkeyed).collect::<Vec<_>>()])?);
    Ok(rows)
}

/// The first calls go one by one, the second ones together.
fn watched(what: &str, [alone, together]: &[&[calls::Call]; 2]) -> Result<Vec<Row>, Trouble> {
    let helpdesk = started(Helpdesk::start(Options::default()))?;
    let setup = relay().helpdesk(&helpdesk);
    let trace = setup.ground()?.folder("work").join("trace");
    let mut client = under_watch(&setup, &trace)?;
    client.initialize(LEGACY)?;
    for call in *alone {
        client.call(call.tool, call.arguments.clone())?.done()?;
    }
    // None of them ends before the last has begun.
    helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 300, at: Moment::Claimed }).always());
    let begun: Result<Vec<u64>, Trouble> =
        together.iter().map(|call| client.begin("tools/call", call.params())).collect();
    for id in begun? {
        let answer = client.answer(id)?;
        if answer.get("result").and_then(|result| result.get("isError")).and_then(Value::as_bool) == Some(true) {
            return Err(Trouble::shape("a call that succeeds", answer));
        }
    }
    let status = client.finish()?;
    if !status.success() {
        return Err(Trouble::shape("an end with exit code 0", status));
    }
    let text = std::fs::read_to_string(&trace).map_err(Trouble::io("reading the trace"))?;
    let events: Result<Vec<Event>, String> = text.lines().map(str::parse).collect();
    let events = events.map_err(|line| Trouble::shape("a line of a trace", line))?;
    let verdict = order(&events, LOG, |request| request.starts_with("POST /api/v1/"));
    let wanted = alone.len() + together.len();
    let first = verdict.violations.first().map(String::as_str);
    Ok(vec![
        Row::none_of(
            format!("writes {what} sent before their record was durable"),
            verdict.violations.len(),
            wanted,
            first,
        ),
        Row {
            name: format!("writes {what} that were watched"),
            demand: wanted.to_string(),
            found: format!("{}, {} with a key", verdict.requests, verdict.keyed),
            ok: verdict.requests == wanted,
        },
    ])
}

/// The relay as a child of `watch`.
fn under_watch(setup: &Setup, trace: &std::path::Path) -> Result<Client, Trouble> {
    // Compiles what is not in the cache yet: that would take long under watch.
    setup.verb(["tools"])?;
    let relay = setup.command()?;
    let mut command = Command::new(binary::beside("watch")?);
    command.arg(trace).arg(relay.get_program()).args(relay.get_args()).env_clear();
    for (name, value) in relay.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    if let Some(folder) = relay.get_current_dir() {
        command.current_dir(folder);
    }
    Client::start(command)
}
