//! Likely names for one that does not exist.

use crate::route::Route;
use crate::table::Table;

/// How many names are offered.
const OFFERED: usize = 3;
/// Below this likeness (0 to 1) a name is not offered: unrelated names of the table reach about 0.6.
const LEAST: f64 = 0.7;
/// With fewer letters, too many names begin with what was given.
const SHORTEST: usize = 3;
/// How much of a name is looked at: the longest of the table has 40 characters, and comparing costs the product of the lengths.
const LONGEST: usize = 80;
/// Parts of so many names that one in common says nothing.
const VERBS: [&str; 6] = ["create", "delete", "index", "list", "show", "update"];

/// Up to three routes for a name. Where its family exists, only actions are compared, those of the family first, so that the
/// length of the family's name does not make all its routes look alike.
pub(crate) fn routes<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    let wanted = plain(name);
    let scored = |score: &dyn Fn(&Route) -> f64| best(table.iter().map(|route| (score(route), route.name.as_str())));
    let Some((family, action)) = wanted.split_once('.') else {
        return scored(&|route| likeness(&wanted, &route.name).max(likeness(&wanted, &route.action)));
    };
    if table.family(family).next().is_none() {
        return scored(&|route| likeness(&wanted, &route.name));
    }
    let within = best(table.family(family).map(|route| (likeness(action, &route.action), route.name.as_str())));
    if within.is_empty() { scored(&|route| likeness(action, &route.action)) } else { within }
}

/// Up to three of the candidates, the likeliest first.
pub(crate) fn closest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = plain(wanted);
    best(candidates.map(|candidate| (likeness(&wanted, candidate), candidate)))
}

fn best<'a>(scored: impl Iterator<Item = (f64, &'a str)>) -> Vec<&'a str> {
    let mut scored: Vec<_> = scored.filter(|(score, _)| *score >= LEAST).collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    scored.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// Paths and other spellings in the form of names: `Tickets/Originator-Update` becomes `tickets.originator_update`.
fn plain(text: &str) -> String {
    let text = text.trim().trim_start_matches("/api/v1/").trim_start_matches("api.v1.").trim_matches('/');
    text.chars().take(LONGEST).collect::<String>().to_lowercase().replace('/', ".").replace(['-', ' '], "_")
}

/// From 0 to 1: letters in common, the beginning of the name (`admin` and `administration`), or a whole part of it in common
/// (`queues` and `queues.index`, `upload` and `attachment_upload`).
fn likeness(wanted: &str, candidate: &str) -> f64 {
    let letters =
        strsim::jaro_winkler(wanted, candidate).min(strsim::normalized_damerau_levenshtein(wanted, candidate) + 0.3);
    let begins = if wanted.len() >= SHORTEST && candidate.starts_with(wanted) { 0.8 } else { 0.0 };
    let (wanted, offered) = (parts(wanted), parts(candidate));
    let common: Vec<&&str> = wanted.iter().filter(|part| offered.contains(part)).collect();
    let size = wanted.len().max(offered.len());
    let telling = common.iter().any(|part| !VERBS.contains(part));
    let shared = if telling { 0.7 + 0.25 * common.len() as f64 / size as f64 } else { 0.0 };
    letters.max(begins).max(shared)
}

fn parts(text: &str) -> Vec<&str> {
    text.split(['.', '_']).filter(|part| !part.is_empty()).collect()
}
