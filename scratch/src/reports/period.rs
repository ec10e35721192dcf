//! A span of days, cut into days, weeks or months.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::{Date, Duration, OffsetDateTime};

use crate::clock::{day, read_day};
use crate::input::Input;
use crate::switches::{ReportDates, Switches};

/// The longest span, in days: ten years and a bit.
const LONGEST: i64 = 3660;
/// The span that is taken when no dates are given and none are demanded.
const USUAL: i64 = 30;

/// How a span is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Day,
    Week,
    Month,
}

impl Group {
    /// The words that `group_by` takes.
    pub(super) const WORDS: [&str; 3] = ["day", "week", "month"];

    fn read(input: &mut Input<'_>) -> Self {
        match input.text("group_by", 32) {
            None | Some("day") => Self::Day,
            Some("week") => Self::Week,
            Some("month") => Self::Month,
            Some(_) => {
                input.refuse("group_by", format!("The group by is one of {}.", Self::WORDS.join(", ")));
                Self::Day
            }
        }
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The first day of the piece that a day lies in. Weeks begin on Monday.
    fn start(self, date: Date) -> Date {
        match self {
            Self::Day => date,
            Self::Week => date.saturating_sub(Duration::days(i64::from(date.weekday().number_days_from_monday()))),
            Self::Month => date.replace_day(1).unwrap_or(date),
        }
    }

    fn next(self, start: Date) -> Date {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            // From the first of a month this is always in the next one.
            Self::Month => 31,
        };
        self.start(start.saturating_add(Duration::days(days)))
    }

    /// `2026-10-31`, `2026-W44`, `2026-10`.
    fn label(self, start: Date) -> String {
        match self {
            Self::Day => day(start),
            Self::Week => {
                let (year, week, _) = start.to_iso_week_date();
                format!("{year}-W{week:02}")
            }
            Self::Month => format!("{}-{:02}", start.year(), u8::from(start.month())),
        }
    }
}

/// From the first to the last day, both counted, in UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    from: Date,
    to: Date,
    /// How it is cut.
    pub(super) group: Group,
}

impl Period {
    /// Reads `date_from` and `date_to`; what is wrong is noted in the input.
    pub(super) fn read(input: &mut Input<'_>, today: Date, switches: &Switches) -> Self {
        let given = [date(input, "date_from"), date(input, "date_to")];
        if switches.report_dates == ReportDates::Needed {
            for (name, date) in ["date_from", "date_to"].into_iter().zip(given) {
                input.need(name, date);
            }
        }
        let [from, to] = given;
        let to = to.unwrap_or(today);
        let from = from.unwrap_or_else(|| to.saturating_sub(Duration::days(USUAL)));
        let days = (to - from).whole_days();
        if days < 0 {
            input.refuse("date_to", "The date to field must be a date after or equal to date from.");
        }
        if days > LONGEST {
            input.refuse("date_to", format!("A report covers {LONGEST} days at most."));
        }
        Self { from, to, group: Group::Day }
    }

    /// Reads `group_by` too.
    pub(super) fn read_grouped(input: &mut Input<'_>, today: Date, switches: &Switches) -> Self {
        let group = Group::read(input);
        Self { group, ..Self::read(input, today, switches) }
    }

    /// Whether a moment lies in it.
    pub(super) fn holds(&self, at: OffsetDateTime) -> bool {
        (self.from..=self.to).contains(&at.date())
    }

    /// Every piece with nothing in it yet, by its first day.
    pub(super) fn pieces<T: Default>(&self) -> BTreeMap<Date, T> {
        let mut pieces = BTreeMap::new();
        let mut start = self.group.start(self.from);
        while start <= self.to {
            pieces.insert(start, T::default());
            let next = self.group.next(start);
            if next <= start {
                break;
            }
            start = next;
        }
        pieces
    }

    /// The piece that a moment lies in; `None` outside the span.
    pub(super) fn piece<'m, T>(&self, pieces: &'m mut BTreeMap<Date, T>, at: OffsetDateTime) -> Option<&'m mut T> {
        if self.holds(at) { pieces.get_mut(&self.group.start(at.date())) } else { None }
    }

    /// A row for each piece: its label and its first day, then its figures.
    pub(super) fn rows<T>(&self, pieces: &BTreeMap<Date, T>, figures: impl Fn(&T) -> Map<String, Value>) -> Vec<Value> {
        let row = |(start, piece): (&Date, &T)| {
            let mut row = Map::new();
            row.insert("period".into(), json!(self.group.label(*start)));
            row.insert("starts_on".into(), json!(day(*start)));
            row.extend(figures(piece));
            Value::Object(row)
        };
        pieces.iter().map(row).collect()
    }

    /// The head of a report.
    pub(super) fn head(&self) -> Map<String, Value> {
        let mut head = Map::new();
        head.insert("date_from".into(), json!(day(self.from)));
        head.insert("date_to".into(), json!(day(self.to)));
        head
    }
}

fn date(input: &mut Input<'_>, name: &str) -> Option<Date> {
    input.date(name).as_deref().and_then(read_day)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn labels(from: Date, to: Date, group: Group) -> Vec<String> {
        let period = Period { from, to, group };
        period.pieces::<()>().keys().map(|start| group.label(*start)).collect()
    }

    #[test]
    fn spans_are_cut_without_gaps_over_the_ends_of_months_and_years() {
        assert_eq!(labels(date!(2026 - 02 - 27), date!(2026 - 03 - 01), Group::Day).len(), 3);
        assert_eq!(labels(date!(2026 - 12 - 30), date!(2027 - 01 - 04), Group::Week), ["2026-W53", "2027-W01"]);
        let months = labels(date!(2026 - 01 - 31), date!(2026 - 04 - 01), Group::Month);
        assert_eq!(months, ["2026-01", "2026-02", "2026-03", "2026-04"]);
    }

    #[test]
    fn the_end_of_time_is_no_endless_loop() {
        for group in [Group::Day, Group::Week, Group::Month] {
            assert_eq!(labels(Date::MAX, Date::MAX, group).len(), 1);
        }
    }
}
