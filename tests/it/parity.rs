//! What each tool sends by default is what the original server sends: path, body byte for byte, key or none.
//!
//! The rows are taken from the description of the original's requests, not from this program. One thing is meant to differ:
//! members of a free object, which no schema names, go out sorted, so that the same arguments in another order are the same
//! write.

use serde_json::{Value, json};
use tickiti_relay_scratch::SeenRequest;
use tickiti_relay_tests::picture::sample;
use tickiti_relay_tests::relay;

use crate::support::{Folder, TOOLS, helpdesk, text};

/// A call and the one request that it makes: tool, arguments, path below `/api/v1/`, body, whether a key comes along.
type Row = (&'static str, Value, &'static str, &'static str, bool);

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![
        // Shape A: subject and content go into `data`, whatever the order of the arguments.
        (
            "create_ticket",
            json!({"content": "<p>It <b>broke</b>.</p>", "subject": "Pole", "originator_email_address": "ann@example.com"}),
            "tickets",
            r#"{"originator_email_address":"ann@example.com","data":{"subject":"Pole","content":"<p>It <b>broke</b>.</p>"}}"#,
            true,
        ),
        // Everything: top-level order, and the queue's name both at the top and in `data`.
        (
            "create_ticket",
            json!({
                "originator_email_address": "ann@example.com", "subject": "S", "content": "C", "queue_name": "Support",
                "data": {"order": 7, "subject": "overridden"}, "is_public": false, "use_passed_originator_as_responder": true,
            }),
            "tickets",
            r#"{"originator_email_address":"ann@example.com","is_public":false,"use_passed_originator_as_responder":true,"queue_name":"Support","data":{"order":7,"subject":"S","content":"C","queue_name":"Support"}}"#,
            true,
        ),
        // Shape B.
        (
            "create_ticket",
            json!({
                "originator_email_address": "ann@example.com", "template_identifier": "delivery_delay",
                "data": {"name": "Ann", "order": "4711"},
            }),
            "tickets",
            r#"{"originator_email_address":"ann@example.com","template_identifier":"delivery_delay","data":{"name":"Ann","order":"4711"}}"#,
            true,
        ),
        // Shape C.
        (
            "create_ticket",
            json!({
                "originator_email_address": "ann@example.com", "intervention": "recall", "uid": "r-1",
                "data": {"data": {"bike": 3}},
            }),
            "tickets",
            r#"{"originator_email_address":"ann@example.com","intervention":"recall","uid":"r-1","data":{"data":{"bike":3}}}"#,
            true,
        ),
        (
            "respond_to_ticket",
            json!({"from_email": "ann@example.com", "ticket_number": "709383", "content": "Grüße"}),
            "tickets/respond",
            r#"{"ticket_number":"709383","from_email":"ann@example.com","content":"Grüße"}"#,
            true,
        ),
        (
            "respond_to_ticket",
            json!({
                "ticket_number": "709383", "from_email": "ann@example.com", "content": "x", "is_internal": true,
                "status": "on-hold", "on_hold_until": "2026-12-24",
            }),
            "tickets/respond",
            r#"{"ticket_number":"709383","from_email":"ann@example.com","content":"x","is_internal":true,"status":"on-hold","on_hold_until":"2026-12-24"}"#,
            true,
        ),
        ("query_tickets", json!({}), "tickets/query", "{}", false),
        ("query_tickets", json!({"perspective_id": 3}), "tickets/query", r#"{"perspective_id":3}"#, false),
        (
            "query_tickets",
            json!({"perspective_name": "All"}),
            "tickets/query",
            r#"{"search_object":{"search_perspective":"All"}}"#,
            false,
        ),
        (
            "query_tickets",
            json!({
                "search_object": {"search_perspective": "Mine", "criteria": [{"mode": "status", "tokens": ["open"]}]},
                "perspective_name": "All",
            }),
            "tickets/query",
            r#"{"search_object":{"criteria":[{"mode":"status","tokens":["open"]}],"search_perspective":"All"}}"#,
            false,
        ),
        ("get_ticket", json!({"ticket_number": "709383"}), "tickets/show", r#"{"ticket_number":"709383"}"#, false),
        (
            "get_ticket",
            json!({"view": "full", "ticket_number": "709383"}),
            "tickets/show",
            r#"{"ticket_number":"709383"}"#,
            false,
        ),
        (
            "list_responses",
            json!({"ticket_number": "709383"}),
            "tickets/responses",
            r#"{"ticket_number":"709383"}"#,
            false,
        ),
        // An id keeps the type that it was given in.
        (
            "get_attachment",
            json!({"response_attachment_id": "5", "ticket_number": "709383"}),
            "tickets/attachment",
            r#"{"ticket_number":"709383","response_attachment_id":"5"}"#,
            false,
        ),
        (
            "get_attachment",
            json!({"ticket_number": "709383", "response_attachment_id": 5, "confirm": true}),
            "tickets/attachment",
            r#"{"ticket_number":"709383","response_attachment_id":5,"intent":"review_ok"}"#,
            false,
        ),
        (
            "get_attachment",
            json!({"ticket_number": "709383", "response_attachment_id": 5, "confirm": false}),
            "tickets/attachment",
            r#"{"ticket_number":"709383","response_attachment_id":5}"#,
            false,
        ),
        ("query_responses", json!({}), "tickets/responses/query", "{}", false),
        (
            "query_responses",
            json!({
                "cursor": {"id": 9, "created_at": "2026-11-01 10:00:00"}, "limit": 50, "fields": ["plain_text"],
                "ticket_number": ["709383"], "queue_id": [1], "queue": ["Inbox"], "include_deleted": true,
                "staff_response": false, "is_internal": false, "created_to": "2026-11-30", "created_from": "2026-11-01",
            }),
            "tickets/responses/query",
            r#"{"created_from":"2026-11-01","created_to":"2026-11-30","is_internal":false,"staff_response":false,"include_deleted":true,"queue":["Inbox"],"queue_id":[1],"ticket_number":["709383"],"fields":["plain_text"],"limit":50,"cursor":{"created_at":"2026-11-01 10:00:00","id":9}}"#,
            false,
        ),
        ("tickiti_call", json!({"family": "token", "action": "show"}), "token", "{}", false),
        (
            "tickiti_call",
            json!({"family": "tickets", "action": "show", "payload": {"ticket_number": "709383", "more": [1, 2.5]}}),
            "tickets/show",
            r#"{"more":[1,2.5],"ticket_number":"709383"}"#,
            false,
        ),
        // Keyed routes carry a key here, too.
        (
            "tickiti_call",
            json!({
                "family": "tickets", "action": "respond",
                "payload": {"ticket_number": "709383", "from_email": "ann@example.com", "content": "x"},
            }),
            "tickets/respond",
            r#"{"content":"x","from_email":"ann@example.com","ticket_number":"709383"}"#,
            true,
        ),
        // What fills the path stays in the body.
        (
            "tickiti_call",
            json!({
                "family": "administration", "action": "users.queue_upsert",
                "payload": {"user": 2, "queue": 1, "can_view": true},
            }),
            "administration/users/2/queues/1",
            r#"{"can_view":true,"queue":1,"user":2}"#,
            false,
        ),
    ];
    for (tool, path) in [
        ("list_perspectives", "settings/perspectives"),
        ("list_watchlists", "settings/watchlists"),
        ("list_stock_responses", "settings/stock-responses"),
        ("list_queues", "workflow/queues"),
    ] {
        rows.push((tool, json!({}), path, "{}", false));
        rows.push((tool, json!({"filters": {"z": 1, "a": "b"}}), path, r#"{"a":"b","z":1}"#, false));
    }
    for (kind, path) in [
        ("resolution-categories", "workflow/resolution-categories"),
        ("interventions", "workflow/interventions"),
        ("escalations", "workflow/escalations"),
    ] {
        rows.push(("list_workflow", json!({"kind": kind}), path, "{}", false));
    }
    rows.push((
        "list_workflow",
        json!({"filters": {"q": 1}, "kind": "escalations"}),
        "workflow/escalations",
        r#"{"q":1}"#,
        false,
    ));
    for (report, path) in [
        ("meta", "reports/meta"),
        ("resolutions", "reports/resolutions"),
        ("volumes", "reports/volumes"),
        ("response-times", "reports/response-times"),
        ("agent-activity", "reports/agent-activity"),
    ] {
        rows.push(("run_report", json!({"report": report}), path, "{}", false));
    }
    let dates = json!({"date_from": "2026-01-01", "date_to": "2026-12-31", "group_by": "day"});
    rows.push((
        "run_report",
        json!({"report": "volumes", "filters": dates}),
        "reports/volumes",
        r#"{"date_from":"2026-01-01","date_to":"2026-12-31","group_by":"day"}"#,
        false,
    ));
    rows
}

fn body(request: &SeenRequest) -> String {
    String::from_utf8(request.body.to_vec()).unwrap()
}

#[test]
fn each_tool_sends_what_the_original_sends() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    let mut faults = Vec::new();
    for (tool, arguments, path, expected, keyed) in rows() {
        helpdesk.clear_logs();
        let answer = relay.call(tool, arguments.clone()).unwrap();
        let requests = helpdesk.requests();
        let told: Vec<_> = requests
            .iter()
            .map(|request| {
                (
                    request.method.as_str(),
                    request.path.clone(),
                    body(request),
                    request.header("idempotency-key").is_some(),
                )
            })
            .collect();
        let wanted = [("POST", format!("/api/v1/{path}"), expected.to_owned(), keyed)];
        if told != wanted {
            faults.push(format!(
                "{tool} {arguments}\n  sent   {told:?}\n  wanted {wanted:?}\n  answer {}",
                answer.text()
            ));
        }
    }
    assert!(faults.is_empty(), "{} of {} differ:\n{}", faults.len(), rows().len(), faults.join("\n"));
}

#[test]
fn each_tool_has_a_row() {
    let rows = rows();
    // Three the relay answers by itself, one is below.
    let rest: Vec<_> = TOOLS.iter().filter(|tool| rows.iter().all(|(name, ..)| name != *tool)).collect();
    assert_eq!(rest, [&"export_responses", &"list_endpoints", &"unsettled_writes", &"settle_write"]);
}

#[test]
fn every_request_is_json_with_a_token_and_keys_are_new_for_each_call() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    for content in ["one", "two"] {
        let arguments = json!({"originator_email_address": "ann@example.com", "subject": "S", "content": content});
        relay.call("create_ticket", arguments).unwrap().done().unwrap();
    }
    let keys: Vec<_> = helpdesk
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("accept"), Some("application/json"));
            assert_eq!(request.header("authorization"), Some("Bearer [full]"));
            request.header("idempotency-key").unwrap().to_owned()
        })
        .collect();
    assert!(keys.len() == 2 && keys[0] != keys[1] && keys.iter().all(|key| key.len() <= 255), "{keys:?}");
}

