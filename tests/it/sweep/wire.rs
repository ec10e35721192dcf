//! What reached the helpdesk, compared with what was asked for: path, idempotency key, body.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tickiti_relay_routes::{Encoding, Key, Method, Route, Table};
use tickiti_relay_scratch::SeenRequest;

use super::runner::plain;

/// A file that was to be uploaded.
pub(super) struct Upload {
    /// Name of its part.
    pub(super) part: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

/// Fails when the request is not the one of this route with this body; answers the name of the route that it reached.
pub(super) fn check(
    route: &Route,
    payload: &Value,
    upload: Option<&Upload>,
    request: &SeenRequest,
    at: &str,
) -> String {
    let address = reqwest::Url::parse(&format!("http://helpdesk.example{}", request.path)).unwrap();
    let path = address.path().strip_prefix("/api/v1/").unwrap_or_else(|| panic!("{at}: {}", request.path));
    let method = [Method::Post, Method::Get].into_iter().find(|method| method.word() == request.method);
    let found = method.and_then(|method| Table::builtin().by_path(method, path));
    let found = found.unwrap_or_else(|| panic!("{at}: {} {} is no route", request.method, request.path));
    assert_eq!(found.route.name, route.name, "{at}: {}", request.path);
    for (name, value) in &found.values {
        assert_eq!(*value, plain(&payload[name]), "{at}: {name} in {}", request.path);
    }
    let keyed = request.header("idempotency-key").is_some();
    assert_eq!(keyed, matches!(route.key, Key::Demanded | Key::Sent), "{at}: an idempotency key, present");
    match route.encoding {
        Encoding::Json => assert_eq!(request.json().as_ref(), Some(payload), "{at}: the body"),
        Encoding::Query => {
            assert!(request.body.is_empty(), "{at}: a query has no body");
            let query: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
            assert_eq!(query, texts(payload), "{at}: the query");
        }
        Encoding::Multipart => {
            let (mut files, mut fields) = (Vec::new(), BTreeMap::new());
            for part in parts(request, at) {
                match part.file {
                    Some(file) => files.push((part.name, file, part.bytes)),
                    None => drop(fields.insert(part.name, String::from_utf8(part.bytes).unwrap())),
                }
            }
            assert_eq!(fields, texts(payload), "{at}: the fields of the form");
            let wanted = upload.map(|file| (file.part.to_owned(), file.name.to_owned(), file.bytes.clone()));
            assert!(files.iter().eq(&wanted), "{at}: the file of the form");
        }
    }
    found.route.name.clone()
}

/// Members as a form or a query writes them.
fn texts(payload: &Value) -> BTreeMap<String, String> {
    let members = payload.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// One part of a form.
struct Part {
    name: String,
    file: Option<String>,
    bytes: Vec<u8>,
}

fn parts(request: &SeenRequest, at: &str) -> Vec<Part> {
    let kind = request.header("content-type").unwrap_or_default();
    let (_, boundary) = kind.split_once("boundary=").unwrap_or_else(|| panic!("{at}: {kind} is no form"));
    let boundary = format!("\r\n--{}", boundary.trim_matches('"'));
    // The first boundary has no line before it.
    let body = [b"\r\n", &request.body[..]].concat();
    let pieces = split(&body, boundary.as_bytes());
    let (last, pieces) = pieces.split_last().unwrap();
    assert!(last.starts_with(b"--"), "{at}: the form has no end");
    pieces.iter().skip(1).map(|piece| part(piece)).collect()
}

fn part(piece: &[u8]) -> Part {
    let pieces = split(piece, b"\r\n\r\n");
    let head = String::from_utf8(pieces[0].to_vec()).unwrap();
    let value = |name: &str| {
        let (_, rest) = head.split_once(&format!("; {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    Part { name: value("name").unwrap_or_default(), file: value("filename"), bytes: piece[head.len() + 4..].to_vec() }
}

/// The pieces between the occurrences of a separator.
fn split<'b>(bytes: &'b [u8], separator: &[u8]) -> Vec<&'b [u8]> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while let Some(place) = rest.windows(separator.len()).position(|window| window == separator) {
        pieces.push(&rest[..place]);
        rest = &rest[place + separator.len()..];
    }
    pieces.push(rest);
    pieces
}

#[test]
fn a_form_is_taken_apart_byte_for_byte() {
    let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; \
                name=\"f\"; filename=\"n.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n\r\nz\r\n\r\n--x--\r\n";
    let request = SeenRequest {
        number: 1,
        method: "POST".into(),
        path: "/".into(),
        headers: vec![("content-type".into(), "multipart/form-data; boundary=x".into())],
        body: body.into(),
        body_bytes: body.len(),
        body_sha256: String::new(),
        status: None,
        fault: None,
        replayed: false,
    };
    let parts = parts(&request, "here");
    let told: Vec<_> = parts.iter().map(|part| json!([part.name, part.file, part.bytes])).collect();
    assert_eq!(told, [json!(["a", null, b"1"]), json!(["f", "n.txt", b"\r\n\r\nz\r\n"])]);
}
