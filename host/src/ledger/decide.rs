//! What becomes of a write, by what the ledger knows already: a pure function.

use std::time::Duration;

use tickiti_relay_routes::Repeat;

use super::record::{Moment, State};
use crate::limits;

/// An open record that a write may have to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) id: i64,
    /// The same bytes to the same route; otherwise another write to the same target.
    pub(super) equal: bool,
    /// Its place among equal writes of its call.
    pub(super) ordinal: u32,
    /// Whether a living relay works on it.
    pub(super) under_way: bool,
    pub(super) state: State,
    /// When it was first recorded.
    pub(super) opened: Moment,
    /// How often in a row the helpdesk answered with the same failure.
    pub(super) same_failures: u32,
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing speaks against it.
    New,
    /// It is the same write as this record's: same key, same bytes.
    Take(i64),
    /// Its equal is under way.
    Wait,
    /// It is not sent before somebody has looked.
    Hold(i64, Why),
}

/// Why a write is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// An equal write may have happened, and has no key that would make a repeat harmless.
    Unkeyed,
    /// An equal write may have happened, too long ago for the helpdesk to be sure to know its key.
    Aged,
    /// The helpdesk answers an equal write with the same failure again and again.
    Stuck,
    /// Another write to the same target may have happened.
    SameTarget,
    /// It was done, under the key that the client gave.
    Done,
}

/// Decides. `ordinal` is the write's place among equal writes of its own call.
pub(super) fn decide(repeat: Repeat, ordinal: u32, candidates: &[Candidate], now: Moment) -> Verdict {
    let equal = candidates
        .iter()
        .filter(|candidate| candidate.equal)
        .min_by_key(|candidate| (candidate.ordinal != ordinal, candidate.opened, candidate.id));
    if let Some(record) = equal {
        return of_equal(repeat, record, now);
    }
    let other = candidates.iter().filter(|candidate| !candidate.equal && !candidate.under_way);
    match other.filter(|candidate| is_fresh(candidate.opened, now)).max_by_key(|candidate| candidate.opened) {
        Some(record) if repeat == Repeat::Keyed => Verdict::Hold(record.id, Why::SameTarget),
        _ => Verdict::New,
    }
}

/// What becomes of a write that equals an open record.
pub(super) fn of_equal(repeat: Repeat, record: &Candidate, now: Moment) -> Verdict {
    match repeat {
        _ if record.under_way => Verdict::Wait,
        Repeat::Harmless => Verdict::Take(record.id),
        Repeat::Never => Verdict::Hold(record.id, Why::Unkeyed),
        Repeat::Keyed if record.same_failures >= limits::SAME_FAILURES => Verdict::Hold(record.id, Why::Stuck),
        Repeat::Keyed if !is_fresh(record.opened, now) => Verdict::Hold(record.id, Why::Aged),
        Repeat::Keyed => Verdict::Take(record.id),
    }
}

