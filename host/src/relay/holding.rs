//! What the assistant reads when a write is held back: why, what to look at, how to settle it.

use std::time::Duration;

use super::identifiers;
use crate::ledger::{Held, Record, State, Why};
use crate::limits;

/// The whole text, without what the call had done before.
pub(super) fn in_words(route: &str, held: &Held) -> String {
    let Held { why, record, age } = held;
    let name = record.id;
    let when = match age {
        Some(age) => format!("{}, {} ago", record.since, in_time(*age)),
        None => record.since.to_string(),
    };
    if *why == Why::Done {
        let what = known(record).map(|what| format!(" ({what})")).unwrap_or_default();
        return format!(
            "`{route}` was not sent again: this call was made before ({when}), under the same key of the client, and it was done{what}.\n\
             Outcome: done. It took effect once.\nNext: nothing is left to do for it"
        );
    }
    let reason = match why {
        Why::Unkeyed => format!(
            "an equal write {} ({when}), and the helpdesk takes no key that makes a repeat harmless",
            fate(record)
        ),
        Why::Aged => format!("an equal write {} ({when}), too long ago to repeat it under its old key", fate(record)),
        Why::Stuck => format!(
            "the helpdesk has answered an equal write ({when}) with the same error {} times, and goes on doing so for its key",
            limits::SAME_FAILURES
        ),
        Why::SameTarget | Why::Done => {
            format!(
                "another write to the same target, {} ({when}), {}; if this one says the same in other words, it would happen twice",
                record.route,
                fate(record)
            )
        }
    };
    let mut text = format!(
        "`{route}` was not sent, because of the unsettled write {name}: {reason}.\nOutcome: not sent. This call changed nothing.\nNext: "
    );
    if record.state == State::Done {
        text.push_str(&format!(
            "if this call means the same, do not send it. Otherwise say that you know: settle_write {{\"id\":\"{name}\",\"happened\":true}}, and call again"
        ));
        return text;
    }
    match record.look_in_words() {
        Some(look) => text.push_str(&format!("see whether it happened: {look}.")),
        None => text.push_str("find out on the helpdesk whether it happened."),
    }
    if *why == Why::SameTarget {
        text.push_str(
            " If this call means the same, repeat the earlier one with exactly its arguments instead, which is safe.",
        );
    }
    text.push_str(&format!(
        " Then say so: settle_write {{\"id\":\"{name}\",\"happened\":true}}, or false, and call again if it is still wanted"
    ));
    text
}

/// What is known of an earlier write, as the end of "an equal write …".
fn fate(record: &Record) -> String {
    match (record.state, known(record)) {
        (State::Done, Some(what)) => format!("was done ({what}), though its answer may not have arrived"),
        (State::Done, None) => "was done, though its answer may not have arrived".to_owned(),
        _ => "may have happened".to_owned(),
    }
}

fn known(record: &Record) -> Option<String> {
    record.identifiers.as_ref().and_then(|found| found.as_object()).map(identifiers::in_words)
}

/// `3 min`, `2 h`, `5 d`.
fn in_time(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
