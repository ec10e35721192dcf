//! The scenarios of [`crate::kills`] as rows of the same table. Only ours: they look into the relay's own folders.

use super::{Numbers, Row, Server};
use crate::kills::{self, suite};
use crate::trouble::Trouble;

/// Kills, failing disks, answers and redirects of no honest helpdesk, and ends in good order.
///
/// # Errors
/// When a relay or a helpdesk does not start.
pub fn run(_: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for (name, scenario) in suite::ALL {
        rows.extend(scenario(&numbers.ends, numbers.seed)?.into_iter().map(|row| as_ours(name, row)));
    }
    Ok(rows)
}

/// Of a count, the table shows the count; all of it is told when it is missed.
fn as_ours(scenario: &str, row: kills::Row) -> Row {
    let short = row.found.split([';', '(']).next().unwrap_or_default().trim();
    Row::told(row.name, short, &row.demand, row.ok).because(format!("{scenario}: {}", row.found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_kills_keeps_its_figure_and_whether_it_holds() {
        let rows = [kills::Row::none_of("duplicates", 1, 60, Some("call 4")), kills::Row::at_most("time", 2, 3, "s")];
        let rows = rows.map(|row| as_ours("kills", row));
        assert_eq!((rows[0].figure.as_str(), rows[0].met(), rows[1].met()), ("duplicates", false, true));
        let text = crate::soak::row::table(&rows, None);
        assert!(text.contains("1 of 60") && text.contains("kills: 1 of 60; first: call 4"), "{text}");
    }
}
