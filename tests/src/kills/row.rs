//! A figure, what was demanded of it, and whether it holds.

use std::fmt;

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What was counted or measured.
    pub name: String,
    /// What it has to be.
    pub demand: String,
    /// What it was, with the number of runs and the seed, and the first that missed.
    pub found: String,
    /// Whether it is as demanded.
    pub ok: bool,
}

impl Row {
    /// A count of what must not happen, in so many runs. `first` tells of the first time that it did.
    #[must_use]
    pub fn none_of(name: impl Into<String>, count: usize, of: usize, first: Option<&str>) -> Self {
        let first = first.map(|first| format!("; first: {first}")).unwrap_or_default();
        let found = format!("{count} of {of}{first}");
        Self { name: name.into(), demand: format!("0 of {of}"), found, ok: count == 0 && of > 0 }
    }

    /// A bound that must not be passed.
    #[must_use]
    pub fn at_most<T: PartialOrd + fmt::Display>(name: impl Into<String>, found: T, most: T, unit: &str) -> Self {
        let ok = found <= most;
        Self { name: name.into(), demand: format!("at most {most} {unit}"), found: format!("{found} {unit}"), ok }
    }

    /// Where and how the runs were made, for who wants to see them again.
    #[must_use]
    pub fn note(mut self, note: impl fmt::Display) -> Self {
        self.found.push_str(&format!(" ({note})"));
        self
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.ok { "ok    " } else { "MISSED" };
        write!(out, "{mark} {}: {}, demanded {}", self.name, self.found, self.demand)
    }
}

/// The rows that miss their demand, a line each; also when there are no rows at all.
///
/// # Errors
/// With those lines.
pub fn missed(rows: &[Row]) -> Result<(), String> {
    let missed: Vec<String> = rows.iter().filter(|row| !row.ok).map(ToString::to_string).collect();
    match (rows.is_empty(), missed.is_empty()) {
        (true, _) => Err("nothing was looked at".to_owned()),
        (false, true) => Ok(()),
        (false, false) => Err(missed.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_or_it_is_missed() {
        let good = [Row::none_of("duplicates", 0, 60, None), Row::at_most("memory", 3, 3, "MiB").note("seed 7")];
        assert_eq!(missed(&good), Ok(()));
        let bad = [Row::none_of("duplicates", 1, 60, Some("call 4")), Row::at_most("memory", 4, 3, "MiB")];
        let told = missed(&bad).unwrap_err();
        assert_eq!(told.lines().count(), 2);
        assert!(told.contains("1 of 60; first: call 4"), "{told}");
    }

    #[test]
    fn nothing_looked_at_is_nothing_shown() {
        assert!(missed(&[]).is_err());
        assert!(!Row::none_of("duplicates", 0, 0, None).ok);
    }
}
