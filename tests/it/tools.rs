//! What each tool does, seen from both ends: the assistant's answer, and what really happened on the helpdesk.

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Planned, Running};
use tickiti_relay_tests::picture::sample;
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::Session;
use tickiti_relay_tests::stub::Stub;

use crate::support::{Folder, at, helpdesk, text};

const CUSTOMER: &str = "ann@example.com";
const STAFF: &str = "priya.nair@kestrel.example";

/// Opens a ticket and answers its number.
fn open(relay: &mut Session, subject: &str, content: &str) -> String {
    let arguments = json!({"originator_email_address": CUSTOMER, "subject": subject, "content": content});
    number(&relay.call("create_ticket", arguments).unwrap().json().unwrap())
}

fn number(answer: &Value) -> String {
    let number = &answer["data"]["ticket_number"];
    number.as_str().map_or_else(|| number.to_string(), str::to_owned)
}

fn routes(helpdesk: &Running) -> Vec<String> {
    helpdesk.effects().into_iter().map(|effect| effect.route).collect()
}

// === tickets ===

#[test]
fn a_ticket_is_opened_answered_found_and_read() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).token("tickets").start().unwrap();
    let ticket = open(&mut relay, "Quilted marmot", "<p>It <b>squeaks</b>.</p>");
    assert_eq!(ticket.len(), 6);

    let reply = json!({"ticket_number": ticket, "from_email": STAFF, "content": "<p>Please oil it.</p>"});
    let answer = relay.call("respond_to_ticket", reply).unwrap().json().unwrap();
    assert!(answer["ok"] == json!(true) && answer["data"]["response_id"].is_u64(), "{answer}");
    let note = json!({"ticket_number": ticket, "from_email": STAFF, "content": "smells of fish", "is_internal": true});
    relay.call("respond_to_ticket", note).unwrap().done().unwrap();

    let criteria = json!({"criteria": [{"mode": "subject", "tokens": ["marmot"]}]});
    let found = relay.call("query_tickets", json!({"search_object": criteria})).unwrap().done().unwrap();
    assert!(found.contains(&ticket), "{found}");

    let thread = relay.call("get_ticket", json!({"ticket_number": ticket})).unwrap().done().unwrap();
    for word in
        [&*ticket, "Quilted marmot", CUSTOMER, STAFF, "It squeaks.", "Please oil it.", "smells of fish", "internal"]
    {
        assert!(thread.contains(word), "{word} is not in:\n{thread}");
    }
    assert!(!thread.contains("<p>") && !thread.contains("\"html\""), "{thread}");
    let routes = routes(&helpdesk);
    assert_eq!(routes.iter().filter(|route| *route == "tickets.create").count(), 1);
    assert_eq!(routes.iter().filter(|route| *route == "tickets.respond").count(), 2);
}

#[test]
fn the_full_view_is_the_answer_token_for_token() {
    let body = r#"{"ok":true,"data":{"ticket":{"id":"1","number":220009,"big":12345678901234567890,"one":1.0,"z":0,"a":1},"responses":[{"html":"a\/b \u00fc"}]}}"#;
    let stub = Stub::json(body);
    let mut relay = at(&stub.base()).start().unwrap();
    let arguments = json!({"ticket_number": "220009", "view": "full"});
    assert_eq!(relay.call("get_ticket", arguments.clone()).unwrap().done().unwrap(), body);
    assert_eq!(relay.call("list_responses", arguments).unwrap().done().unwrap(), body);
}

#[test]
fn a_long_thread_is_cut_to_its_newest_and_says_so() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let ticket = open(&mut relay, "Long", "<p>number 0</p>");
    for count in 1..30 {
        let reply = json!({"ticket_number": ticket, "from_email": STAFF, "content": format!("<p>number {count}.</p>")});
        relay.call("respond_to_ticket", reply).unwrap().done().unwrap();
    }
    for tool in ["get_ticket", "list_responses"] {
        let thread = relay.call(tool, json!({"ticket_number": ticket})).unwrap().done().unwrap();
        assert!(thread.contains("number 29.") && thread.contains("number 10."), "{tool}: {thread}");
        assert!(!thread.contains("number 9."), "{tool}: {thread}");
        assert!(thread.contains("10 ") && thread.contains("full"), "what was left out and how to get it: {thread}");
        assert!(thread.chars().count() <= 24_000);
    }
}

