//! Figures, what is demanded of them, and the table that shows them.

use std::fmt::Write as _;

use crate::history::{Tally, bound_95};

/// What is demanded of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demand {
    /// Nothing: it is shown.
    Shown,
    /// It must be zero.
    None,
    /// It must be all of them.
    All,
    /// It may be so much.
    AtMost(usize),
    /// What [`Row::told`] says, and whether it is met.
    Told(bool),
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was counted, the same in every run.
    pub figure: String,
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// What is demanded.
    pub demand: Demand,
    /// More to say when the demand is missed.
    pub why: String,
    /// What was found and what is demanded, of a figure that is no count.
    words: Option<(String, String)>,
}

impl Row {
    /// A figure.
    #[must_use]
    pub fn new(figure: impl Into<String>, count: usize, of: usize, demand: Demand) -> Self {
        Self { figure: figure.into(), count, of, demand, why: String::new(), words: None }
    }

    /// A figure that is told in words: one with a unit, or of another module.
    #[must_use]
    pub fn told(figure: impl Into<String>, found: &str, demanded: &str, met: bool) -> Self {
        Self { words: Some((found.to_owned(), demanded.to_owned())), ..Self::new(figure, 0, 1, Demand::Told(met)) }
    }

    /// With what there is to say when the demand is missed.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    /// Whether the demand is met. Nothing counted meets no demand: it would show nothing.
    #[must_use]
    pub fn met(&self) -> bool {
        match self.demand {
            Demand::Shown => true,
            _ if self.of == 0 => false,
            Demand::None => self.count == 0,
            Demand::All => self.count == self.of,
            Demand::AtMost(most) => self.count <= most,
            Demand::Told(met) => met,
        }
    }

    fn shown(&self) -> String {
        self.words.as_ref().map_or_else(|| format!("{} of {}", self.count, self.of), |(found, _)| found.clone())
    }

    fn demanded(&self) -> String {
        if let Some((_, demanded)) = &self.words {
            return demanded.clone();
        }
        match self.demand {
            Demand::Shown | Demand::Told(_) => String::new(),
            Demand::None if self.count == 0 => format!("0 (95 %: < {:.2} %)", bound_95(self.of) * 100.0),
            Demand::None => "0".to_owned(),
            Demand::All => "all".to_owned(),
            Demand::AtMost(most) => format!("<= {most}"),
        }
    }
}

/// The rows of a tally; `demanded` says whether lies are a miss or only shown.
#[must_use]
pub fn of_tally(name: &str, tally: &Tally, demanded: bool) -> Vec<Row> {
    let none = if demanded { Demand::None } else { Demand::Shown };
    let unknown = tally.unknown_done + tally.unknown_not_done;
    let row = |figure: &str, count, demand| {
        Row::new(format!("{name}: {figure}"), count, tally.calls, demand).because(tally.to_string())
    };
    vec![
        row("duplicates", tally.duplicates, none),
        row("acknowledged but missing", tally.missing, none),
        row("happened, told otherwise", tally.denied, none),
        Row::new(format!("{name}: errors without outcome"), tally.silent, tally.invocations, none),
        row("done and told so", tally.done, Demand::Shown),
        row("left unknown", unknown, Demand::Shown),
        Row::new(format!("{name}: left unknown, had happened"), tally.unknown_done, unknown, Demand::Shown),
    ]
}

/// Shows rows, with those of another server beside them where it has the same figure.
#[must_use]
pub fn table(ours: &[Row], other: Option<&[Row]>) -> String {
    let width = ours.iter().map(|row| row.figure.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    let head = if other.is_some() { "the other" } else { "" };
    let _ = writeln!(text, "{:<width$}  {:>16}  {head:>16}  demand", "", "relay");
    for row in ours {
        let beside = other.map(|rows| rows.iter().find(|other| other.figure == row.figure));
        let beside = match beside {
            None => String::new(),
            Some(None) => "-".to_owned(),
            Some(Some(other)) => other.shown(),
        };
        let missed = if row.met() { "" } else { "  MISSED" };
        let _ = writeln!(text, "{:<width$}  {:>16}  {beside:>16}  {}{missed}", row.figure, row.shown(), row.demanded());
    }
    for row in ours.iter().filter(|row| !row.met() && !row.why.is_empty()) {
        let _ = write!(text, "\n{}\n  {}\n", row.figure, row.why);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_is_met_or_missed() {
        let met = |count, of, demand| Row::new("x", count, of, demand).met();
        assert!(met(0, 10, Demand::None) && !met(1, 10, Demand::None));
        assert!(met(10, 10, Demand::All) && !met(9, 10, Demand::All));
        assert!(met(12, 10, Demand::AtMost(12)) && !met(13, 10, Demand::AtMost(12)));
        assert!(Row::told("x", "3 MiB", "at most 3 MiB", true).met() && !Row::told("x", "4 MiB", "", false).met());
        assert!(met(5, 0, Demand::Shown) && !met(0, 0, Demand::None) && !met(0, 0, Demand::All));
    }

    #[test]
    fn the_table_shows_both_columns_and_what_was_missed() {
        let ours = [Row::new("a", 0, 10_000, Demand::None), Row::new("b", 1, 2, Demand::All).because("one is gone")];
        let text = table(&ours, Some(&[Row::new("a", 7, 10_000, Demand::None)]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].contains("0 of 10000")
                && lines[1].contains("7 of 10000")
                && lines[1].ends_with("(95 %: < 0.03 %)")
        );
        assert!(lines[2].ends_with("-  all  MISSED") && text.ends_with("\nb\n  one is gone\n"), "{text}");
    }
}
