//! Which tools are listed, as the person started the relay.

use tickiti_relay_routes::{Class, Table};

use super::catalogue::Entry;
use crate::admit::Policy;
use crate::contract::Effect;
use crate::pattern::like;

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
        let wanted = self.tools.is_empty() || self.tools.iter().any(|pattern| like(&entry.public, pattern, |_| true));
        let hidden = self.hide.iter().any(|pattern| like(&entry.public, pattern, |_| true));
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
