//! Which tools are listed, as the person started the relay.

use tickiti_relay_routes::{Class, Table};

use super::catalogue::Entry;
use crate::admit::Policy;
use crate::contract::Effect;

/// Which tools are listed. Everything by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only tools of these plugins, when there are any.
    pub families: Vec<String>,
    /// Only tools whose name is like one of these patterns, when there are any; `*` stands for any characters.
    pub tools: Vec<String>,
    /// No tool whose name is like one of these patterns.
    pub hide: Vec<String>,
}

impl Selection {
    /// Whether a tool is listed.
    pub fn lists(&self, entry: &Entry, policy: Policy, routes: &Table) -> bool {
        let family = self.families.is_empty() || self.families.contains(&entry.plugin);
        let wanted = self.tools.is_empty() || self.tools.iter().any(|pattern| like(&entry.public, pattern));
        let hidden = self.hide.iter().any(|pattern| like(&entry.public, pattern));
        family && wanted && !hidden && (!policy.read_only || can_read(entry, routes))
    }
}

/// Whether a tool has anything to do in a relay that only reads.
fn can_read(entry: &Entry, routes: &Table) -> bool {
    let reads = |name: &String| match (name.as_str(), routes.get(name)) {
        ("*", _) => true,
        (_, Some(route)) => route.class == Class::Read,
        // What the relay answers itself: only a tool that says so changes its record.
        (_, None) => entry.tool.effect == Effect::Read,
    };
    entry.tool.effect == Effect::Read || entry.tool.routes.iter().any(reads)
}

/// Whether a name is like a pattern.
fn like(name: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (name, pattern, expected) in [
            ("get_ticket", "get_*", true),
            ("get_ticket", "*ticket", true),
            ("get_ticket", "*", true),
            ("get_ticket", "get_ticket", true),
            ("get_tickets", "get_ticket", false),
            ("get_ticket", "g*t*t", true),
            ("get_ticket", "list_*", false),
            ("ab", "ab*b", false),
        ] {
            assert_eq!(like(name, pattern), expected, "{name} like {pattern}");
        }
    }
}
