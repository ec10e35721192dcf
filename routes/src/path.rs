//! Paths with placeholders: what they may look like, and which route a path belongs to.

use std::sync::Arc;

use crate::route::{Method, Route};

/// A route that a path belongs to, with what stands in its placeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// The route.
    pub route: &'a Arc<Route>,
    /// Placeholder and the segment in its place, in the order of the path. Segments come as they were sent: still
    /// percent-encoded.
    pub values: Vec<(String, String)>,
}

/// The name in `{name}`, when the segment is a placeholder.
pub(crate) fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Names of the placeholders of a path, in order.
pub(crate) fn placeholders(uri: &str) -> Vec<String> {
    uri.split('/').filter_map(placeholder).map(str::to_owned).collect()
}

/// What is wrong with a path of the table, as the end of a sentence that begins with the path.
pub(crate) fn fault(uri: &str) -> Option<&'static str> {
    if uri.is_empty() {
        return Some("is empty");
    }
    for segment in uri.split('/') {
        let name = placeholder(segment);
        let text = name.unwrap_or(segment);
        if text.is_empty() {
            return Some("has an empty segment or placeholder");
        }
        if text.contains(['{', '}']) {
            return Some("has a placeholder that is only a part of a segment; the relay fills whole segments");
        }
        if text.chars().all(|letter| letter == '.') {
            return Some("has a segment of dots, which could leave the route");
        }
        if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')) {
            return Some("has other characters than letters, digits, '-', '_' and '.'");
        }
    }
    None
}

/// The best route for a path: a fixed segment wins over a placeholder, the leftmost difference decides.
pub(crate) fn best<'a>(routes: impl Iterator<Item = &'a Arc<Route>>, path: &str) -> Option<Found<'a>> {
    let route = routes.filter(|route| fits(&route.uri, path)).min_by_key(|route| shape(&route.uri))?;
    let values = route
        .uri
        .split('/')
        .zip(segments(path))
        .filter_map(|(segment, value)| placeholder(segment).map(|name| (name.to_owned(), value.to_owned())))
        .collect();
    Some(Found { route, values })
}

/// The methods of all routes that a path belongs to, each once.
pub(crate) fn methods<'a>(routes: impl Iterator<Item = &'a Arc<Route>>, path: &str) -> Vec<Method> {
    let mut methods = Vec::new();
    for route in routes.filter(|route| fits(&route.uri, path)) {
        if !methods.contains(&route.method) {
            methods.push(route.method);
        }
    }
    methods
}

/// Which segments are placeholders: equal for two paths that no request could tell apart, if their fixed parts are equal.
pub(crate) fn pattern(uri: &str) -> String {
    uri.split('/')
        .map(|segment| if placeholder(segment).is_some() { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

fn shape(uri: &str) -> Vec<bool> {
    uri.split('/').map(|segment| placeholder(segment).is_some()).collect()
}

/// Segments of a path that was asked for. Like Laravel, slashes at its ends are not looked at.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

fn fits(uri: &str, path: &str) -> bool {
    let mut asked = segments(path);
    uri.split('/').all(|segment| match asked.next() {
        Some(value) if placeholder(segment).is_some() => !value.is_empty(),
        Some(value) => value == segment,
        None => false,
    }) && asked.next().is_none()
}
