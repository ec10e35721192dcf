//! Every error text that an assistant can see, word for word. A text says what happened, whether it may have taken effect,
//! and what to do next; who changes one reads it in `snapshots/` as the assistant does.

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned};
use tickiti_relay_tests::picture::sample;
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::Session;
use tickiti_relay_tests::stub::{Reply, Stub};

use crate::support::{Folder, TOKEN, alone, at, helpdesk, steady, text};

/// Collects texts under headings.
#[derive(Default)]
struct Texts(String);

impl Texts {
    /// Calls a tool that must fail, and keeps its words.
    fn call(&mut self, heading: &str, relay: &mut Session, tool: &str, arguments: Value) {
        let shown = format!("{tool} {arguments}");
        let text = relay.call(tool, arguments).unwrap().failed().unwrap();
        self.0.push_str(&format!("# {heading}\n> {shown}\n{text}\n\n"));
    }

    fn steady(&self, words: &[(&str, &str)]) -> String {
        steady(&self.0, words)
    }
}

/// A read, a write under a key, and a write that is never repeated.
fn read() -> (&'static str, Value) {
    ("list_queues", json!({}))
}

fn keyed() -> (&'static str, Value) {
    (
        "respond_to_ticket",
        json!({"ticket_number": "709383", "from_email": "priya.nair@kestrel.example", "content": "x"}),
    )
}

fn unkeyed() -> (&'static str, Value) {
    ("tickiti_call", json!({"family": "workflow", "action": "queues.create", "payload": {"name": "New"}}))
}

// === refused by the helpdesk ===

#[test]
fn at_the_gates() {
    let helpdesk = helpdesk();
    let mut texts = Texts::default();
    let mut unknown = relay().base(&helpdesk.base()).secret(TOKEN).start().unwrap();
    texts.call("401, a token that the helpdesk does not know", &mut unknown, read().0, read().1);
    let with = |token: &str| relay().helpdesk(&helpdesk).token(token).start().unwrap();
    texts.call("403, no ability", &mut with("tickets"), read().0, read().1);
    texts.call("403, no ability for a write", &mut with("read"), keyed().0, keyed().1);
    texts.call("403, no role", &mut with("staff"), read().0, read().1);
    let settings = json!({"family": "administration", "action": "ai.index"});
    texts.call("403, no system administrator", &mut with("admin"), "tickiti_call", settings);
    texts.call("403, no plan", &mut with("no_plan"), "run_report", json!({"report": "meta"}));
    insta::assert_snapshot!("gates", texts.steady(&[(&helpdesk.base(), "http://helpdesk")]));
}

#[test]
fn by_the_helpdesk() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let mut texts = Texts::default();
    texts.call("404, an unknown ticket", &mut relay, "get_ticket", json!({"ticket_number": "000000"}));
    let arguments = json!({"ticket_number": "000000", "from_email": "ann@example.com", "content": "x"});
    texts.call("404, an answer to an unknown ticket", &mut relay, "respond_to_ticket", arguments);
    let arguments =
        json!({"originator_email_address": "ann@example.com", "subject": "S", "content": "C", "queue_name": "Nowhere"});
    texts.call("422, an unknown queue", &mut relay, "create_ticket", arguments);
    let arguments = json!({"ticket_number": "000000", "response_attachment_id": 1});
    texts.call("404, an attachment of an unknown ticket", &mut relay, "get_attachment", arguments);
    insta::assert_snapshot!("refused", texts.steady(&[(&helpdesk.base(), "http://helpdesk")]));
}