#[test]
fn a_thread_of_long_mails_fits_into_24_000_characters() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let ticket = open(&mut relay, "Novel", &format!("<p>{}</p>", "word ".repeat(20_000)));
    for _ in 0..3 {
        let long = format!("<p>{}</p>", "longer ".repeat(5_000));
        let reply = json!({"ticket_number": ticket, "from_email": STAFF, "content": long});
        relay.call("respond_to_ticket", reply).unwrap().done().unwrap();
    }
    let thread = relay.call("get_ticket", json!({"ticket_number": ticket})).unwrap().done().unwrap();
    println!("{} characters", thread.chars().count());
    assert!(thread.chars().count() <= 24_000);
}

#[test]
fn a_response_can_hold_a_ticket_until_a_day() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let ticket = open(&mut relay, "Wait", "<p>x</p>");
    let hold =
        json!({"ticket_number": ticket, "from_email": STAFF, "status": "on-hold", "on_hold_until": "2026-12-24"});
    relay.call("respond_to_ticket", hold).unwrap().done().unwrap();
    let thread = relay.call("get_ticket", json!({"ticket_number": ticket})).unwrap().done().unwrap();
    assert!(thread.contains("2026-12-24"), "{thread}");
}

// === files ===

/// A ticket with a picture in it, and the id of the attachment that became of it.
fn with_picture(relay: &mut Session, folder: &Folder) -> (String, Value) {
    let arguments = json!({
        "originator_email_address": CUSTOMER, "subject": "Photo", "content": "<p>{{attach:photo.png}}</p>",
        "attachments": [{"path": text(folder.path().join("photo.png"))}],
    });
    let ticket = number(&relay.call("create_ticket", arguments).unwrap().json().unwrap());
    let full = relay.call("get_ticket", json!({"ticket_number": ticket, "view": "full"})).unwrap().json().unwrap();
    let response = &full["data"]["responses"][0];
    assert!(response["html"].as_str().unwrap().contains("cid:"), "{response}");
    let attachment = &response["attachments"][0];
    assert_eq!(attachment["is_inline"], true, "{attachment}");
    (ticket, attachment["id"].clone())
}

#[test]
fn an_inline_image_becomes_an_attachment_and_comes_back_as_an_image() {
    let helpdesk = helpdesk();
    let folder = Folder::new().file("photo.png", sample());
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let (ticket, id) = with_picture(&mut relay, &folder);
    let answer = relay.call("get_attachment", json!({"ticket_number": ticket, "response_attachment_id": id})).unwrap();
    let line = answer.done().unwrap();
    assert!(line.contains(&format!("{} bytes", sample().len())) && line.contains("image/png"), "{line}");
    assert_eq!(answer.pieces("image").next().unwrap()["mimeType"], "image/png");
    assert_eq!(answer.bytes("image").unwrap(), sample());
    assert_eq!(answer.structured(), None);
}

#[test]
fn an_attachment_can_be_saved() {
    let helpdesk = helpdesk();
    let folder = Folder::new().file("photo.png", sample());
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let (ticket, id) = with_picture(&mut relay, &folder);
    let path = text(folder.path().join("new/saved.png"));
    let arguments = json!({"ticket_number": ticket, "response_attachment_id": id, "save_to": path});
    let answer = relay.call("get_attachment", arguments).unwrap();
    assert!(answer.done().unwrap().contains(&path), "{}", answer.text());
    assert!(answer.bytes("image").is_none());
    assert_eq!(folder.read("new/saved.png"), sample());
}

/// One attachment as the helpdesk answers it.
fn attachment(name: &str, media_type: &str, bytes: &[u8]) -> Stub {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.encode(bytes);
    let data = json!({
        "id": 7, "response_id": 1, "name": name, "mime_type": media_type, "sha256": tickiti_relay_scratch::sha256(bytes),
        "file_size": bytes.len(), "is_inline": false, "content_base64": content,
    });
    Stub::json(&json!({"ok": true, "data": data}).to_string())
}

fn fetch() -> Value {
    json!({"ticket_number": "709383", "response_attachment_id": 7})
}

#[test]
fn a_text_comes_as_text_and_anything_else_as_a_document() {
    let stub = attachment("notes.txt", "text/plain", "grün und gut\n".as_bytes());
    let answer = at(&stub.base()).start().unwrap().call("get_attachment", fetch()).unwrap();
    assert!(answer.done().unwrap().contains("grün und gut"), "{}", answer.text());

    let bytes = [0x50, 0x4b, 3, 4, 0xff, 0xfe];
    let stub = attachment("pack.zip", "application/zip", &bytes);
    let answer = at(&stub.base()).start().unwrap().call("get_attachment", fetch()).unwrap();
    let resource = &answer.pieces("resource").next().unwrap()["resource"];
    assert_eq!(
        (&resource["uri"], &resource["mimeType"]),
        (&json!("tickiti://attachment/7"), &json!("application/zip"))
    );
    assert_eq!(answer.bytes("resource").unwrap(), bytes);
}

