//! Between rows of the file and records.

use rusqlite::Row;

use super::owner::Owner;
use super::record::{Moment, Record, State, WriteId};
use crate::outcome::Outcome;

/// What [`record`] reads.
pub(super) const RECORD: &str =
    "SELECT w.id, w.route, c.tool, c.helpdesk, w.opened, w.state, c.state AS call_state, c.owner, w.key,
  w.attempts, w.identifiers, w.look, w.call, w.taken_by FROM write w JOIN call c ON c.id = w.call";

pub(super) fn record(row: &Row<'_>, owner: &Owner) -> rusqlite::Result<Record> {
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    let running = row.get::<_, i64>("call_state")? == 0 && owner.is_alive(&row.get::<_, String>("owner")?);
    let taken = row.get::<_, Option<i64>>("taken_by")?.is_some();
    Ok(Record {
        id: WriteId(row.get("id")?),
        route: row.get("route")?,
        tool: row.get("tool")?,
        helpdesk: row.get("helpdesk")?,
        since: Moment(row.get("opened")?),
        state: state(row.get("state")?),
        closed: taken || row.get::<_, i64>("call_state")? == 2,
        under_way: running && !taken,
        key: row.get("key")?,
        attempts: row.get("attempts")?,
        identifiers: json(row.get("identifiers")?),
        look: json(row.get("look")?),
    })
}

pub(super) fn of_outcome(outcome: Outcome) -> State {
    match outcome {
        Outcome::NotSent => State::NotSent,
        Outcome::Rejected => State::Rejected,
        Outcome::Done => State::Done,
        Outcome::Unknown => State::Unknown,
    }
}

/// A state as the file has it. The numbers stand in the queries above too, and never change their meaning.
pub(super) fn code(state: State) -> i64 {
    match state {
        State::Sent => 0,
        State::NotSent => 1,
        State::Rejected => 2,
        State::Done => 3,
        State::Unknown => 4,
        State::SettledHappened => 5,
        State::SettledDidNotHappen => 6,
    }
}

/// The state of a number. One that nobody knows may have happened.
pub(super) fn state(code: i64) -> State {
    match code {
        0 => State::Sent,
        1 => State::NotSent,
        2 => State::Rejected,
        3 => State::Done,
        5 => State::SettledHappened,
        6 => State::SettledDidNotHappen,
        _ => State::Unknown,
    }
}