#[test]
fn by_every_status_for_each_kind_of_request() {
    let mut texts = Texts::default();
    for (status, headers, body) in [
        (400, &[][..], r#"{"message":"Bad Request"}"#),
        (401, &[], r#"{"message":"Unauthenticated."}"#),
        (404, &[], r#"{"ok":false,"error":"not_found","message":"Ticket not found."}"#),
        (405, &[], r#"{"message":"The POST method is not supported."}"#),
        (408, &[], ""),
        (409, &[], r#"{"ok":false,"error":"ticket_locked","message":"Somebody else is editing."}"#),
        (409, &[], r#"{"ok":false,"error":"idempotency_key_conflict","message":"Another payload."}"#),
        (413, &[], r#"{"ok":false,"error":"attachment_too_large","data":{"file_size":30000000,"ranged":true}}"#),
        (422, &[], r#"{"message":"The name field is required.","errors":{"name":["The name field is required."]}}"#),
        (429, &[("retry-after", "7")], r#"{"message":"Too Many Attempts."}"#),
        (429, &[], r#"{"message":"Too Many Attempts."}"#),
        (500, &[], r#"{"message":"Server Error"}"#),
        (502, &[("content-type", "text/html")], "<html><body><h1>Bad Gateway</h1></body></html>"),
        (503, &[("retry-after", "30")], ""),
        (504, &[], ""),
    ] {
        let mut headers = headers.to_vec();
        if headers.iter().all(|(name, _)| *name != "content-type") {
            headers.push(("content-type", "application/json"));
        }
        let helpdesk = Stub::always(Reply::with(status, &headers, body));
        let mut relay = at(&helpdesk.base()).start().unwrap();
        for (kind, (tool, arguments)) in [("a read", read()), ("a keyed write", keyed()), ("another write", unkeyed())]
        {
            texts.call(&format!("{status}, {kind}"), &mut relay, tool, arguments);
        }
    }
    insta::assert_snapshot!("statuses", texts.0);
}

#[test]
fn inside_a_success() {
    let mut texts = Texts::default();
    for body in [
        r#"{"ok":false,"error":"validation_failed","message":"Nothing to do."}"#,
        r#"{"my_error":"The queue is in use."}"#,
        r#"{"amf_error":"No such row."}"#,
        r#"{"error":"Not today."}"#,
        r#"{"error":true}"#,
    ] {
        let helpdesk = Stub::json(body);
        let mut relay = at(&helpdesk.base()).start().unwrap();
        for (tool, arguments) in [read(), keyed(), unkeyed()] {
            texts.call(&format!("200 with {body}"), &mut relay, tool, arguments);
        }
    }
    insta::assert_snapshot!("inside_a_success", texts.0);
}

// === no answer, or none that can be read ===

#[test]
fn on_the_wire() {
    let mut texts = Texts::default();
    let mut all = |heading: &str, relay: &mut Session| {
        for (kind, (tool, arguments)) in [("a read", read()), ("a keyed write", keyed()), ("another write", unkeyed())]
        {
            texts.call(&format!("{heading}, {kind}"), relay, tool, arguments);
        }
    };
    all("nobody listens", &mut alone());
    let stub = Stub::always(Reply::Silence);
    all("no answer in time", &mut at(&stub.base()).env("TICKITI_API_TIMEOUT_MS", "300").start().unwrap());
    let elsewhere = Stub::always(Reply::with(302, &[("location", "https://login.example.com/")], ""));
    all("a redirect", &mut at(&elsewhere.base()).start().unwrap());
    let nowhere = Stub::always(Reply::with(301, &[], ""));
    all("a redirect to nowhere", &mut at(&nowhere.base()).start().unwrap());
    let page =
        Stub::always(Reply::with(200, &[("content-type", "text/html")], "<!DOCTYPE html><title>Sign in</title>"));
    all("a web page", &mut at(&page.base()).start().unwrap());
    let broken = Stub::json(r#"{"ok":true,"data":"#);
    all("broken JSON", &mut at(&broken.base()).start().unwrap());
    let cut = Stub::always(Reply::cut_short(200, r#"{"ok":true"#));
    all("a body cut short", &mut at(&cut.base()).start().unwrap());
    insta::assert_snapshot!("wire", texts.0);
}

#[test]
fn a_connection_that_is_cut_leaves_nobody_in_doubt_about_doubt() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    for at in [Moment::Claimed, Moment::Done] {
        helpdesk.fault(Planned::on("tickets.create", Fault::Drop { at }).always());
        // Each of another person, or the second would be held for the first.
        let arguments =
            json!({"originator_email_address": format!("{at:?}@example.com"), "subject": "S", "content": "C"});
        let text = relay.call("create_ticket", arguments).unwrap().failed().unwrap();
        assert!(text.contains("unknown") && text.contains("may have"), "{at:?}: {text}");
        helpdesk.clear_faults();
    }
}

// === refused by the relay, before anything is sent ===

#[test]
fn wrong_arguments() {
    let stub = Stub::json("{}");
    let mut relay = at(&stub.base()).start().unwrap();
    let mut texts = Texts::default();
    for (heading, tool, arguments) in [
        ("missing", "get_ticket", json!({})),
        ("two missing", "respond_to_ticket", json!({"content": "x"})),
        ("unknown", "get_ticket", json!({"ticket_number": "1", "verbose": true})),
        ("unknown and missing", "get_ticket", json!({"number": "1"})),
        ("a number for a text", "get_ticket", json!({"ticket_number": 709_383})),
        (
            "no mail address",
            "create_ticket",
            json!({"originator_email_address": "ann", "subject": "S", "content": "C"}),
        ),
        ("unknown kind", "list_workflow", json!({"kind": "intervention"})),
        ("unknown report", "run_report", json!({"report": "volume"})),
        (
            "unknown status",
            "respond_to_ticket",
            json!({"ticket_number": "1", "from_email": "a@example.com", "status": "closed"}),
        ),
        ("too large a page", "query_responses", json!({"limit": 1001})),
        ("a broken cursor", "query_responses", json!({"cursor": {"id": 1, "more": 2}})),
        (
            "neither content nor status",
            "respond_to_ticket",
            json!({"ticket_number": "1", "from_email": "a@example.com"}),
        ),
        (
            "on hold without a date",
            "respond_to_ticket",
            json!({"ticket_number": "1", "from_email": "a@example.com", "status": "on-hold"}),
        ),
        ("no shape", "create_ticket", json!({"originator_email_address": "a@example.com"})),
        ("half a shape", "create_ticket", json!({"originator_email_address": "a@example.com", "subject": "S"})),
        (
            "two shapes",
            "create_ticket",
            json!({"originator_email_address": "a@example.com", "subject": "S", "content": "C", "template_identifier": "t"}),
        ),
        (
            "an intervention without its data",
            "create_ticket",
            json!({"originator_email_address": "a@example.com", "intervention": "i"}),
        ),
        ("unknown family", "list_endpoints", json!({"family": "ticket"})),
        ("unknown family", "tickiti_call", json!({"family": "ticket", "action": "show"})),
        ("unknown action", "tickiti_call", json!({"family": "tickets", "action": "shows"})),
        (
            "empty placeholder",
            "tickiti_call",
            json!({"family": "administration", "action": "users.update", "payload": {"user": ""}}),
        ),
        (
            "missing placeholder",
            "tickiti_call",
            json!({"family": "administration", "action": "users.update", "payload": {"is_staff": true}}),
        ),
        (
            "a placeholder that climbs",
            "tickiti_call",
            json!({"family": "administration", "action": "users.update", "payload": {"user": ".."}}),
        ),
        (
            "a placeholder that is no scalar",
            "tickiti_call",
            json!({"family": "administration", "action": "users.update", "payload": {"user": {"id": 1}}}),
        ),
    ] {
        texts.call(heading, &mut relay, tool, arguments);
    }
    assert_eq!(stub.asked().len(), 0);
    insta::assert_snapshot!("wrong_arguments", texts.0);
}

#[test]
fn files() {
    let folder = Folder::new()
        .file("note.txt", "text")
        .file("text.png", "no picture at all")
        .file("photo.jpg", sample())
        .file("photo.png", sample())
        .file("there.ndjson", "{\"mine\":true}\n")
        .file(".hidden.png", sample())
        .file("out/kept", "");
    let outside = Folder::new().file("photo.png", sample());
    let here = folder.path();
    std::fs::create_dir(here.join("folder.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("photo.png"), here.join("link.png")).unwrap();
    let stub = Stub::json(r#"{"ok":true,"data":{"responses":[],"next_cursor":null}}"#);
    let mut texts = Texts::default();

    let mut relay = at(&stub.base()).files(&here).start().unwrap();
    let attach = |path: String| json!({"ticket_number": "1", "from_email": "a@example.com", "content": "x", "attachments": [{"path": path}]});
    let inside = |name: &str| text(here.join(name));
    for (heading, path) in [
        ("no such file", inside("nowhere.png")),
        ("no image by name", inside("note.txt")),
        ("no image by its bytes", inside("text.png")),
        ("another image than its name says", inside("photo.jpg")),
        ("a folder", inside("folder.png")),
        ("a dot name", inside(".hidden.png")),
        ("a way up", inside("out/../photo.png")),
        ("outside", text(outside.path().join("photo.png"))),
        ("the system's", "/etc/passwd".to_owned()),
        ("an empty path", String::new()),
        #[cfg(unix)]
        ("a link", inside("link.png")),
    ] {
        texts.call(heading, &mut relay, "respond_to_ticket", attach(path));
    }
    let empty = json!({
        "ticket_number": "1", "from_email": "a@example.com", "content": "x",
        "attachments": [{"path": inside("photo.png"), "placeholder": ""}],
    });
    texts.call("an empty placeholder", &mut relay, "respond_to_ticket", empty);
    texts.call(
        "a file that is not the relay's",
        &mut relay,
        "export_responses",
        json!({"path": inside("there.ndjson")}),
    );
    texts.call(
        "an export outside",
        &mut relay,
        "export_responses",
        json!({"path": text(outside.path().join("out.ndjson"))}),
    );
    let state = text(relay.setup().ground().unwrap().folder("state").canonicalize().unwrap());

    let mut relay = at(&stub.base()).start().unwrap();
    texts.call("no folder is allowed", &mut relay, "respond_to_ticket", attach(inside("photo.png")));

    let read_only = format!("{}:ro", here.display());
    let mut relay = at(&stub.base()).env("TICKITI_RELAY_FILES", read_only).start().unwrap();
    texts.call("a folder only for reading", &mut relay, "export_responses", json!({"path": inside("new.ndjson")}));

    assert_eq!(folder.read("there.ndjson"), b"{\"mine\":true}\n");
    assert_eq!(outside.names(), ["photo.png"]);
    let words = [(&*text(&here), "/files"), (&*text(outside.path()), "/outside"), (&*state, "/state")];
    insta::assert_snapshot!("files", texts.steady(&words));
}

#[test]
fn an_export_that_does_not_advance_ends_and_the_old_file_stays() {
    let row = r#"{"response_id":1}"#;
    let stuck =
        format!(r#"{{"ok":true,"data":{{"responses":[{row}],"next_cursor":{{"created_at":"2026-11-01","id":1}}}}}}"#);
    let stub = Stub::json(&stuck);
    let folder = Folder::new();
    let mut relay = at(&stub.base()).files(&folder.path()).start().unwrap();
    let mut texts = Texts::default();
    let path = text(folder.path().join("out.ndjson"));
    texts.call("the same cursor again", &mut relay, "export_responses", json!({"path": path}));
    assert_eq!(folder.names(), Vec::<String>::new());
    assert_eq!(stub.asked().len(), 2);
    insta::assert_snapshot!("export", texts.steady(&[(&text(folder.path()), "/files")]));
}
