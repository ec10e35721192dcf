//! A time as a person writes it: a day, a time of it, or how long ago.

use std::str::FromStr;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// This time.
    At(OffsetDateTime),
    /// So long before now.
    Ago(Duration),
}

/// A text that is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it takes a day (`2026-11-22`), a time of it (`2026-11-22T08:00`, `2026-11-22 08:00:30`, `2026-11-22T08:00:00+01:00`; UTC where no \
     zone is given), or an age (`30m`, `2h`, `3d`, `2w`)"
)]
pub(crate) struct NotATime;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]");
const SECOND: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");

impl FromStr for Since {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let text = text.trim();
        age(text).map(Self::Ago).or_else(|| moment(text).map(Self::At)).ok_or(NotATime)
    }
}

fn age(text: &str) -> Option<Duration> {
    let (at, unit) = text.char_indices().last()?;
    let unit = match unit {
        'm' => Duration::MINUTE,
        'h' => Duration::HOUR,
        'd' => Duration::DAY,
        'w' => Duration::WEEK,
        _ => return None,
    };
    let number = text.get(..at)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i32 = if digits { number.parse().ok()? } else { return None };
    unit.checked_mul(number)
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    if let Ok(day) = Date::parse(text, DAY) {
        return Some(day.midnight().assume_utc());
    }
    let text = text.replacen(' ', "T", 1);
    let plain = |format| PrimitiveDateTime::parse(&text, format).ok().map(PrimitiveDateTime::assume_utc);
    let whole = || OffsetDateTime::parse(&text, &Rfc3339).ok();
    plain(MINUTE).or_else(|| plain(SECOND)).or_else(whole).map(|at| at.to_offset(UtcOffset::UTC))
}

impl Since {
    /// The time from which on.
    pub(super) fn from(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::At(at) => at,
            Self::Ago(age) => now.checked_sub(age).unwrap_or(OffsetDateTime::UNIX_EPOCH),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn at(text: &str) -> OffsetDateTime {
        let since: Since = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        since.from(datetime!(2026-11-22 18:00 UTC))
    }

    #[test]
    fn days_times_and_ages_are_taken() {
        for (text, expected) in [
            ("2026-11-22", datetime!(2026-11-22 00:00 UTC)),
            ("2026-11-22T08:00", datetime!(2026-11-22 08:00 UTC)),
            ("2026-11-22 08:00", datetime!(2026-11-22 08:00 UTC)),
            ("2026-11-22 08:00:30", datetime!(2026-11-22 08:00:30 UTC)),
            ("2026-11-22T08:00:30.5", datetime!(2026-11-22 08:00:30.5 UTC)),
            ("2026-11-22T08:00:00Z", datetime!(2026-11-22 08:00 UTC)),
            ("2026-11-22T08:00:00.123Z", datetime!(2026-11-22 08:00:00.123 UTC)),
            ("2026-11-22 08:00:00+01:00", datetime!(2026-11-22 07:00 UTC)),
            ("30m", datetime!(2026-11-22 17:30 UTC)),
            ("2h", datetime!(2026-11-22 16:00 UTC)),
            (" 3d ", datetime!(2026-11-19 18:00 UTC)),
            ("2w", datetime!(2026-11-08 18:00 UTC)),
            ("2000000000d", OffsetDateTime::UNIX_EPOCH),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "22.11.2026",
            "2026-11",
            "2026-13-01",
            "2026-11-22T",
            "2026-11-22T25:00",
            "h",
            "-2h",
            "2.5h",
            "2x",
            "2hé",
            "9999999999d",
        ] {
            assert_eq!(text.parse::<Since>(), Err(NotATime), "{text}");
        }
    }
}
