//! `workflow`: a queue that all the others work in, categories, an intervention, an escalation, business hours.

use serde_json::json;

use super::step::{Step, step};

pub(super) fn made() -> Vec<Step> {
    [queue(), category(), escalation(), intervention(), hours()].concat()
}

fn queue() -> Vec<Step> {
    vec![
        step("workflow.queues.create", json!({"name": "Repairs"})).keeps("queue", "/queue/id"),
        step("workflow.queues.index", json!({}))
            .has("/queues", json!({"id": "$queue", "name": "Repairs", "is_default": false, "ticket_count": 0})),
        step(
            "workflow.queues.update",
            json!({"queue_id": "$queue", "name": "Repairs by post", "content_type": "repairs"}),
        ),
        step("workflow.queues.index", json!({}))
            .has("/queues", json!({"id": "$queue", "name": "Repairs by post", "content_type": "repairs"})),
    ]
}

fn category() -> Vec<Step> {
    vec![
        step("workflow.resolutions.create", json!({"name": "Sent back", "colour": "#102030"}))
            .keeps("category", "/resolution/id"),
        step("workflow.resolutions.index", json!({}))
            .has("", json!({"id": "$category", "name": "Sent back", "colour": "#102030"})),
        step("workflow.resolutions.update", json!({"id": "$category", "name": "Sent back to the maker"})),
        step("tickets.resolutions", json!({}))
            .has("/resolutions", json!({"id": "$category", "name": "Sent back to the maker", "selectable": true})),
        step("workflow.resolutions.reorder", json!({"ids": ["$category", 5, 4]})),
        step("workflow.resolutions.index", json!({}))
            .shows("", json!([{"id": "$category"}, {"id": "5"}, {"id": "4"}, {"id": "1"}, {"id": "2"}, {"id": "3"}])),
    ]
}

fn escalation() -> Vec<Step> {
    let email = "marta.kowalska@kestrel.example";
    vec![
        step("workflow.escalations.create", json!({"minutes": 60, "action": "notify", "email": email}))
            .keeps("escalation", "/escalation/id"),
        step("workflow.escalations.index", json!({}))
            .has("/escalations", json!({"id": "$escalation", "minutes": 60, "action": "notify", "email": email})),
        step("workflow.escalations.update", json!({"id": "$escalation", "minutes": 90, "action": "email"})),
        step("workflow.escalations.index", json!({}))
            .has("/escalations", json!({"id": "$escalation", "minutes": 90, "action": "email", "email": email})),
        step("workflow.escalations.delete", json!({"id": "$escalation"})).once(),
        step("workflow.escalations.index", json!({})).lacks("/escalations", json!({"id": "$escalation"})),
    ]
}

fn intervention() -> Vec<Step> {
    let index = || step("workflow.interventions.index", json!({}));
    let body = json!({
        "name": "frame_alarm", "title": "Frame", "queue_name": "Repairs by post", "create_urgent": true,
        "remote_timeout_seconds": 20,
    });
    vec![
        step("workflow.interventions.create", body).keeps("intervention", "/intervention/id"),
        index().has(
            "/interventions",
            json!({"id": "$intervention", "title": "Frame", "queue_name": "Repairs by post", "remote_timeout_seconds": 20}),
        ),
        step(
            "workflow.interventions.update",
            json!({"intervention_id": "$intervention", "title": "Frame alarm", "remote_enabled": true}),
        ),
        index().has("/interventions", json!({"id": "$intervention", "title": "Frame alarm", "remote_enabled": true})),
        step(
            "workflow.interventions.generate_token",
            json!({"intervention_id": "$intervention", "remote_name": "Frame sensors"}),
        )
        .keeps("remote_token", "/token"),
        index().has("/interventions", json!({"id": "$intervention", "remotes": [{"remote_name": "Frame sensors"}]})),
        step("administration.api_tokens.index", json!({}))
            .has("/api_tokens", json!({"name": "Frame sensors", "abilities": ["create-ticket"]})),
    ]
}

fn hours() -> Vec<Step> {
    let body =
        json!({"mode": "simple", "mon_enabled": true, "fri_enabled": false, "simple_start": 480, "simple_end": 960});
    vec![
        step("workflow.business_hours.update", body)
            .shows("/business_hours", json!({"fri_enabled": false, "simple_start": 480, "simple_end": 960}))
            .effect("business_hours:1", "updated"),
    ]
}

pub(super) fn gone() -> Vec<Step> {
    let in_use = "body says that it did not work";
    vec![
        step("workflow.interventions.delete", json!({"intervention_id": "$intervention"})).once(),
        step("workflow.interventions.index", json!({})).lacks("/interventions", json!({"id": "$intervention"})),
        step("workflow.resolutions.delete", json!({"id": "$category"})).once(),
        step("workflow.resolutions.index", json!({})).lacks("", json!({"id": "$category"})),
        step("workflow.queues.delete", json!({"queue_id": "$queue"})).refused(in_use),
        step("workflow.queues.move", json!({"from_queue_id": "$queue", "to_queue_id": "1"})),
        step("tickets.show", json!({"ticket_number": "$ticket"})).shows("/ticket/queue", json!("Inbox")),
        step("workflow.queues.index", json!({})).has("/queues", json!({"id": "$queue", "ticket_count": 0})),
        step("workflow.queues.delete", json!({"queue_id": "$queue"})).once(),
        step("workflow.queues.index", json!({})).lacks("/queues", json!({"id": "$queue"})),
        step("workflow.queues.move", json!({"from_queue_id": "$queue", "to_queue_id": "1"})).refused("HTTP 404"),
    ]
}
