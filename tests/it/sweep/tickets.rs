//! `tickets` and `interventions`: a ticket from its opening to its end, with others beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::runner::NOTE;
use super::step::{NOT_FOUND, Step, step};

const PRIYA: &str = "priya.nair@kestrel.example";
const INES: &str = "ines.duarte@harborlight.example";
const WEI: &str = "wei.zhang@brightgrid.example";
const YUKI: &str = "yuki@tanabe-design.example";

/// A body that names the story's ticket.
fn ticket() -> Value {
    json!({"ticket_number": "$ticket"})
}

fn show() -> Step {
    step("tickets.show", ticket())
}

/// Another ticket, by the name that its number is kept under.
fn show_other(kept: &str) -> Step {
    step("tickets.show", json!({"ticket_number": format!("${kept}")}))
}

pub(super) fn lookups() -> Vec<Step> {
    vec![
        step("tickets.staff", json!({"search": "noor"}))
            .shows("/staff", json!([{"email": "noor.visser@kestrel.example", "teams": ["team:$team"]}])),
        step("tickets.teams", json!({})).has("/teams", json!({"key": "team:$team", "name": "Frame builders"})),
        step("tickets.queues", json!({})).has("/queues", json!({"id": "$queue", "name": "Repairs by post"})),
        step("tickets.search_modes", json!({})).has("/modes", json!({"mode": "watchlist"})),
    ]
}

pub(super) fn opened() -> Vec<Step> {
    let file = json!({"sha256": "$digest", "name": "note.txt", "file_size": "$size"});
    let body = json!({
        "originator_email_address": INES, "queue_name": "Repairs by post", "use_passed_originator_as_responder": true,
        "data": {"subject": "Bent pole", "content": "<p>It bent in the wind.</p>", "priority": "High"},
        "attachments": [file],
    });
    vec![
        step("tickets.attachment_upload", json!({}))
            .file("note.txt")
            .keeps("digest", "/sha256")
            .keeps("size", "/file_size")
            .effect("file:$digest", "uploaded"),
        step("tickets.create", body)
            .keeps("number", "/ticket_number")
            .keeps_text("ticket", "/ticket_number")
            .keeps_text("ticket_id", "/ticket_id"),
        show()
            .shows("/ticket", json!({
                "id": "$ticket_id", "subject": "Bent pole", "status": "open", "priority": "30", "queue": "Repairs by post",
                "originator_email": INES,
            }))
            .shows("/responses", json!([{"html": "<p>It bent in the wind.</p>", "created_by_email": INES}]))
            .keeps("attachment", "/responses/0/attachments/0/id"),
        step("tickets.attachment", json!({"ticket_number": "$ticket", "response_attachment_id": "$attachment"})).shows(
            "",
            json!({"name": "note.txt", "sha256": "$digest", "file_size": "$size", "content_base64": STANDARD.encode(NOTE)}),
        ),
    ]
}

pub(super) fn answered() -> Vec<Step> {
    let respond = json!({
        "ticket_number": "$ticket", "from_email": PRIYA, "content": "<p>Please send it in. #vip</p>",
        "assigned_to_email": "team:$team", "status": "on-hold", "on_hold_until": "2026-11-20",
    });
    let people = |email: &str| json!({"ticket_number": "$ticket", "participants": [email]});
    let edit = json!({"response_id": "$answer", "replace": [{"find": "send it in", "replace": "bring it over"}]});
    vec![
        step("tickets.respond", respond).keeps("answer", "/response_id").keeps_text("answer_id", "/response_id"),
        show().shows(
            "/ticket",
            json!({
                "status": "on-hold", "on_hold_until": "2026-11-20", "assigned_to_email": "team:$team",
            }),
        ),
        step("tickets.responses", ticket()).has(
            "/responses",
            json!({"id": "$answer_id", "html": "<p>Please send it in. #vip</p>", "is_internal": false}),
        ),
        step("tickets.response_update", edit),
        step("tickets.response_show", json!({"response_id": "$answer"}))
            .shows("/response", json!({"id": "$answer_id", "html": "<p>Please bring it over. #vip</p>"})),
        step("tickets.participants_add", people(WEI)),
        show().has("/ticket/participants", json!({"email": WEI})),
        step("tickets.participants_remove", people(WEI)),
        show().lacks("/ticket/participants", json!({"email": WEI})),
        step("tickets.originator_update", json!({"ticket_number": "$ticket", "originator_email": YUKI})),
        show().shows("/ticket/originator_email", json!(YUKI)).has("/ticket/participants", json!({"email": INES})),
        step("tickets.query", json!({"search_object": {"criteria": [{"mode": "raised", "tokens": [YUKI]}]}}))
            .has("", json!({"number": "$number", "subject": "Bent pole"})),
    ]
}

