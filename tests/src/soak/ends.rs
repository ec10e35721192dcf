//! The scenarios of [`crate::kills`] with the numbers of a release, as rows of the same table. Only ours: they look into
//! the relay's own folders.

use std::time::Duration;

use super::{Numbers, Row, Server};
use crate::kills;
use crate::trouble::Trouble;

/// Ends by force, with keyed and unkeyed writes under way.
///
/// # Errors
/// When a relay or a helpdesk does not start.
pub fn killed(_: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let (count, seed) = (numbers.kills, numbers.seed);
    let mut rows = Vec::new();
    for (share, relays, pairs) in [(2, 1, false), (4, 2, false), (8, 1, true), (8, 2, true)] {
        rows.extend(of_kills(kills::keyed::kills(count.div_ceil(share), relays, pairs, seed)?));
    }
    rows.extend(of_kills(kills::unkeyed::kills((count * 2).div_ceil(5), seed)?));
    rows.extend(of_kills(kills::exports::kills((count * 2).div_ceil(5), seed)?));
    Ok(rows)
}

/// Ends in good order, with calls under way.
///
/// # Errors
/// As [`killed`].
pub fn shut_down(_: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let runs = (numbers.kills * 2).div_ceil(5);
    Ok(of_kills(kills::shutdown::ends(runs, numbers.seed, Duration::ZERO)?))
}

/// Disks that fail, and the order of sync and send.
///
/// # Errors
/// As [`killed`].
pub fn disks(_: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let mut rows = of_kills(kills::order::sync_before_send()?);
    rows.extend(of_kills(kills::disks::limited(30, numbers.seed)?));
    rows.extend(of_kills(kills::disks::full(8, numbers.seed)?));
    rows.extend(of_kills(kills::disks::damaged(14, numbers.seed)?));
    Ok(rows)
}

/// Redirects, proxies, and values that want to be another path.
///
/// # Errors
/// As [`killed`].
pub fn tricks(_: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let mut rows = of_kills(kills::redirects::redirects()?);
    rows.extend(of_kills(kills::redirects::proxies()?));
    rows.extend(of_kills(kills::paths::paths(numbers.kills * 200, numbers.seed)?));
    Ok(rows)
}

/// Of a count, the table shows the count; all of it is told when it is missed.
fn of_kills(rows: Vec<kills::Row>) -> Vec<Row> {
    let row = |row: kills::Row| {
        let short = row.found.split([';', '(']).next().unwrap_or_default().trim();
        Row::told(row.name, short, &row.demand, row.ok).because(row.found.clone())
    };
    rows.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_kills_keeps_its_figure_and_whether_it_holds() {
        let rows =
            vec![kills::Row::none_of("duplicates", 1, 60, Some("call 4")), kills::Row::at_most("time", 2, 3, "s")];
        let rows = of_kills(rows);
        assert_eq!((rows[0].figure.as_str(), rows[0].met(), rows[1].met()), ("duplicates", false, true));
        let text = crate::soak::row::table(&rows, None);
        assert!(text.contains("1 of 60") && text.contains("first: call 4"), "{text}");
    }
}
