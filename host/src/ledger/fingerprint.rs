//! What makes two writes the same, and what a write writes to: digests, because bodies are not written down.

use std::borrow::Cow;

use crate::admit::{Admitted, Body, Piece};
use crate::digest::{Digest, Hasher};
use crate::json;
use serde_json::Value;

/// What makes two writes the same: install and token, route, path, and every byte of the body.
pub(super) fn of(identity: &Digest, request: &Admitted) -> Digest {
    let mut hash = Hasher::default();
    hash.add(identity.bytes());
    request.each_part(|part| hash.add(part));
    hash.finish()
}

/// What a keyed write writes to: a ticket, an originator, a recipient. Two writes to one target differ in nothing here.
pub(super) fn target(identity: &Digest, request: &Admitted) -> Option<Digest> {
    let target = request.route().target.as_ref()?;
    let Body::Json(pieces) = request.body() else { return None };
    let text: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(bytes) => String::from_utf8_lossy(bytes),
            Piece::DataUri(_) => Cow::Borrowed(""),
        })
        .collect();
    target.members.iter().find_map(|member| {
        let [raw] = json::members(&text, [member.as_str()]);
        let value = match serde_json::from_str(raw?).ok()? {
            Value::Null => return None,
            Value::String(text) => text,
            other => other.to_string(),
        };
        let plain = value.trim().to_lowercase();
        let parts = [identity.bytes(), target.kind.as_bytes(), member.as_bytes(), plain.as_bytes()];
        (!plain.is_empty()).then(|| Digest::of(parts))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use tickiti_relay_routes::Table;

    use super::*;
    use crate::marks::Marked;

    fn request(route: &str, pieces: Vec<Piece>) -> Admitted {
        let route = Table::builtin().get(route).unwrap();
        Admitted::for_test(Arc::clone(route), &format!("/api/v1/{}", route.uri), Body::Json(pieces), &[], None)
    }

    fn text(route: &str, body: &str) -> Admitted {
        request(route, vec![Piece::Text(Bytes::copy_from_slice(body.as_bytes()))])
    }

    fn me() -> Digest {
        Digest::of([b"https://help.example".as_slice(), b"token"])
    }

    #[test]
    fn one_byte_one_route_or_one_token_makes_another_write() {
        let plain = of(&me(), &text("tickets.respond", r#"{"a":1}"#));
        assert_eq!(plain, of(&me(), &text("tickets.respond", r#"{"a":1}"#)));
        let others = [
            of(&me(), &text("tickets.respond", r#"{"a":2}"#)),
            of(&me(), &text("tickets.close", r#"{"a":1}"#)),
            of(&Digest::of([b"other".as_slice()]), &text("tickets.respond", r#"{"a":1}"#)),
        ];
        for other in others {
            assert_ne!(plain, other);
        }
    }

    #[test]
    fn a_file_that_changed_makes_another_write() {
        let with = |bytes: &'static [u8]| {
            let marked = Marked { name: "a".into(), media_type: "image/png".into(), bytes: Bytes::from_static(bytes) };
            request("tickets.respond", vec![Piece::Text("{".into()), Piece::DataUri(Arc::new(marked))])
        };
        assert_eq!(of(&me(), &with(b"1")), of(&me(), &with(b"1")));
        assert_ne!(of(&me(), &with(b"1")), of(&me(), &with(b"2")));
    }

    #[test]
    fn writes_to_one_ticket_share_a_target_over_routes() {
        let of = |route: &str, body: &str| target(&me(), &text(route, body));
        let respond = of("tickets.respond", r#"{"ticket_number":"709383","content":"x"}"#);
        assert!(respond.is_some());
        assert_eq!(respond, of("tickets.close", r#"{"ticket_number": 709383}"#));
        assert_ne!(respond, of("tickets.close", r#"{"ticket_number":"709384"}"#));
        assert_ne!(respond, of("tickets.close", r#"{"ticket_id":"709383"}"#));
        let create = of("tickets.create", r#"{"originator_email_address":"Ann@Example.com "}"#);
        assert_eq!(create, of("tickets.create", r#"{"originator_email_address":"ann@example.com"}"#));
        for none in [r#"{}"#, r#"{"ticket_number":null}"#, r#"{"ticket_number":""}"#] {
            assert_eq!(of("tickets.respond", none), None, "{none}");
        }
    }
}
