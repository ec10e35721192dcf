//! From an admitted body to bytes on the wire.

use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;

use crate::admit::{Body, Part, PartValue, Piece};
use crate::marks::Marked;

/// A body as it is sent.
#[derive(Debug)]
pub(super) struct Encoded<'b> {
    /// None for a request without a body.
    pub(super) content_type: Option<String>,
    /// In order. Files stand in them as they are in memory, not copied.
    pub(super) chunks: Vec<Bytes>,
    /// What goes into the address instead.
    pub(super) query: &'b [(String, String)],
}

pub(super) fn encode(body: &Body) -> Encoded<'_> {
    match body {
        Body::Json(pieces) => {
            Encoded { content_type: Some("application/json".to_owned()), chunks: vec![json(pieces)], query: &[] }
        }
        Body::Query(pairs) => Encoded { content_type: None, chunks: Vec::new(), query: pairs },
        Body::Multipart(parts) => {
            // Random, so that no file can hold it.
            let boundary = format!("tickiti-relay-{}", uuid::Uuid::new_v4().simple());
            Encoded {
                content_type: Some(format!("multipart/form-data; boundary={boundary}")),
                chunks: multipart(parts, &boundary),
                query: &[],
            }
        }
    }
}

pub(super) fn body(mut chunks: Vec<Bytes>) -> reqwest::Body {
    if chunks.len() > 1 {
        return reqwest::Body::wrap_stream(stream::iter(chunks.into_iter().map(Ok::<_, Infallible>)));
    }
    chunks.pop().unwrap_or_default().into()
}

/// One buffer, allocated once; none at all for a body without files.
fn json(pieces: &[Piece]) -> Bytes {
    if let [Piece::Text(text)] = pieces {
        return text.clone();
    }
    let mut text = String::with_capacity(pieces.iter().map(length).sum());
    for piece in pieces {
        match piece {
            Piece::Text(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
            Piece::DataUri(marked) => {
                text.extend(["data:", &marked.media_type, ";base64,"]);
                STANDARD.encode_string(&marked.bytes, &mut text);
            }
        }
    }
    text.into()
}

fn length(piece: &Piece) -> usize {
    match piece {
        Piece::Text(bytes) => bytes.len(),
        Piece::DataUri(marked) => {
            "data:".len() + marked.media_type.len() + ";base64,".len() + marked.bytes.len().div_ceil(3) * 4
        }
    }
}

fn multipart(parts: &[Part], boundary: &str) -> Vec<Bytes> {
    let mut chunks = Vec::with_capacity(parts.len() * 2 + 1);
    let mut pending = String::new();
    for Part { name, value } in parts {
        pending.extend(["--", boundary, "\r\nContent-Disposition: form-data; name=\"", &quoted(name)]);
        match value {
            PartValue::Text(text) => pending.extend(["\"\r\n\r\n", text]),
            PartValue::File(shown, marked) => {
                let Marked { bytes, .. } = &**marked;
                pending.extend([
                    "\"; filename=\"",
                    &quoted(shown),
                    "\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                ]);
                chunks.extend([std::mem::take(&mut pending).into(), bytes.clone()]);
            }
        }
        pending.push_str("\r\n");
    }
    pending.extend(["--", boundary, "--\r\n"]);
    chunks.push(pending.into());
    chunks
}

/// A name inside quotes as browsers write it: three characters are encoded, all else stays.
fn quoted(name: &str) -> String {
    name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn marked(bytes: &'static [u8]) -> Arc<Marked> {
        Arc::new(Marked { name: "a.png".into(), media_type: "image/png".into(), bytes: Bytes::from_static(bytes) })
    }

    #[test]
    fn data_uris_are_spliced_in_without_room_to_spare() {
        let text = |text: &'static str| Piece::Text(Bytes::from_static(text.as_bytes()));
        for bytes in [&b""[..], b"a", b"ab", b"abc", b"abcd"] {
            let pieces = [text("{\"content\":\"<img src=\\\""), Piece::DataUri(marked(bytes)), text("\\\">ü\"}")];
            let expected =
                format!("{{\"content\":\"<img src=\\\"data:image/png;base64,{}\\\">ü\"}}", STANDARD.encode(bytes));
            assert_eq!(json(&pieces), expected);
            assert_eq!(pieces.iter().map(length).sum::<usize>(), expected.len());
        }
    }

    #[test]
    fn a_body_without_files_is_not_copied() {
        let text = Bytes::from_static(b"{}");
        assert_eq!(json(&[Piece::Text(text.clone())]).as_ptr(), text.as_ptr());
    }

    #[test]
    fn parts_stand_in_order_as_browsers_write_them() {
        let file = marked(b"\x89PNG\r\n--x");
        let parts = [
            Part { name: "file".into(), value: PartValue::File("lo\"go\r\n ü\\.png".into(), file.clone()) },
            Part { name: "template_id".into(), value: PartValue::Text("7".into()) },
        ];
        let chunks = multipart(&parts, "x1");
        assert_eq!(chunks[1].as_ptr(), file.bytes.as_ptr(), "the file is not copied");
        let expected = [
            "--x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lo%22go%0D%0A ü\\.png\"\r\n".as_bytes(),
            b"Content-Type: application/octet-stream\r\n\r\n\x89PNG\r\n--x\r\n",
            b"--x1\r\nContent-Disposition: form-data; name=\"template_id\"\r\n\r\n7\r\n--x1--\r\n",
        ]
        .concat();
        assert_eq!(chunks.concat(), expected);
    }
}
