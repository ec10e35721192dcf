//! Names that are likely meant by a name that does not exist.

/// Below this likeness a suggestion would rather mislead. Found by trying slips of the pen on the tools' own names.
const LIKELY: f64 = 0.75;
/// More than this many are a list, not a hint.
const SUGGESTIONS: usize = 3;

/// The known names that look like `name`, the likeliest first.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = known.map(|known| (strsim::jaro_winkler(name, known), known)).collect();
    scored.retain(|(likeness, _)| *likeness > LIKELY);
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}
