//! `tickiti-relay ledger`: the record of what was written.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::arguments::Ledger;
use super::{FAILED, VerbError, build, print};
use crate::ledger::{Archive, Record, State, Which};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn run(verb: &Ledger) -> Result<ExitCode, VerbError> {
    let archive = Archive::new(&build::local()?.state);
    let runtime = build::runtime()?;
    match verb {
        Ledger::List { all, json } => {
            let which = if *all { Which::All } else { Which::Unsettled };
            let records = runtime.block_on(archive.list(which)).map_err(failed)?;
            if *json {
                print::json(&serde_json::json!({ "writes": records }));
            } else {
                print::out(&shown(&records, *all));
            }
        }
        Ledger::Settle { write, happened } => match runtime.block_on(archive.settle(*write, *happened)) {
            Ok(record) => print::out(&format!("{write} ({}) is settled.", record.route)),
            Err(error) => {
                print::error(&error.to_string());
                return Ok(ExitCode::from(FAILED));
            }
        },
        Ledger::Prune { older_than } => {
            let removed = runtime.block_on(archive.prune(DAY * *older_than)).map_err(failed)?;
            print::out(&format!("{removed} writes are forgotten."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn failed(fault: crate::ledger::LedgerFault) -> VerbError {
    VerbError::Failed(format!("{fault}. {}", fault.remedy()))
}

/// The records for a person's eyes.
fn shown(records: &[Record], all: bool) -> String {
    if records.is_empty() {
        return if all { "Nothing was written yet." } else { "Nothing waits to be settled." }.to_owned();
    }
    let mut text = String::new();
    for record in records {
        let _ = writeln!(
            text,
            "{}  {}  {}  {}  (tool {}, {})",
            record.id,
            record.since,
            record.route,
            fate(record),
            record.tool,
            record.helpdesk
        );
        if let Some(look) = record.look_in_words() {
            let _ = writeln!(text, "     to see it: {look}");
        }
    }
    if records.iter().any(Record::is_unsettled) {
        text.push_str("Look at the helpdesk, then: tickiti-relay ledger settle NAME --happened yes|no");
    }
    text.truncate(text.trim_end().len());
    text
}

fn fate(record: &Record) -> &'static str {
    if record.under_way {
        return "under way";
    }
    match record.state {
        State::Sent | State::Unknown => "nobody knows whether it happened",
        State::Done if !record.closed => "happened, but its answer may not have arrived",
        State::Done => "happened",
        State::NotSent => "was not sent",
        State::Rejected => "was rejected",
        State::SettledHappened => "happened, as somebody said who looked",
        State::SettledDidNotHappen => "did not happen, as somebody said who looked",
    }
}