#[test]
fn no_request_is_made_for_the_list_of_endpoints() {
    let helpdesk = helpdesk();
    let mut relay = relay().helpdesk(&helpdesk).start().unwrap();
    relay.call("list_endpoints", json!({})).unwrap().done().unwrap();
    relay.call("list_endpoints", json!({"family": "tickets"})).unwrap().done().unwrap();
    assert_eq!(helpdesk.requests(), []);
}

#[test]
fn an_export_sends_its_filters_then_limit_then_cursor() {
    let helpdesk = helpdesk();
    let files = Folder::new();
    let mut relay = relay().helpdesk(&helpdesk).files(&files.path()).start().unwrap();
    let path = text(files.path().join("all.ndjson"));
    relay.call("export_responses", json!({"path": path, "queue": ["Inbox"], "created_from": "2020-01-01"})).unwrap();
    let first = &helpdesk.requests()[0];
    assert_eq!(first.path, "/api/v1/tickets/responses/query");
    assert_eq!(body(first), r#"{"created_from":"2020-01-01","queue":["Inbox"],"limit":500}"#);
    assert_eq!(first.header("idempotency-key"), None);

    helpdesk.clear_logs();
    let arguments = json!({"path": path, "page_size": 2, "overwrite": true});
    relay.call("export_responses", arguments).unwrap().done().unwrap();
    let requests = helpdesk.requests();
    assert_eq!(body(&requests[0]), r#"{"limit":2}"#);
    for pair in requests.windows(2) {
        // The cursor goes back as it came, last in the body.
        assert!(body(&pair[1]).starts_with(r#"{"limit":2,"cursor":{"created_at":""#), "{}", body(&pair[1]));
    }
    assert!(requests.len() > 2, "the scratch helpdesk has more than four responses");
}

/// What the original makes of images: a data URI in place of the token, or a paragraph at the end.
#[test]
fn images_are_placed_as_in_the_original() {
    use base64::Engine as _;
    let picture = sample();
    let image =
        format!("<img src=\"data:image/png;base64,{}\">", base64::engine::general_purpose::STANDARD.encode(&picture));
    let helpdesk = helpdesk();
    let files = Folder::new().file("a.png", &picture).file("b.PNG", &picture);
    let mut relay = relay().helpdesk(&helpdesk).files(&files.path()).start().unwrap();
    let (a, b) = (text(files.path().join("a.png")), text(files.path().join("b.PNG")));
    let cases = [
        (
            json!("<p>{{attach:a.png}} and {{attach:a.png}}</p>"),
            json!([{"path": a}]),
            format!("<p>{image} and {image}</p>"),
        ),
        (json!("see [here]"), json!([{"path": a, "placeholder": "[here]"}]), format!("see {image}")),
        (json!("{{attach:shot}}"), json!([{"path": a, "name": "shot"}]), image.clone()),
        (json!("text"), json!([{"path": a}, {"path": b}]), format!("text<p>{image}</p><p>{image}</p>")),
    ];
    for (content, attachments, expected) in cases {
        helpdesk.clear_logs();
        let arguments = json!({
            "ticket_number": "000000", "from_email": "ann@example.com", "content": content, "attachments": attachments,
        });
        relay.call("respond_to_ticket", arguments).unwrap();
        let requests = helpdesk.requests();
        let body = body(requests.first().unwrap());
        let wanted =
            json!({"ticket_number": "000000", "from_email": "ann@example.com", "content": expected}).to_string();
        assert_eq!(body, wanted);
    }
    // Opening a ticket: into `data.content`, with no content of its own too.
    helpdesk.clear_logs();
    let arguments =
        json!({"originator_email_address": "ann@example.com", "subject": "S", "attachments": [{"path": a}]});
    relay.call("create_ticket", arguments).unwrap();
    let data = helpdesk.requests()[0].json().unwrap()["data"].clone();
    assert_eq!(data, json!({"subject": "S", "content": format!("<p>{image}</p>")}));
}
