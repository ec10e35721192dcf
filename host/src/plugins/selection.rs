//! Which tools are listed, as the person started the relay.

use tickiti_relay_routes::{Class, Table};

use super::catalogue::{Catalogue, Entry};
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

/// A part of a selection that does nothing: likely a slip of the pen, and what was meant to be hidden is listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Idle {
    /// No plugin has the name.
    #[error("`--families` names `{0}`, and there is no such plugin")]
    Family(String),
    /// No tool is like the pattern.
    #[error("`{option}` names `{pattern}`, and no tool is called so{}", near_words(near.as_deref()))]
    Pattern {
        /// `--tools` or `--hide`.
        option: &'static str,
        /// As the person wrote it.
        pattern: String,
        /// The tool that was likely meant.
        near: Option<String>,
    },
    /// Each part does something, and together they leave nothing.
    #[error("no tool is listed: `--families`, `--tools`, `--hide` and `--read-only` leave none together")]
    Nothing,
}

fn near_words(near: Option<&str>) -> String {
    near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

impl Selection {
    /// What of it does nothing, with all tools that there are.
    pub fn idle(&self, all: &Catalogue, policy: Policy, routes: &Table) -> Vec<Idle> {
        let families = self.families.iter().filter(|family| !all.knows(family)).cloned().map(Idle::Family);
        let patterns = self.tools.iter().map(|pattern| ("--tools", pattern));
        let patterns = patterns.chain(self.hide.iter().map(|pattern| ("--hide", pattern)));
        let without = patterns.filter(|(_, pattern)| !all.iter().any(|entry| matches(&entry.public, pattern))).map(
            |(option, pattern)| Idle::Pattern {
                option,
                pattern: pattern.clone(),
                near: all.nearest(pattern).into_iter().next().filter(|_| !pattern.contains('*')),
            },
        );
        let mut idle: Vec<Idle> = families.chain(without).collect();
        if idle.is_empty() && all.iter().len() > 0 && !all.iter().any(|entry| self.lists(entry, policy, routes)) {
            idle.push(Idle::Nothing);
        }
        idle
    }

    /// Whether a tool is listed.
    pub fn lists(&self, entry: &Entry, policy: Policy, routes: &Table) -> bool {
        let family = self.families.is_empty() || self.families.contains(&entry.plugin);
        let wanted = self.tools.is_empty() || self.tools.iter().any(|pattern| matches(&entry.public, pattern));
        let hidden = self.hide.iter().any(|pattern| matches(&entry.public, pattern));
        family && wanted && !hidden && (!policy.read_only || can_read(entry, routes))
    }
}

fn matches(name: &str, pattern: &str) -> bool {
    like(name, pattern, |_| true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::{Lock, builtin};
    use crate::sandbox::Sandbox;

    /// The built-in tools. Nothing is loaded.
    fn all() -> Catalogue {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let families = runtime.block_on(builtin(&Sandbox::new(None)));
        let installed = families.iter().filter_map(|plugin| plugin.installed(Ok(&Lock::default())));
        Catalogue::new(installed, Table::builtin()).0
    }

    fn selection(families: &[&str], tools: &[&str], hide: &[&str]) -> Selection {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Selection { families: own(families), tools: own(tools), hide: own(hide) }
    }

    #[test]
    fn what_of_a_selection_does_nothing_is_told() {
        let all = all();
        let read_only = Policy { read_only: true, confirm: None };
        let idle = |selection: &Selection, policy| -> String {
            let told = selection.idle(&all, policy, Table::builtin());
            told.iter().map(|idle| format!("{idle}\n")).collect()
        };
        let said = [
            idle(&selection(&["tickets", "raeds"], &["nix*"], &["tickiti_cal", "exprt_*"]), Policy::default()),
            idle(&selection(&["reads"], &["create_ticket"], &[]), Policy::default()),
            idle(&selection(&[], &["create_ticket"], &[]), read_only),
        ];
        insta::assert_snapshot!(said.concat());
        for sound in [
            Selection::default(),
            selection(&["tickets", "reads"], &["get_*"], &["export_*"]),
            selection(&["tickets"], &[], &["get_*", "tickiti_call"]),
        ] {
            assert_eq!(idle(&sound, read_only), "", "{sound:?}");
        }
    }
}
