//! The helpdesk's own time: it starts at a fixed moment and moves only when something is asked, so that two runs are equal.

use time::format_description::BorrowedFormatItem;
use time::macros::{datetime, format_description};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

/// When a fresh helpdesk begins.
pub const START: OffsetDateTime = datetime!(2026-11-02 08:00:00 UTC);

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const SECOND: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");

/// A clock that a request moves on by one second.
#[derive(Debug, Clone)]
pub struct Clock(OffsetDateTime);

impl Default for Clock {
    fn default() -> Self {
        Self(START)
    }
}

impl Clock {
    /// A clock that shows this.
    #[must_use]
    pub fn at(moment: OffsetDateTime) -> Self {
        Self(moment)
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.0
    }

    /// Moves the present on.
    pub fn advance(&mut self, by: Duration) {
        self.0 += by;
    }
}

/// `2026-11-02T08:00:00+00:00`, as the server writes times.
#[must_use]
pub fn iso(at: OffsetDateTime) -> String {
    at.format(ISO).unwrap_or_default()
}

/// `2026-11-02`.
#[must_use]
pub fn day(at: Date) -> String {
    at.format(DAY).unwrap_or_default()
}

/// `2026-11-02 08:00:00`, as filters take times.
#[must_use]
pub fn second(at: OffsetDateTime) -> String {
    at.format(SECOND).unwrap_or_default()
}

/// Reads `YYYY-MM-DD`.
#[must_use]
pub fn read_day(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok()
}

/// Reads a moment: a bare date at `bare`, `YYYY-MM-DD HH:MM:SS`, or what [`iso`] writes.
#[must_use]
pub fn read_moment(text: &str, bare: Time) -> Option<OffsetDateTime> {
    if let Some(day) = read_day(text) {
        return Some(day.with_time(bare).assume_utc());
    }
    PrimitiveDateTime::parse(text, SECOND)
        .or_else(|_| PrimitiveDateTime::parse(text, ISO))
        .ok()
        .map(|at| at.assume_utc())
}

/// The last second of a day, where a bare `…_to` date ends.
pub const END_OF_DAY: Time = time::macros::time!(23:59:59);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(iso(START), "2026-11-02T08:00:00+00:00");
        assert_eq!(read_moment(&iso(START), Time::MIDNIGHT), Some(START));
        assert_eq!(read_moment(&second(START), Time::MIDNIGHT), Some(START));
        assert_eq!(read_moment("2026-11-01", END_OF_DAY), Some(datetime!(2026-11-01 23:59:59 UTC)));
        assert_eq!(read_moment("2026-13-01", END_OF_DAY), None);
    }
}
