//! Fills the placeholders of a route's path. A value can be one segment and nothing else.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tickiti_relay_routes::{Route, Table};

use super::Refusal;
use super::body::Members;

/// What `encodeURIComponent` encodes, so that ids reach the server as the original sent them.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

const BASE: &str = "/api/v1";

/// The path of a request, from `/api/v1/` on. A path that is another route's too, as `widgets/purge` is one of
/// `widgets/{id}`, is refused: the server would take it for that one.
pub(super) fn fill(route: &Route, members: &Members<'_>, routes: &Table) -> Result<String, Refusal> {
    let mut path = String::with_capacity(BASE.len() + 1 + route.uri.len());
    path.push_str(BASE);
    for segment in route.uri.split('/') {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => path.push_str(segment),
            Some(name) => path.extend(utf8_percent_encode(&value(route, name, members)?, SEGMENT)),
        }
    }
    let asked = path.get(BASE.len() + 1..).unwrap_or_default();
    let takes = (!route.params.is_empty()).then(|| routes.by_path(route.method, asked)).flatten();
    match takes {
        Some(found) if found.route.name != route.name => {
            Err(Refusal::OtherRoute { route: route.name.clone(), other: found.route.name.clone() })
        }
        _ => Ok(path),
    }
}

/// The value of one placeholder. Slashes are refused even encoded: the server decodes a path before it matches routes.
fn value(route: &Route, name: &str, members: &Members<'_>) -> Result<String, Refusal> {
    let missing = || Refusal::MissingPlaceholder { route: route.name.clone(), name: name.to_owned() };
    let bad = || Refusal::BadPlaceholder { route: route.name.clone(), name: name.to_owned() };
    let raw = members.iter().rev().find(|(member, _)| member == name).map(|(_, raw)| raw.get()).ok_or_else(missing)?;
    let text = match serde_json::from_str(raw).map_err(|_| bad())? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => return Err(missing()),
        Value::Array(_) | Value::Object(_) => return Err(bad()),
    };
    if text.is_empty() {
        return Err(missing());
    }
    let dots_alone = text.chars().all(|character| character == '.');
    if dots_alone || text.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err(bad());
    }
    Ok(text)
}
