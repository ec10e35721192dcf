//! One attachment of any size: whole if the server gives it whole, else in ranges.

use std::ops::ControlFlow::{Break, Continue};

use serde_json::{Value, json};
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::testing::{Canned, Given, Run};

use crate::PLUGIN;

/// A range unless told otherwise.
const CHUNK_BYTES: u64 = 8 << 20;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct DownloadAttachment {
    ticket_number: String,
    response_attachment_id: Value,
    path: String,
    confirm: Option<bool>,
    chunk_bytes: Option<u64>,
}

/// What is kept of an answer, be it bytes or the word that it is too large.
#[derive(Default, Serialize, Deserialize)]
struct Body {
    error: Option<String>,
    #[serde(default)]
    data: Facts,
}

#[derive(Default, Serialize, Deserialize)]
struct Facts {
    file_size: Option<u64>,
    mime_type: Option<String>,
    sha256: Option<String>,
    eof: Option<bool>,
    ranged: Option<bool>,
}

#[derive(Default, Serialize, Deserialize)]
struct Progress {
    bytes: u64,
    size: Option<u64>,
    mime: Option<String>,
}

impl Progress {
    /// What is known after an answer, and whether the file is whole.
    fn after(mut self, bytes: u64, facts: &Facts) -> (Self, bool) {
        self.bytes += bytes;
        self.size = self.size.or(facts.file_size);
        self.mime = facts.mime_type.clone().or(self.mime);
        let whole = facts.eof.unwrap_or(false) || self.size.is_some_and(|size| self.bytes >= size);
        (self, whole)
    }
}

impl DownloadAttachment {
    fn request(&self, range: Option<u64>) -> Result<Request> {
        let mut body = Object::new();
        body.set("ticket_number", &self.ticket_number)?;
        body.set("response_attachment_id", &self.response_attachment_id)?;
        body.set_some("offset", range)?;
        body.set_some("length", range.map(|_| self.chunk_bytes.unwrap_or(CHUNK_BYTES)))?;
        body.set_some("intent", self.confirm.unwrap_or(false).then_some("review_ok"))?;
        Ok(Request::new("tickets.attachment", &body)?.hold("/data/content_base64"))
    }

    fn write(&self, cx: &Context<'_>, mark: String, facts: &Facts, whole: bool) {
        match &facts.sha256 {
            Some(sha256) if whole => cx.write_last("/path", mark, sha256),
            _ => cx.write("/path", mark),
        }
    }
}

impl Tool for DownloadAttachment {
    const ABOUT: About = About::read("download_attachment", "Save an attachment")
        .routes(&["tickets.attachment"])
        .files(&[("/path", Access::Output)]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let probe = cx.send::<Body>(self.request(None)?.accept(&[413])).await?;
        let facts = probe.body.data;
        let (first, whole) = match probe.held {
            Some(held) => {
                // A server without ranges says no size and no end: what it gave is all.
                let (first, whole) = Progress::default().after(held.bytes, &facts);
                let whole = whole || first.size.is_none();
                self.write(cx, held.mark, &facts, whole);
                (first, whole)
            }
            None if probe.body.error.as_deref() == Some("attachment_too_large") && facts.ranged == Some(true) => {
                (Progress::default().after(0, &facts).0, false)
            }
            None => return Err("The attachment is too large, and this helpdesk does not give parts of it.".into()),
        };
        let end = if whole {
            first
        } else {
            cx.rounds(first, async |at| {
                let reply = cx.send::<Body>(self.request(Some(at.bytes))?).await?;
                let held = reply.held.ok_or("The helpdesk gave a part without bytes. No file was written.")?;
                let (after, whole) = at.after(held.bytes, &reply.body.data);
                if held.bytes == 0 && !whole {
                    return Err("The helpdesk gave an empty part before the end. No file was written.".into());
                }
                self.write(cx, held.mark, &reply.body.data, whole);
                cx.progress(after.bytes, after.size, "downloading");
                Ok(if whole { Break(after) } else { Continue(after) })
            })
            .await?
        };
        let mime = end.mime.as_deref().unwrap_or("application/octet-stream");
        let result = json!({"ok": true, "path": self.path, "bytes": end.bytes, "file_size": end.size, "mime": mime});
        Ok(Output::new().structured(&result)?.into())
    }
}

fn start() -> Run<'static> {
    let arguments = json!({
        "path": "out.bin", "ticket_number": "220009", "response_attachment_id": 12, "chunk_bytes": 4, "confirm": true
    });
    Given::call(&PLUGIN, "download_attachment", arguments).start()
}

/// SHA-256 of `0123456789`.
const SHA256: &str = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";

#[test]
fn a_file_too_large_comes_in_ranges_and_is_checked() {
    let probe = json!({"ticket_number": "220009", "response_attachment_id": 12, "intent": "review_ok"});
    let run = start();
    assert_eq!(run.sent(), [("tickets.attachment".to_owned(), probe)]);
    let too_large = json!({
        "ok": false, "error": "attachment_too_large", "data": {"file_size": 10, "ranged": true, "mime_type": "image/tiff"}
    });
    let mut run = run.answer([Canned::status(413, too_large)]);
    for (offset, base64, eof) in [(0, "MDEyMw==", false), (4, "NDU2Nw==", false), (8, "ODk=", true)] {
        let expected = format!(
            r#"{{"ticket_number":"220009","response_attachment_id":12,"offset":{offset},"length":4,"intent":"review_ok"}}"#
        );
        assert_eq!(run.sent()[0].1.to_string(), expected);
        let data = json!({"content_base64": base64, "sha256": SHA256, "eof": eof});
        run = run.answer([Canned::ok(json!({"ok": true, "data": data}))]);
    }
    assert_eq!(run.written("/path"), b"0123456789");
    assert_eq!(run.turn().writes[0].sha256.as_deref(), Some(SHA256));
    assert_eq!(
        run.structured(),
        json!({"ok": true, "path": "out.bin", "bytes": 10, "file_size": 10, "mime": "image/tiff"})
    );
}

#[test]
fn a_small_file_comes_whole() {
    let data =
        json!({"content_base64": "MDEyMzQ1Njc4OQ==", "sha256": SHA256, "file_size": 10, "mime_type": "text/plain"});
    let run = start().answer([Canned::ok(json!({"ok": true, "data": data}))]);
    assert_eq!(run.written("/path"), b"0123456789");
    assert_eq!(run.structured()["bytes"], 10);
}

#[test]
fn an_empty_file_is_a_file() {
    let data = json!({"content_base64": "", "file_size": 0});
    let run = start().answer([Canned::ok(json!({"ok": true, "data": data}))]);
    assert_eq!(run.structured()["bytes"], 0);
    assert_eq!(run.turn().writes.len(), 1);
}

#[test]
fn another_413_and_an_empty_part_end_the_call() {
    let run = start().answer([Canned::status(413, json!({"error": "attachment_too_large", "data": {"file_size": 9}}))]);
    assert!(run.error().contains("does not give parts"), "{}", run.error());
    let too_large = json!({"error": "attachment_too_large", "data": {"file_size": 10, "ranged": true}});
    let run = start()
        .answer([Canned::status(413, too_large)])
        .answer([Canned::ok(json!({"data": {"content_base64": "", "eof": false}}))]);
    assert!(run.error().contains("empty part"), "{}", run.error());
}