/// Whether a record is young enough to be repeated without asking. A clock that was set back says nothing: then it is not.
pub(super) fn is_fresh(opened: Moment, now: Moment) -> bool {
    match now.since(opened) {
        Some(age) => age <= limits::REPEATED_WITHOUT_ASKING,
        None => opened.since(now).unwrap_or(Duration::MAX) <= limits::CLOCK_STEP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(100_000_000);

    fn record(equal: bool) -> Candidate {
        Candidate {
            id: 1,
            equal,
            ordinal: 0,
            under_way: false,
            state: State::Unknown,
            opened: NOW.before(Duration::from_secs(60)),
            same_failures: 0,
        }
    }

    #[test]
    fn with_nothing_open_a_write_is_new() {
        for repeat in [Repeat::Keyed, Repeat::Harmless, Repeat::Never] {
            assert_eq!(decide(repeat, 0, &[], NOW), Verdict::New);
        }
    }

    #[test]
    fn an_equal_write_is_the_same_write_where_that_can_be() {
        for state in [State::Sent, State::Unknown, State::Done] {
            let open = [Candidate { state, ..record(true) }];
            assert_eq!(decide(Repeat::Keyed, 0, &open, NOW), Verdict::Take(1));
            assert_eq!(decide(Repeat::Harmless, 0, &open, NOW), Verdict::Take(1));
            assert_eq!(decide(Repeat::Never, 0, &open, NOW), Verdict::Hold(1, Why::Unkeyed));
        }
    }

    #[test]
    fn repeated_without_asking_obeyed_and_violated() {
        let aged = |age| [Candidate { opened: NOW.before(age), ..record(true) }];
        let bound = limits::REPEATED_WITHOUT_ASKING;
        let late = bound + Duration::from_millis(1);
        assert_eq!(decide(Repeat::Keyed, 0, &aged(bound), NOW), Verdict::Take(1));
        assert_eq!(decide(Repeat::Keyed, 0, &aged(late), NOW), Verdict::Hold(1, Why::Aged));
        assert_eq!(decide(Repeat::Harmless, 0, &aged(late), NOW), Verdict::Take(1));
        assert_eq!(decide(Repeat::Never, 0, &aged(late), NOW), Verdict::Hold(1, Why::Unkeyed));
        let other = |age| [Candidate { equal: false, opened: NOW.before(age), ..record(false) }];
        assert_eq!(decide(Repeat::Keyed, 0, &other(bound), NOW), Verdict::Hold(1, Why::SameTarget));
        assert_eq!(decide(Repeat::Keyed, 0, &other(late), NOW), Verdict::New);
    }

    #[test]
    fn clock_step_obeyed_and_violated() {
        let ahead = |by| [Candidate { opened: NOW.after(by), ..record(true) }];
        assert_eq!(decide(Repeat::Keyed, 0, &ahead(limits::CLOCK_STEP), NOW), Verdict::Take(1));
        let more = limits::CLOCK_STEP + Duration::from_millis(1);
        assert_eq!(decide(Repeat::Keyed, 0, &ahead(more), NOW), Verdict::Hold(1, Why::Aged));
    }

    #[test]
    fn same_failures_obeyed_and_violated() {
        let failed = |same_failures| [Candidate { same_failures, ..record(true) }];
        assert_eq!(decide(Repeat::Keyed, 0, &failed(limits::SAME_FAILURES - 1), NOW), Verdict::Take(1));
        let stuck = Verdict::Hold(1, Why::Stuck);
        assert_eq!(decide(Repeat::Keyed, 0, &failed(limits::SAME_FAILURES), NOW), stuck);
    }

    #[test]
    fn an_equal_write_of_a_living_relay_is_waited_for_and_another_one_is_not() {
        let living = |equal| [Candidate { under_way: true, ..record(equal) }];
        for repeat in [Repeat::Keyed, Repeat::Harmless, Repeat::Never] {
            assert_eq!(decide(repeat, 0, &living(true), NOW), Verdict::Wait);
        }
        assert_eq!(decide(Repeat::Keyed, 0, &living(false), NOW), Verdict::New);
    }

    #[test]
    fn only_keyed_writes_are_held_for_another_write_to_their_target() {
        assert_eq!(decide(Repeat::Keyed, 0, &[record(false)], NOW), Verdict::Hold(1, Why::SameTarget));
        assert_eq!(decide(Repeat::Never, 0, &[record(false)], NOW), Verdict::New);
        assert_eq!(decide(Repeat::Harmless, 0, &[record(false)], NOW), Verdict::New);
    }

    #[test]
    fn equal_goes_before_other_and_the_same_place_before_the_oldest() {
        let open = [
            Candidate { id: 1, ..record(false) },
            Candidate { id: 2, ordinal: 0, ..record(true) },
            Candidate { id: 3, ordinal: 1, opened: NOW, ..record(true) },
        ];
        assert_eq!(decide(Repeat::Keyed, 1, &open, NOW), Verdict::Take(3));
        assert_eq!(decide(Repeat::Keyed, 0, &open, NOW), Verdict::Take(2));
        assert_eq!(decide(Repeat::Keyed, 7, &open, NOW), Verdict::Take(2));
    }
}