/// Links, copies, moves and a split, with a second ticket; then the two become one.
pub(super) fn rearranged() -> Vec<Step> {
    let other = json!({
        "originator_email_address": INES, "queue_name": "Repairs by post",
        "data": {"subject": "Same pole again", "content": "<p>Any news?</p>"},
    });
    let links = |kept: &str| step("tickets.links", json!({"ticket_number": format!("${kept}")}));
    let unlink = json!({"ticket_number": "$ticket", "linked_ticket_number": "$other"});
    vec![
        step("tickets.create", other).keeps_text("other", "/ticket_number").keeps_text("other_id", "/ticket_id"),
        show_other("other").shows("/ticket/subject", json!("Same pole again")),
        step("tickets.link", json!({"ticket_number": "$ticket", "linked_ticket_numbers": ["$other"]})),
        links("ticket").shows("/linked_tickets", json!([{"ticket_id": "$other_id", "is_clone": false}])),
        links("other").shows("/linked_tickets", json!([{"ticket_id": "$ticket_id"}])),
        step("tickets.unlink", unlink).once(),
        links("other").shows("/linked_tickets", json!([])),
        step("tickets.response_copy", json!({"response_ids": ["$answer"], "target_ticket_number": "$other"}))
            .keeps("copy", "/response_ids/0")
            .keeps_text("copy_id", "/response_ids/0"),
        show_other("other").has("/responses", json!({"id": "$copy_id", "html": "<p>Please bring it over. #vip</p>"})),
        step("tickets.response_move", json!({"response_ids": ["$copy"], "target_ticket_number": "$ticket"}))
            .keeps("moved", "/response_ids/0")
            .keeps_text("moved_id", "/response_ids/0"),
        show().has("/responses", json!({"id": "$moved_id", "html": "<p>Please bring it over. #vip</p>"})),
        step("tickets.response_show", json!({"response_id": "$copy"})).refused(NOT_FOUND),
        step("tickets.split", json!({"response_ids": ["$moved"], "subject": "The other pole"}))
            .keeps_text("split", "/ticket_number")
            .keeps_text("split_id", "/ticket_id")
            .keeps("moved", "/response_ids/0"),
        show_other("split")
            .shows("/ticket", json!({"subject": "The other pole", "queue": "Repairs by post"}))
            .has("/responses", json!({"html": "<p>Please bring it over. #vip</p>"})),
        links("ticket").shows("/linked_tickets", json!([{"ticket_id": "$split_id", "is_clone": true}])),
        step("tickets.response_delete", json!({"response_id": "$moved"})).once(),
        show_other("split").lacks("/responses", json!({"html": "<p>Please bring it over. #vip</p>"})),
        step("tickets.responses_query", json!({"ticket_number": ["$split"], "is_empty": false}))
            .shows("/responses", json!([])),
        step(
            "tickets.responses_query",
            json!({"ticket_number": ["$split"], "include_deleted": true, "is_empty": false}),
        )
        .shows("/responses", json!([{"plain_text": "Please bring it over. #vip"}])),
        step("tickets.merge", json!({"ticket_number": "$other", "other_ticket_number": "$ticket"})).once(),
        show_other("other").refused(NOT_FOUND),
        show().has("/responses", json!({"html": "<p>Any news?</p>"})),
    ]
}

pub(super) fn ended() -> Vec<Step> {
    let file =
        json!({"ticket_number": "$ticket", "response_attachment_id": "$attachment", "reason": "Not ours to keep"});
    let close = json!({
        "ticket_number": "$ticket", "from_email": PRIYA, "content": "<p>Welded.</p>", "resolved": "Solved",
    });
    let delete = |dry_run: bool| json!({"ticket_numbers": ["$split"], "dry_run": dry_run});
    vec![
        step("tickets.attachment_delete", file).once(),
        step("tickets.attachment", json!({"ticket_number": "$ticket", "response_attachment_id": "$attachment"}))
            .refused(NOT_FOUND),
        show().shows("/responses/0/attachments", json!([])),
        step("tickets.close", close),
        show()
            .shows("/ticket", json!({"status": "closed", "resolved": "Solved"}))
            .has("/responses", json!({"html": "<p>Welded.</p>", "created_by_email": PRIYA})),
        step("tickets.delete", delete(true)).shows("/count", json!(1)),
        show_other("split").shows("/ticket/status", json!("open")),
        step("tickets.delete", delete(false)).once(),
        show_other("split").refused(NOT_FOUND),
        step("tickets.restore", json!({"ticket_number": "$split"})),
        show_other("split").shows("/ticket/status", json!("open")),
        step("tickets.restore", json!({"ticket_number": "$split"})).refused("The ticket is not deleted."),
    ]
}

pub(super) fn raised_by_an_intervention() -> Vec<Step> {
    let raise = json!({
        "originator_email_address": "sam.okafor@delta-couriers.example", "intervention": "frame_alarm", "uid": "frame-7",
        "data": {"data": {"bike": 7}},
    });
    let accept = || json!({"intervention": "frame_alarm", "uid": "frame-7", "data": {"bike": 7}});
    vec![
        step("tickets.create", raise).keeps_text("alarm", "/ticket_number"),
        show_other("alarm").shows("/ticket", json!({"subject": "Frame alarm on 7", "queue": "Repairs by post"})).shows(
            "/responses",
            json!([
                {"html": "<p>The private words for bike 7.</p>", "is_internal": true},
                {"html": "<p>The public words for bike 7.</p>", "is_internal": false},
            ]),
        ),
        step("interventions.accept", accept()),
        show_other("alarm").has("/responses", json!({"html": "<p>The final words for bike 7.</p>"})),
        step("interventions.accept", json!({"intervention": "frame_alarm", "uid": "frame-8"})).refused(NOT_FOUND),
    ]
}
