//! The days that a digest is about.

use tickiti_relay_sdk::{Error, Result};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Whole days, UTC, both ends counted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// `YYYY-MM-DD`
    pub(crate) first: String,
    /// `YYYY-MM-DD`
    pub(crate) last: String,
}

impl Period {
    /// The days that end with `until`, or with the day before `now`.
    pub(crate) fn of(until: Option<&str>, days: u8, now: &str) -> Result<Self> {
        let last = match until {
            Some(day) => {
                read(day).ok_or_else(|| Error::new(format!("There is no day {day}: give until as YYYY-MM-DD.")))?
            }
            None => now.get(..10).and_then(read).and_then(Date::previous_day).ok_or("The relay's clock is not set.")?,
        };
        let first =
            last.checked_sub(Duration::days(i64::from(days) - 1)).ok_or("That is before the calendar begins.")?;
        Ok(Self { first: written(first), last: written(last) })
    }
}

fn read(day: &str) -> Option<Date> {
    Date::parse(day, DAY).ok()
}

fn written(day: Date) -> String {
    // A date has all that the format asks for.
    day.format(DAY).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Period;

    fn days(until: Option<&str>, days: u8) -> (String, String) {
        let period = Period::of(until, days, "2026-03-01T00:00:00Z").unwrap();
        (period.first, period.last)
    }

    #[test]
    fn a_period_ends_with_its_day_or_with_yesterday() {
        assert_eq!(days(None, 7), ("2026-02-22".to_owned(), "2026-02-28".to_owned()));
        assert_eq!(days(Some("2026-11-01"), 1), ("2026-11-01".to_owned(), "2026-11-01".to_owned()));
        assert_eq!(days(Some("2024-03-01"), 2), ("2024-02-29".to_owned(), "2024-03-01".to_owned()));
    }

    #[test]
    fn a_day_that_is_not_is_told() {
        let refused = Period::of(Some("2026-02-30"), 7, "2026-03-01T00:00:00Z").unwrap_err();
        assert!(refused.to_string().contains("2026-02-30"), "{refused}");
    }
}
