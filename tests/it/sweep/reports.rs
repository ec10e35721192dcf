//! `reports`, narrowed to the queue of the story: they count what happened there and no more.

use serde_json::json;

use super::step::{Step, step};

pub(super) fn story() -> Vec<Step> {
    let today = json!({"date_from": "2026-11-02", "date_to": "2026-11-02", "queue_id": "$queue"});
    vec![
        step("reports.meta", json!({}))
            .has("/queues", json!({"id": "$queue", "name": "Repairs by post"}))
            .shows("/last_day", json!("2026-11-02")),
        step("reports.volumes", today.clone()).shows("/totals", json!({"created": 3, "closed": 1})),
        step("reports.resolutions", today.clone())
            .shows("/closed", json!(1))
            .has("/resolutions", json!({"name": "Solved", "tickets": 1, "percent": 100})),
        step("reports.response_times", today.clone()).shows("/totals", json!({"tickets": 3})),
        step("reports.agent_activity", today)
            .has("/agents", json!({"email": "priya.nair@kestrel.example", "public_responses": 2})),
    ]
}
