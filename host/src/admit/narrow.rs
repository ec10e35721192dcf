//! Rights that narrow others: what they keep back, and what would be let through without them. Pure.

use tickiti_relay_routes::Table;

use super::grant::covers;
use super::right::Right;

/// Rights that confine what broader ones would allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    /// What is confined, as the right that would open it whole: `tickets.respond`, `folder:/srv/in`.
    pub whole: Right,
    /// The rights that confine it.
    pub narrow: Vec<Right>,
    /// The rights that would cover it whole without them.
    pub broader: Vec<Right>,
}

/// Where these rights confine each other.
pub fn narrowings(rights: &[Right], routes: &Table) -> Vec<Narrowing> {
    let mut found: Vec<Narrowing> = Vec::new();
    for right in rights {
        let Some(whole) = opened(right) else { continue };
        if rights.contains(&whole) || found.iter().any(|narrowing| narrowing.whole == whole) {
            continue;
        }
        let broader = broader(rights, &whole, routes);
        if !broader.is_empty() {
            let narrow = rights.iter().filter(|right| opened(right).as_ref() == Some(&whole)).cloned().collect();
            found.push(Narrowing { whole, narrow, broader });
        }
    }
    found
}

/// What would be open whole to a plugin that had these rights, was confined, and would then have those.
pub fn widened(before: &[Right], after: &[Right], routes: &Table) -> Vec<Narrowing> {
    let mut found = narrowings(before, routes);
    found.retain_mut(|narrowing| {
        narrowing.broader = match narrowing.narrow.iter().any(|right| after.contains(right)) {
            true => Vec::new(),
            false => broader(after, &narrowing.whole, routes),
        };
        !narrowing.broader.is_empty()
    });
    found
}

/// Of a right that confines: the one that would not.
fn opened(right: &Right) -> Option<Right> {
    match right {
        Right::Route { route, fixed } if !fixed.is_empty() => {
            Some(Right::Route { route: route.clone(), fixed: Vec::new() })
        }
        Right::Folder { path, writable: false } => Some(Right::Folder { path: path.clone(), writable: true }),
        _ => None,
    }
}

/// The rights that cover this one without naming it.
fn broader(rights: &[Right], whole: &Right, routes: &Table) -> Vec<Right> {
    match whole {
        Right::Route { route: name, .. } => {
            let covers_it = |right: &&Right| match (right, routes.get(name)) {
                (Right::Route { .. }, _) => false,
                (right, Some(route)) => covers(right, route),
                // The relay's own endpoints are in no ability. Which others a newer table has, nobody knows here.
                (Right::Ability(_), None) => !name.starts_with("relay."),
                (right, None) => **right == Right::AllRoutes,
            };
            rights.iter().filter(covers_it).cloned().collect()
        }
        // Of folders in each other the innermost counts, and none where all are granted.
        Right::Folder { path, .. } if !rights.contains(&Right::AllFolders) => {
            let around = rights.iter().filter_map(|right| match right {
                Right::Folder { path: other, writable } if other != path && path.starts_with(other) => {
                    Some((other.components().count(), *writable, right))
                }
                _ => None,
            });
            let innermost = around.max_by_key(|(depth, writable, _)| (*depth, *writable));
            innermost.filter(|(_, writable, _)| *writable).map(|(_, _, right)| right.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(texts: &[&str]) -> Vec<Right> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn told(narrowings: &[Narrowing]) -> Vec<String> {
        let list = |rights: &[Right]| rights.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let line = |Narrowing { whole, narrow, broader }: &Narrowing| {
            format!("{whole}: {} within {}", list(narrow), list(broader))
        };
        narrowings.iter().map(line).collect()
    }

    #[test]
    fn a_right_narrows_where_a_broader_one_covers_the_same() {
        let table = Table::builtin();
        let all = rights(&[
            "tickets:write",
            "tickets.respond{is_internal=true}",
            "tickets.respond{keep_status=true}",
            "*",
            // Covered by `*` alone: it is destructive.
            "tickets.merge{ticket_number=1}",
            // Open by name.
            "tickets.close{resolved=4}",
            "tickets.close",
            "folder:/srv",
            "folder:/srv/in:ro",
            "folder:/srv/in/deeper:ro",
            "folder:/other:ro",
        ]);
        assert_eq!(
            told(&narrowings(&all, table)),
            [
                "tickets.respond: tickets.respond{is_internal=true} tickets.respond{keep_status=true} within tickets:write *",
                "tickets.merge: tickets.merge{ticket_number=1} within *",
                "folder:/srv/in: folder:/srv/in:ro within folder:/srv",
            ]
        );
        assert_eq!(narrowings(&rights(&["tickets:read", "tickets.respond{is_internal=true}"]), table), []);
        assert_eq!(narrowings(&rights(&["folder:*", "folder:/srv", "folder:/srv/in:ro"]), table), []);
    }

    #[test]
    fn what_is_taken_never_opens_anything() {
        let table = Table::builtin();
        let all = ["tickets:write", "tickets.respond{is_internal=true}", "tickets.respond{keep_status=true}", "*"];
        let (one, other) = (all[1], all[2]);
        for (after, expected) in [
            (&[all[0], one, other, all[3]][..], None),
            (&[all[0], one], None),
            (&[all[0]], Some("tickets:write")),
            (&["*"], Some("*")),
            (&[all[0], "*"], Some("tickets:write *")),
            (&[], None),
            (&["tickets:read"], None),
        ] {
            let found = told(&widened(&rights(&all), &rights(after), table));
            let expected: Vec<String> = expected
                .map(|broader| format!("tickets.respond: {one} {other} within {broader}"))
                .into_iter()
                .collect();
            assert_eq!(found, expected, "{after:?}");
        }
        // Open by name already.
        let open = rights(&["*", "tickets.respond", "tickets.respond{is_internal=true}"]);
        assert_eq!(widened(&open, &open[..2], table), []);
        // A table of another helpdesk may have it.
        let unknown = rights(&["tickets:write", "gadgets.polish{id=1}"]);
        assert_eq!(
            told(&widened(&unknown, &unknown[..1], table)),
            ["gadgets.polish: gadgets.polish{id=1} within tickets:write"]
        );
    }

    #[test]
    fn a_folder_in_another_is_not_opened_either() {
        let table = Table::builtin();
        let all = rights(&["folder:/srv", "folder:/srv/in:ro", "folder:/srv/in/deeper:ro"]);
        assert_eq!(told(&widened(&all, &all[..1], table)), ["folder:/srv/in: folder:/srv/in:ro within folder:/srv"]);
        assert_eq!(widened(&all, &all[..2], table), [], "the one around it is to read only");
        assert_eq!(widened(&all, &all[1..], table), []);
        assert_eq!(widened(&all, &[], table), []);
    }
}