#[test]
fn a_large_attachment_goes_to_disk_and_its_path_is_told() {
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    let stub = attachment("big.bin", "application/octet-stream", &bytes);
    let relay = at(&stub.base());
    let answer = relay.start().unwrap().call("get_attachment", fetch()).unwrap();
    let told = answer.done().unwrap();
    assert!(answer.pieces("resource").next().is_none() && told.contains("big.bin"), "{told}");
    let path = told.split("Saved: ").nth(1).unwrap().split(" (").next().unwrap();
    assert_eq!(std::fs::read(path).unwrap(), bytes);
    assert!(told.contains(&tickiti_relay_scratch::sha256(&bytes)), "{told}");
}

#[test]
fn a_saved_attachment_is_checked_against_its_sum() {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.encode("other bytes");
    let data = json!({"id": 7, "name": "a.txt", "mime_type": "text/plain", "sha256": "0".repeat(64), "content_base64": content});
    let stub = Stub::json(&json!({"ok": true, "data": data}).to_string());
    let folder = Folder::new();
    let mut relay = at(&stub.base()).files(&folder.path()).start().unwrap();
    let mut arguments = fetch();
    arguments["save_to"] = json!(text(folder.path().join("a.txt")));
    let told = relay.call("get_attachment", arguments).unwrap().failed().unwrap();
    assert!(told.to_lowercase().contains("sha-256") || told.to_lowercase().contains("sha256"), "{told}");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn an_export_has_every_response_a_line() {
    let helpdesk = helpdesk();
    let folder = Folder::new();
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let path = text(folder.path().join("deep/er/all.ndjson"));
    let answer = relay.call("export_responses", json!({"path": path, "page_size": 7})).unwrap();
    let told = answer.json().unwrap();
    let written = String::from_utf8(folder.read("deep/er/all.ndjson")).unwrap();
    let rows: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((told["ok"].clone(), told["count"].as_u64().unwrap() as usize), (json!(true), rows.len()));
    assert!(rows.len() > 14 && written.ends_with('\n'), "{}", rows.len());
    assert_eq!(told["pages"].as_u64().unwrap() as usize, helpdesk.requests().len());
    assert_eq!(answer.structured(), Some(&told));

    // The relay's own export is replaced without a word, and a smaller one is whole, too.
    let again = json!({"path": path, "max_records": 3});
    assert_eq!(relay.call("export_responses", again).unwrap().json().unwrap()["count"], 3);
    assert_eq!(String::from_utf8(folder.read("deep/er/all.ndjson")).unwrap().lines().count(), 3);
}

#[test]
fn an_export_that_fails_leaves_the_old_file() {
    let helpdesk = helpdesk();
    let folder = Folder::new();
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let path = text(folder.path().join("all.ndjson"));
    relay.call("export_responses", json!({"path": path})).unwrap().done().unwrap();
    let before = folder.read("all.ndjson");
    helpdesk
        .fault(Planned::on("tickets.responses_query", Fault::Status { status: 500, worked: false }).after(1).always());
    relay.call("export_responses", json!({"path": path, "page_size": 5})).unwrap().failed().unwrap();
    assert_eq!(folder.read("all.ndjson"), before);
    assert_eq!(folder.names(), ["all.ndjson"]);
}

#[test]
fn an_export_tells_how_far_it_is() {
    let helpdesk = helpdesk();
    let folder = Folder::new();
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let arguments = json!({"path": text(folder.path().join("all.ndjson")), "page_size": 5});
    let params = json!({"name": "export_responses", "arguments": arguments, "_meta": {"progressToken": "p"}});
    relay.result("tools/call", params).unwrap();
    let told = relay.notifications();
    let steps: Vec<f64> = told.iter().map(|told| told["params"]["progress"].as_f64().unwrap()).collect();
    assert!(!steps.is_empty() && steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
    assert!(
        told.iter().all(|told| told["method"] == "notifications/progress" && told["params"]["progressToken"] == "p")
    );
}

// === reads ===

#[test]
fn lists_and_reports_are_handed_on() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let queues = relay.call("list_queues", json!({})).unwrap().json().unwrap();
    assert!(queues["queues"].as_array().unwrap().iter().any(|queue| queue["name"] == "Inbox"), "{queues}");
    for (tool, arguments) in [
        ("list_perspectives", json!({})),
        ("list_watchlists", json!({})),
        ("list_stock_responses", json!({})),
        ("list_workflow", json!({"kind": "resolution-categories"})),
        ("list_workflow", json!({"kind": "interventions"})),
        ("list_workflow", json!({"kind": "escalations"})),
        ("run_report", json!({"report": "meta"})),
        ("run_report", json!({"report": "volumes", "filters": {"date_from": "2026-01-01", "date_to": "2026-12-31"}})),
        ("query_responses", json!({"limit": 2})),
    ] {
        let answer = relay.call(tool, arguments.clone()).unwrap();
        assert!(answer.json().is_ok(), "{tool} {arguments}: {}", answer.text());
    }
    assert_eq!(helpdesk.effects(), []);
}

#[test]
fn responses_are_paged_by_the_cursor_as_it_came() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    for switch in ["integer", "text"] {
        helpdesk.switch(|switches| switches.set("cursor_id", switch).unwrap());
        let mut seen = Vec::new();
        let mut arguments = json!({"limit": 10});
        for _ in 0..100 {
            let page = relay.call("query_responses", arguments.clone()).unwrap().json().unwrap();
            seen.extend(page["data"]["responses"].as_array().unwrap().iter().map(|row| row["response_id"].clone()));
            if page["data"]["next_cursor"].is_null() {
                break;
            }
            arguments["cursor"] = page["data"]["next_cursor"].clone();
        }
        let unique: std::collections::HashSet<_> = seen.iter().map(Value::to_string).collect();
        assert!(seen.len() > 10 && unique.len() == seen.len(), "{switch}: {seen:?}");
    }
}

