//! What holds for every row of a table, whoever wrote it.

use std::collections::HashMap;

use crate::error::TableError;
use crate::path;
use crate::route::{Class, Encoding, Key, Method, Repeat, Route};

/// Checks each route by itself, then that no two are alike.
pub(crate) fn all(routes: &[Route]) -> Result<(), TableError> {
    let mut names = HashMap::new();
    let mut paths = HashMap::new();
    for route in routes {
        if let Some(reason) = fault(route) {
            return Err(TableError::route(&route.name, reason));
        }
        if names.insert(route.name.as_str(), ()).is_some() {
            return Err(TableError::Twice { name: route.name.clone() });
        }
        if let Some(first) = paths.insert((route.method.word(), path::pattern(&route.uri)), route) {
            let (first, second) = (first.name.clone(), route.name.clone());
            return Err(TableError::Same { first, second, uri: route.uri.clone() });
        }
    }
    Ok(())
}

/// Family and action of a name: `faqs` alone has the action `(root)`.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, "(root)"))
}

fn fault(route: &Route) -> Option<String> {
    let parts_are_whole = route.name.split('.').all(|part| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
    });
    if !parts_are_whole {
        return Some("its name is not made of letters, digits, '_' and '-' with dots between".into());
    }
    if split_name(&route.name) != (route.family.as_str(), route.action.as_str()) {
        return Some("family and action are not what its name says".into());
    }
    if let Some(reason) = path::fault(&route.uri) {
        return Some(format!("its path `{}` {reason}", route.uri));
    }
    let placeholders = path::placeholders(&route.uri);
    if placeholders != route.params {
        return Some(format!("its params are not the placeholders of its path `{}`", route.uri));
    }
    if placeholders.iter().enumerate().any(|(at, name)| placeholders.iter().skip(at + 1).any(|other| other == name)) {
        return Some(format!("its path `{}` has the same placeholder twice", route.uri));
    }
    rule(route).map(str::to_owned)
}

/// The rules between the columns of a row, as the README tells them.
fn rule(route: &Route) -> Option<&'static str> {
    let keyed = route.repeat == Repeat::Keyed;
    if route.class == Class::Read && (route.repeat != Repeat::Harmless || route.mails || route.key != Key::None) {
        return Some("it is a read, so it must be harmless to repeat, send no mail and take no key");
    }
    if keyed != (route.key == Key::Demanded) {
        return Some(
            "`repeat: keyed` and `key: demanded` go together: only a key that the server demands makes repeating safe",
        );
    }
    if keyed && (route.target.is_none() || route.shows.is_none()) {
        return Some("it is keyed, so it needs a `target` and a `shows`");
    }
    if !keyed && route.target.is_some() {
        return Some("it has a `target`, which only a keyed route has");
    }
    if (route.method == Method::Get) != (route.encoding == Encoding::Query) {
        return Some("a GET has the encoding `query`, and nothing else has");
    }
    if route.file_part.is_some() && route.encoding != Encoding::Multipart {
        return Some("it has a `file_part`, which only a multipart route has");
    }
    None
}
