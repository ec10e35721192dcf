//! What each tool sends.

use serde_json::{Value, json};
use tickiti_plugin_reads::PLUGIN;
use tickiti_relay_sdk::testing::Given;

fn relayed(tool: &str, arguments: Value) -> (String, Value) {
    Given::call(&PLUGIN, tool, arguments).start().relayed()
}

#[test]
fn lists_send_their_filters_or_an_empty_body() {
    for (tool, route) in [
        ("list_perspectives", "settings.perspectives.index"),
        ("list_watchlists", "settings.watchlists.index"),
        ("list_stock_responses", "settings.stock_responses.index"),
        ("list_queues", "workflow.queues.index"),
    ] {
        assert_eq!(relayed(tool, json!({})), (route.to_owned(), json!({})));
        let filters = json!({"search": "x", "deep": {"n": null}});
        assert_eq!(relayed(tool, json!({ "filters": filters })), (route.to_owned(), filters));
    }
}

#[test]
fn kinds_and_reports_have_routes_of_their_own() {
    for (kind, route) in [
        ("resolution-categories", "workflow.resolutions.index"),
        ("interventions", "workflow.interventions.index"),
        ("escalations", "workflow.escalations.index"),
    ] {
        assert_eq!(relayed("list_workflow", json!({ "kind": kind })), (route.to_owned(), json!({})));
    }
    for (report, route) in [
        ("meta", "reports.meta"),
        ("resolutions", "reports.resolutions"),
        ("volumes", "reports.volumes"),
        ("response-times", "reports.response_times"),
        ("agent-activity", "reports.agent_activity"),
    ] {
        let filters = json!({"date_from": "2026-01-01", "date_to": "2026-12-31", "queue_id": 4});
        assert_eq!(relayed("run_report", json!({"report": report, "filters": filters})), (route.to_owned(), filters));
        assert_eq!(relayed("run_report", json!({ "report": report })), (route.to_owned(), json!({})));
    }
}

#[test]
fn unknown_kinds_and_reports_are_refused_with_the_valid_ones() {
    let run = Given::call(&PLUGIN, "list_workflow", json!({"kind": "escalation"})).start();
    assert!(run.error().contains("`escalations`"), "{}", run.error());
    let run = Given::call(&PLUGIN, "run_report", json!({"report": "volume"})).start();
    assert!(run.error().contains("`volumes`"), "{}", run.error());
}
