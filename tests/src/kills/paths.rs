//! Values that would like to be more of an address than one segment, through the real program to the wire.

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::row::Row;
use super::{Dice, TOKEN};
use crate::relay;
use crate::stub::Stub;
use crate::trouble::Trouble;

const PIECES: [&str; 36] = [
    ".", "..", "/", "//", "\\", "%", "%2e", "%2E%2E", "%2f", "%5c", "%00", "%0d%0a", "%252e", "?", "#", "@", ":", ";",
    "&", "=", "+", " ", "\t", "\n", "\r\n", "\0", "\u{202e}", "\u{ff0e}", "\u{2215}", "\u{feff}", "ü", "7", "a",
    "update", "http:", "[::1]",
];

/// Sends so many seeded values as the user of `administration.users.update`. Whatever reaches the wire is that route, with
/// the value as its one segment.
///
/// # Errors
/// When the relay does not start or answer.
pub fn paths(values: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let helpdesk = Stub::json(r#"{"ok":true}"#);
    let mut relay = relay::relay().base(&helpdesk.base()).secret(TOKEN).start()?;
    let mut dice = Dice::new(seed);
    let (mut strays, mut sent) = (Vec::new(), 0);
    for _ in 0..values {
        let pieces = 1 + dice.below(6);
        let value: String = (0..pieces).filter_map(|_| dice.one_of(&PIECES).copied()).collect();
        let payload = json!({"user": value, "is_staff": true});
        let arguments = json!({"family": "administration", "action": "users.update", "payload": payload});
        let answer = relay.call("tickiti_call", arguments)?;
        let new = helpdesk.asked_since(sent);
        sent += new.len();
        let kept = match new.as_slice() {
            [] => answer.is_error(),
            [one] => one.method == "POST" && segment(&one.path).as_deref() == Some(value.as_str()),
            _ => false,
        };
        if !kept {
            let seen: Vec<_> = new.iter().map(|asked| asked.path.as_str()).collect();
            strays.push(format!("{value:?} became {seen:?}, told: {}", answer.text()));
        }
    }
    let row = Row::none_of("values that left their route", strays.len(), values, strays.first().map(String::as_str));
    let shown = Row {
        name: "values that reached the wire".to_owned(),
        demand: "some, or nothing was shown".to_owned(),
        found: format!("{sent} of {values}"),
        ok: sent > 0,
    };
    Ok(vec![row.note(format!("seed {seed}")), shown])
}

/// The value that a path of the route holds, decoded once, as a server does.
fn segment(path: &str) -> Option<String> {
    let raw = path.strip_prefix("/api/v1/administration/users/")?.strip_suffix("/update")?;
    let decoded = percent_decode_str(raw).decode_utf8().ok()?.into_owned();
    let plain = !raw.contains(['/', '?', '#', '\\']) && !decoded.contains(['/', '\\']);
    (plain && decoded != "." && decoded != "..").then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn only_one_segment_is_a_value() {
        assert_eq!(segment("/api/v1/administration/users/a%20b/update").as_deref(), Some("a b"));
        for path in ["a/b", "a%2Fb", "..", "%2e%2e", "a?x=", "a%5Cb"] {
            assert_eq!(segment(&format!("/api/v1/administration/users/{path}/update")), None, "{path}");
        }
        assert_eq!(segment("/api/v1/tickets/delete"), None);
    }
}
