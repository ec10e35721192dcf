//! Likely names for one that does not exist.

use crate::table::Table;

/// How many names are offered.
const OFFERED: usize = 3;
/// Below this likeness (0 to 1) a name is not offered: unrelated names of the table reach about 0.6.
const LEAST: f64 = 0.7;

/// Up to three routes for a name. Where its family exists, only that family's actions are compared, so that the length of
/// the family's name does not make all its routes look alike.
pub(crate) fn routes<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    let wanted = plain(name);
    let whole = |wanted: &str| closest(wanted, table.iter().map(|route| route.name.as_str()));
    let Some((family, action)) = wanted.split_once('.') else {
        // A family alone, or an action alone: `respond`.
        let by_action = best(table.iter().map(|route| (likeness(&wanted, &route.action), route.name.as_str())));
        return if by_action.is_empty() { whole(&wanted) } else { by_action };
    };
    let within = best(
        table
            .iter()
            .filter(|route| route.family == family)
            .map(|route| (likeness(action, &route.action), route.name.as_str())),
    );
    if within.is_empty() { whole(&wanted) } else { within }
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
    text.to_lowercase().replace('/', ".").replace(['-', ' '], "_")
}

/// From 0 to 1: letters in common, or a whole part of the name in common (`queues` and `queues.index`, `upload` and
/// `attachment_upload`).
fn likeness(wanted: &str, candidate: &str) -> f64 {
    let letters =
        strsim::jaro_winkler(wanted, candidate).min(strsim::normalized_damerau_levenshtein(wanted, candidate) + 0.3);
    let parts = |text: &str| -> Vec<String> { text.split(['.', '_']).map(str::to_owned).collect() };
    let (wanted, offered) = (parts(wanted), parts(candidate));
    let common = wanted.iter().filter(|part| offered.contains(part)).count();
    let size = wanted.len().max(offered.len());
    let shared = if common == 0 { 0.0 } else { 0.7 + 0.25 * common as f64 / size as f64 };
    letters.max(shared)
}
