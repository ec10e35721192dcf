//! Compares what a client was told with what really happened. Pure.
//!
//! A logical call is one thing that somebody wants done once (or so many times). It may be asked for several times, because an
//! assistant calls again after an error; each time it was told something ([`Told`]). How often it took effect is counted by
//! the helpdesk. From both follows the [`Verdict`].

use std::fmt;

/// What one invocation was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// It succeeded.
    Done,
    /// It failed, and nothing was sent. An earlier attempt may still have happened.
    NotSent,
    /// It failed, and the helpdesk said a plain no: neither this attempt nor an earlier one that is still open happened.
    Rejected,
    /// It failed, and may have happened.
    Unknown,
    /// It failed, and not a word says whether it happened.
    Silent,
}

impl Told {
    /// What a tool's error text says by its `Outcome:`.
    #[must_use]
    pub fn of_error(text: &str) -> Self {
        let outcomes = [
            ("Outcome: done", Self::Done),
            ("Outcome: unknown", Self::Unknown),
            ("Outcome: rejected", Self::Rejected),
            ("Outcome: not sent", Self::NotSent),
        ];
        outcomes.into_iter().find(|(words, _)| text.contains(words)).map_or(Self::Silent, |(_, told)| told)
    }
}

/// One thing that somebody wants done, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logical {
    /// A word that is in its body and in no other's.
    pub word: String,
    /// How many times it is meant to happen.
    pub intended: usize,
    /// What each invocation was answered, in order. One that was never answered is [`Told::Silent`].
    pub told: Vec<Told>,
    /// How many times it took effect.
    pub effects: usize,
}

/// Whether what was told is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Done, and told so.
    Done,
    /// Not done, and told so.
    NotDone,
    /// Told that it may have happened, and it did.
    UnknownDone,
    /// Told that it may have happened, and it did not.
    UnknownNotDone,
    /// It happened so many times too often.
    Duplicate(usize),
    /// It was acknowledged so many times more than it happened.
    Missing(usize),
    /// It happened although the client was told that it did not.
    Denied,
}

impl Logical {
    /// Whether what was told is true.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let done = self.told.iter().filter(|told| **told == Told::Done).count();
        if self.effects > self.intended {
            return Verdict::Duplicate(self.effects - self.intended);
        }
        if self.effects < done {
            return Verdict::Missing(done - self.effects);
        }
        let open = self.told.iter().fold(0, |open: usize, told| match told {
            Told::Unknown | Told::Silent => open + 1,
            // Both say how the earlier attempts ended, too: a success took over their key, a no is judged over all of them.
            Told::Done | Told::Rejected => 0,
            Told::NotSent => open,
        });
        match self.effects - done {
            0 if open > 0 => Verdict::UnknownNotDone,
            0 if done > 0 => Verdict::Done,
            0 => Verdict::NotDone,
            more if more <= open => Verdict::UnknownDone,
            _ => Verdict::Denied,
        }
    }
}

/// Verdicts over many logical calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Logical calls.
    pub calls: usize,
    /// Invocations: at least one a call.
    pub invocations: usize,
    /// Done, and told so.
    pub done: usize,
    /// Not done, and told so.
    pub not_done: usize,
    /// Told that it may have happened, and it did.
    pub unknown_done: usize,
    /// Told that it may have happened, and it did not.
    pub unknown_not_done: usize,
    /// Effects beyond those intended.
    pub duplicates: usize,
    /// Acknowledged, but without an effect.
    pub missing: usize,
    /// Effects of which the client was told that they did not happen.
    pub denied: usize,
    /// Errors that do not say whether the call took effect.
    pub silent: usize,
    /// Calls that are duplicated, missing or denied, for a look: at most [`Tally::SHOWN`].
    pub wrong: Vec<Logical>,
}

impl Tally {
    /// How many wrong calls are kept.
    pub const SHOWN: usize = 5;

    /// Judges many.
    #[must_use]
    pub fn of(calls: impl IntoIterator<Item = Logical>) -> Self {
        let mut tally = Self::default();
        for call in calls {
            tally.add(call);
        }
        tally
    }

    fn add(&mut self, call: Logical) {
        self.calls += 1;
        self.invocations += call.told.len();
        self.silent += call.told.iter().filter(|told| **told == Told::Silent).count();
        let right = match call.verdict() {
            Verdict::Done => &mut self.done,
            Verdict::NotDone => &mut self.not_done,
            Verdict::UnknownDone => &mut self.unknown_done,
            Verdict::UnknownNotDone => &mut self.unknown_not_done,
            wrong => {
                match wrong {
                    Verdict::Duplicate(count) => self.duplicates += count,
                    Verdict::Missing(count) => self.missing += count,
                    _ => self.denied += 1,
                }
                if self.wrong.len() < Self::SHOWN {
                    self.wrong.push(call);
                }
                return;
            }
        };
        *right += 1;
    }

