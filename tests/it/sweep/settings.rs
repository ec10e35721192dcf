//! `settings`: a view, a list of tickets, an answer kept for reuse, hashtags. All are used on the ticket that is there.

use serde_json::json;

use super::step::{NOT_FOUND, Step, step};

pub(super) fn story() -> Vec<Step> {
    [perspective(), watchlist(), stock_response(), hashtag()].concat()
}

fn perspective() -> Vec<Step> {
    let named = || json!({"perspective_id": "$perspective"});
    let body = json!({
        "name": "Sweep", "shared": false,
        "conditions": [{"field": "queue", "operator": "is", "value": "Billing"}],
        "orders": [{"field": "created_at", "ascending": true}],
    });
    vec![
        step("settings.perspectives.create", body).keeps("perspective", "/perspective_id"),
        step("settings.perspectives.index", json!({}))
            .shows("/perspectives", json!([{"id": "$perspective", "name": "Sweep", "is_built_in": false}])),
        step("tickets.query", named()).lacks("", json!({"number": "$number"})).has("", json!({"queue": "Billing"})),
        step(
            "settings.perspectives.update",
            json!({
                "perspective_id": "$perspective", "description": "By post",
                "conditions": [{"field": "queue", "operator": "is", "value": "Repairs by post"}],
            }),
        ),
        step("settings.perspectives.show", json!({"name": "sweep"})).shows(
            "/perspective",
            json!({
                "id": "$perspective", "name": "Sweep", "description": "By post",
                "conditions": [{"value": "Repairs by post"}], "orders": [{"ascending": true}],
            }),
        ),
        step("tickets.query", named()).has("", json!({"number": "$number"})).lacks("", json!({"queue": "Billing"})),
        step("settings.perspectives.delete", named()).once(),
        step("settings.perspectives.index", json!({"scope": "all"}))
            .lacks("/perspectives", json!({"id": "$perspective"})),
        step("settings.perspectives.show", named()).refused(NOT_FOUND),
    ]
}

fn watchlist() -> Vec<Step> {
    let tickets = |ids: [&str; 2]| json!({"watchlist_id": "$watchlist", "ticket_ids": ids});
    let index = || step("settings.watchlists.index", json!({}));
    vec![
        step("settings.watchlists.create", json!({"name": "Sweep", "icon": "flag", "shared": false}))
            .keeps("watchlist", "/watchlist_id"),
        index().has("/watchlists", json!({"id": "$watchlist", "name": "Sweep", "icon": "flag", "ticket_ids": []})),
        step("settings.watchlists.add_tickets", tickets(["9", "$ticket_id"])),
        index().has("/watchlists", json!({"id": "$watchlist", "ticket_ids": ["9", "$ticket_id"], "ticket_count": 2})),
        step("settings.watchlists.reorder", tickets(["$ticket_id", "9"])),
        index().has("/watchlists", json!({"id": "$watchlist", "ticket_ids": ["$ticket_id", "9"]})),
        step("settings.watchlists.remove_tickets", json!({"watchlist_id": "$watchlist", "ticket_ids": [9]})),
        step(
            "tickets.query",
            json!({"search_object": {"criteria": [{"mode": "watchlist", "tokens": ["$watchlist"]}]}}),
        )
        .shows("", json!([{"number": "$number"}])),
        step("settings.watchlists.update", json!({"watchlist_id": "$watchlist", "name": "To weld", "icon": "star"})),
        index().has("/watchlists", json!({"id": "$watchlist", "name": "To weld", "icon": "star", "ticket_count": 1})),
        step("settings.watchlists.delete", json!({"watchlist_id": "$watchlist"})).once(),
        index().lacks("/watchlists", json!({"id": "$watchlist"})),
        step("settings.watchlists.add_tickets", tickets(["9", "$ticket_id"])).refused(NOT_FOUND),
    ]
}

fn stock_response() -> Vec<Step> {
    let named = || json!({"template_id": "$stock"});
    let body = json!({
        "identifier": "sweep_weld", "category": "Workshop", "subject": "Welding", "content": "<p>We weld on Fridays.</p>",
        "ai_relevance": "as_is",
    });
    vec![
        step("settings.stock_responses.create", body).keeps("stock", "/template/id"),
        step("settings.stock_responses.index", json!({"search": "on fridays", "include_content": true})).shows(
            "/stock_responses",
            json!([{"id": "$stock", "identifier": "sweep_weld", "content": "<p>We weld on Fridays.</p>"}]),
        ),
        step("settings.stock_responses.image_upload", named())
            .file("picture.png")
            .keeps("weld", "/img")
            .effect("stock response:$stock", "image picture.png uploaded"),
        step(
            "settings.stock_responses.update",
            json!({"template": {"id": "$stock", "title": "Welding days", "content": "<p>$weld</p>"}}),
        ),
        step("settings.stock_responses.show", named()).shows(
            "/template",
            json!({"identifier": "sweep_weld", "title": "Welding days", "content": "<p>$weld</p>", "category": "Workshop"}),
        ),
        step("settings.stock_responses.delete", named()).once(),
        step("settings.stock_responses.index", json!({})).lacks("/stock_responses", json!({"id": "$stock"})),
        step("settings.stock_responses.show", named()).refused(NOT_FOUND),
    ]
}

/// Hashtags are made elsewhere; one that is not there is deleted without complaint.
fn hashtag() -> Vec<Step> {
    let index = || step("settings.hashtags.index", json!({}));
    let delete = || step("settings.hashtags.delete", json!({"tag": "#vip"}));
    vec![
        // One of the company, and the one of the story.
        index().has("/hashtags", json!({"tag": "vip", "tickets": 2})),
        delete(),
        index().lacks("/hashtags", json!({"tag": "vip"})),
        delete(),
        index().has("/hashtags", json!({"tag": "warranty"})).lacks("/hashtags", json!({"tag": "vip"})),
    ]
}