// === everything else ===

#[test]
fn endpoints_are_listed_by_family_and_in_full() {
    let mut relay = crate::support::alone();
    let families = relay.call("list_endpoints", json!({})).unwrap().done().unwrap();
    assert!(families.starts_with("155 endpoints in 13 families"), "{families}");
    let tickets = relay.call("list_endpoints", json!({"family": "tickets"})).unwrap().done().unwrap();
    for line in tickets.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert!(row["action"].is_string() && row["uri"].as_str().unwrap().starts_with("tickets"), "{row}");
    }
}

#[test]
fn any_endpoint_can_be_called_and_a_file_given_to_it() {
    let helpdesk = helpdesk();
    let folder = Folder::new().file("notes.txt", "three words here");
    let mut relay = relay().helpdesk(&helpdesk).files(&folder.path()).start().unwrap();
    let arguments = json!({
        "family": "tickets", "action": "attachment_upload", "file": {"path": text(folder.path().join("notes.txt"))},
    });
    let answer = relay.call("tickiti_call", arguments).unwrap().json().unwrap();
    assert_eq!(answer["data"]["sha256"], tickiti_relay_scratch::sha256(b"three words here"), "{answer}");
    assert_eq!(answer["data"]["name"], "notes.txt");
}

#[test]
fn the_one_get_is_asked_as_a_get() {
    let stub = Stub::json("[]");
    let mut relay = at(&stub.base()).start().unwrap();
    let arguments = json!({"family": "faqs", "action": "(root)", "payload": {"q": "a b"}});
    relay.call("tickiti_call", arguments).unwrap().done().unwrap();
    let asked = &stub.asked()[0];
    assert_eq!(asked.method, "GET");
    assert!(asked.path == "/api/v1/faqs?q=a%20b" || asked.path == "/api/v1/faqs?q=a+b", "{}", asked.path);
    assert_eq!(asked.body, b"");
}

#[test]
fn no_parameter_leaves_its_route() {
    let stub = Stub::json("{}");
    let mut relay = at(&stub.base()).start().unwrap();
    for user in ["../x", "a/b", "a%2fb", "%2e%2e", "..%2f", "?x", "#x", "a\\b", "a;b", "ä", "1 2", "\u{0}", "a\nb"] {
        let before = stub.asked().len();
        let arguments = json!({"family": "administration", "action": "users.update", "payload": {"user": user}});
        let answer = relay.call("tickiti_call", arguments).unwrap();
        let asked = stub.asked();
        match asked.get(before) {
            // Let through, it stands in its own segment, wholly encoded.
            Some(asked) => {
                let segments: Vec<_> = asked.path.split('/').collect();
                assert_eq!(segments.len(), 7, "{user:?}: {}", asked.path);
                assert_eq!((segments[4], segments[6]), ("users", "update"), "{user:?}: {}", asked.path);
                assert!(!segments[5].contains(['?', '#', '\\', ' ']), "{user:?}: {}", asked.path);
            }
            None => assert!(answer.is_error(), "{user:?}: {}", answer.text()),
        }
    }
}