    /// Whether nothing is duplicated, missing or denied.
    #[must_use]
    pub fn is_right(&self) -> bool {
        (self.duplicates, self.missing, self.denied) == (0, 0, 0)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} calls in {} invocations: {} done, {} not done, {} unknown and done, {} unknown and not done; \
             {} duplicates, {} missing, {} denied, {} errors without an outcome",
            self.calls,
            self.invocations,
            self.done,
            self.not_done,
            self.unknown_done,
            self.unknown_not_done,
            self.duplicates,
            self.missing,
            self.denied,
            self.silent
        )?;
        for wrong in &self.wrong {
            write!(out, "\n  {}: {:?}, told {:?}, {} effects", wrong.word, wrong.verdict(), wrong.told, wrong.effects)?;
        }
        Ok(())
    }
}

/// The upper end of the 95 % interval of a share, when none of so many cases was hit: three in so many.
#[must_use]
pub fn bound_95(of: usize) -> f64 {
    if of == 0 { 1.0 } else { (3.0 / of as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::Told::{Done, NotSent, Rejected, Silent, Unknown};
    use super::*;

    fn verdict(intended: usize, told: &[Told], effects: usize) -> Verdict {
        Logical { word: "w".to_owned(), intended, told: told.to_vec(), effects }.verdict()
    }

    #[test]
    fn what_is_true_is_right() {
        assert_eq!(verdict(1, &[Done], 1), Verdict::Done);
        assert_eq!(verdict(1, &[Rejected], 0), Verdict::NotDone);
        assert_eq!(verdict(1, &[NotSent, Rejected, Done], 1), Verdict::Done);
        assert_eq!(verdict(1, &[Unknown, Done], 1), Verdict::Done);
        assert_eq!(verdict(1, &[Unknown], 1), Verdict::UnknownDone);
        assert_eq!(verdict(1, &[Silent], 0), Verdict::UnknownNotDone);
        assert_eq!(verdict(2, &[Done, Done], 2), Verdict::Done);
        // The second was held back because of the first, which had happened.
        assert_eq!(verdict(1, &[Unknown, NotSent], 1), Verdict::UnknownDone);
        // The first no was true; what came after it may have happened.
        assert_eq!(verdict(1, &[Rejected, Unknown], 1), Verdict::UnknownDone);
    }

    #[test]
    fn a_duplicate_is_found_whatever_was_told() {
        assert_eq!(verdict(1, &[Unknown, Done], 2), Verdict::Duplicate(1));
        assert_eq!(verdict(1, &[Done], 3), Verdict::Duplicate(2));
        assert_eq!(verdict(2, &[Done, Done], 3), Verdict::Duplicate(1));
        assert_eq!(verdict(1, &[Unknown, Unknown], 2), Verdict::Duplicate(1));
    }

    #[test]
    fn an_acknowledgement_without_an_effect_is_found() {
        assert_eq!(verdict(1, &[Done], 0), Verdict::Missing(1));
        assert_eq!(verdict(2, &[Done, Done], 1), Verdict::Missing(1));
        assert_eq!(verdict(1, &[Unknown, Done], 0), Verdict::Missing(1));
    }

    #[test]
    fn an_effect_that_was_denied_is_found() {
        assert_eq!(verdict(1, &[NotSent], 1), Verdict::Denied);
        assert_eq!(verdict(1, &[Rejected], 1), Verdict::Denied);
        // The first may have happened, and the second says that it did not.
        assert_eq!(verdict(1, &[Unknown, Rejected], 1), Verdict::Denied);
        assert_eq!(verdict(2, &[Done, NotSent], 2), Verdict::Denied);
    }

    #[test]
    fn a_tally_counts_each_and_keeps_the_wrong_ones() {
        let logical = |told: &[Told], effects| Logical { word: "w".into(), intended: 1, told: told.to_vec(), effects };
        let calls = [
            logical(&[Done], 1),
            logical(&[Rejected], 0),
            logical(&[Silent, Done], 3),
            logical(&[Done], 0),
            logical(&[NotSent], 1),
            logical(&[Unknown], 1),
        ];
        let tally = Tally::of(calls);
        assert_eq!((tally.calls, tally.invocations, tally.silent), (6, 7, 1));
        assert_eq!((tally.duplicates, tally.missing, tally.denied, tally.wrong.len()), (2, 1, 1, 3));
        assert_eq!((tally.done, tally.not_done, tally.unknown_done), (1, 1, 1));
        assert!(!tally.is_right() && Tally::of([logical(&[Done], 1)]).is_right());
    }

    #[test]
    fn an_error_text_tells_its_outcome() {
        assert_eq!(Told::of_error("No.\nOutcome: rejected. Nothing was changed."), Rejected);
        assert_eq!(Told::of_error("Outcome: not sent."), NotSent);
        assert_eq!(Told::of_error("Outcome: unknown. It may have taken effect."), Unknown);
        assert_eq!(Told::of_error("Outcome: done. The file could not be written."), Done);
        assert_eq!(Told::of_error("HTTP 502"), Silent);
    }

    #[test]
    fn nothing_of_many_is_less_than_three_of_so_many() {
        assert!((bound_95(10_000) - 0.0003).abs() < 1e-9);
        assert!((bound_95(0) - 1.0).abs() < 1e-9 && (bound_95(2) - 1.0).abs() < 1e-9);
    }
}
