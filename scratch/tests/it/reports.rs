//! Figures over the tickets.

use serde_json::{Value, json};
use tickiti_relay_scratch::tickets::model::{Status, Ticket};

use crate::client::{Client, helpdesk, number};
use crate::cycle::laravel;

const ALL: (&str, &str) = ("2025-01-01", "2026-12-31");

fn dates((from, to): (&str, &str)) -> Value {
    json!({"date_from": from, "date_to": to})
}

fn grouped((from, to): (&str, &str), group: &str) -> Value {
    json!({"date_from": from, "date_to": to, "group_by": group})
}

fn sum(rows: &Value, member: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| row[member].as_u64().unwrap()).sum()
}

#[test]
fn volumes_count_every_ticket_and_response_once_however_they_are_cut() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let (tickets, written) = helpdesk.world(|world| (world.tickets.len() as u64, world.responses.len() as u64));
    for group in ["day", "week", "month"] {
        let report = admin.post("reports/volumes", &grouped(ALL, group)).json();
        let (rows, totals) = (&report["volumes"], &report["totals"]);
        for member in ["created", "closed", "customer_responses", "staff_responses", "internal_notes"] {
            assert_eq!(sum(rows, member), totals[member], "{group} {member}");
        }
        let both = [&totals["customer_responses"], &totals["staff_responses"], &totals["internal_notes"]];
        assert_eq!(totals["created"], tickets);
        assert_eq!(both.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), written);
    }
    let months = admin.post("reports/volumes", &grouped(("2026-09-15", "2026-11-02"), "month")).json();
    let labels: Vec<_> = months["volumes"].as_array().unwrap().iter().map(|row| row["period"].clone()).collect();
    assert_eq!(labels, ["2026-09", "2026-10", "2026-11"]);
}

#[test]
fn volumes_move_with_the_tickets() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let today = || full.post("reports/volumes", &dates(("2026-11-02", "2026-11-02"))).json()["volumes"][0].clone();
    let before = today();
    let new = json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": "c"},
                     "use_passed_originator_as_responder": true});
    let made = full.post("tickets", &new).data();
    // A ticket counts as closed on the day of its closing, not of its opening.
    let old = helpdesk.world(|world| {
        let open = |ticket: &&Ticket| ticket.status == Status::Open && ticket.queue_id == 1;
        world.tickets.iter().find(open).unwrap().number.to_string()
    });
    full.post("tickets/close", &json!({"ticket_number": old, "from_email": "a@b.example"})).data();
    let after = today();
    for member in ["created", "closed", "customer_responses"] {
        assert_eq!(after[member].as_u64(), before[member].as_u64().map(|count| count + 1), "{member}");
    }
    full.post("tickets/delete", &json!({"ticket_numbers": [made["ticket_number"], old]})).data();
    assert_eq!(today(), before);
}

#[test]
fn response_times_are_those_of_the_threads() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let new = json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": "c"},
                     "use_passed_originator_as_responder": true});
    let made = full.post("tickets", &new).data();
    let today = || full.post("reports/response-times", &grouped(("2026-11-02", "2026-11-02"), "day")).json();
    let before = today()["totals"].clone();
    helpdesk.world(|world| world.clock.advance(time::Duration::minutes(95)));
    let note = json!({"ticket_id": made["ticket_id"], "from_email": "tom.becker@kestrel.example", "content": "n", "is_internal": true});
    full.post("tickets/respond", &note).data();
    assert_eq!(today()["totals"], before, "a note is no answer");
    let reply = json!({"ticket_id": made["ticket_id"], "from_email": "tom.becker@kestrel.example", "content": "r"});
    full.post("tickets/respond", &reply).data();
    let after = today()["totals"].clone();
    assert_eq!(after["answered"].as_u64(), before["answered"].as_u64().map(|count| count + 1));
    assert_eq!((&after["tickets"], &after["longest_minutes"]), (&before["tickets"], &json!(95)));
    let report = full.post("reports/response-times", &grouped(ALL, "month")).json();
    assert_eq!(sum(&report["response_times"], "answered"), report["totals"]["answered"]);
    let unanswered = report["totals"]["tickets"].as_u64() > report["totals"]["answered"].as_u64();
    assert!(unanswered && report["totals"]["median_minutes"].as_u64() > Some(0), "{:#}", report["totals"]);
}

#[test]
fn resolutions_account_for_every_closed_ticket() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let report = admin.post("reports/resolutions", &dates(ALL)).json();
    let closed =
        helpdesk.world(|world| world.tickets.iter().filter(|ticket| ticket.status.text() == "closed").count() as u64);
    assert_eq!(report["closed"], closed);
    assert_eq!(sum(&report["resolutions"], "tickets") + report["without_resolution"].as_u64().unwrap(), closed);
    assert_eq!(
        (&report["resolutions"][2]["name"], &report["resolutions"][2]["tickets"]),
        (&json!("Replaced"), &json!(1))
    );
    assert_eq!(admin.post("reports/resolutions", &dates(("2020-01-01", "2020-12-31"))).json()["closed"], 0);
}

#[test]
fn agent_activity_tells_who_wrote_what() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let of = |name: &str| {
        let report = full.post("reports/agent-activity", &dates(ALL)).json();
        report["agents"].as_array().unwrap().iter().find(|agent| agent["name"] == name).unwrap().clone()
    };
    let priya = of("Priya Nair");
    let (answers, assigned) = helpdesk.world(|world| {
        let email = "priya.nair@kestrel.example";
        let own = world.responses.iter().filter(|response| response.created_by == email && !response.is_internal);
        let open = world.tickets.iter().filter(|ticket| ticket.status.text() == "open");
        (own.count(), open.filter(|ticket| ticket.assigned.as_deref() == Some(email)).count())
    });
    assert_eq!((&priya["public_responses"], &priya["assigned_open"]), (&json!(answers), &json!(assigned)));
    let note = json!({
        "ticket_number": number(&helpdesk, 1), "from_email": "aisha.rahman@kestrel.example", "content": "n", "is_internal": true,
    });
    let before = of("Aisha Rahman");
    full.post("tickets/respond", &note).data();
    let after = of("Aisha Rahman");
    assert_eq!(after["internal_notes"].as_u64(), before["internal_notes"].as_u64().map(|count| count + 1));
    assert_eq!(
        after["last_active_at"],
        helpdesk.world(|world| { tickiti_relay_scratch::clock::iso(world.responses.last().unwrap().created_at) })
    );
}

#[test]
fn reports_are_narrowed_to_queues_that_the_caller_may_ask_for() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let meta = admin.post("reports/meta", &json!({})).json();
    assert_eq!(meta["group_by"], json!(["day", "week", "month"]));
    let created = |queue: Value| {
        let mut body = dates(ALL);
        body["queue_id"] = queue;
        admin.post("reports/volumes", &body).json()["totals"]["created"].as_u64().unwrap()
    };
    let queues: Vec<Value> = meta["queues"].as_array().unwrap().iter().map(|queue| queue["id"].clone()).collect();
    let each: Vec<u64> = queues.iter().map(|queue| created(queue.clone())).collect();
    assert_eq!(each.iter().sum::<u64>(), created(Value::Null));
    assert_eq!(created(json!([1, 2])), each[0] + each[1]);
}

#[test]
fn wrong_dates_groups_and_queues_are_refused_by_field() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    for (body, fields) in [
        (json!({}), vec!["date_from", "date_to"]),
        (dates(("2026-02-30", "02.03.2026")), vec!["date_from", "date_to"]),
        (dates(("2026-11-02", "2026-11-01")), vec!["date_to"]),
        (dates(("0001-01-01", "9999-12-31")), vec!["date_to"]),
        (grouped(ALL, "hour"), vec!["group_by"]),
        (json!({"date_from": "2026-01-01", "date_to": "2026-02-01", "queue_id": 99}), vec!["queue_id"]),
        (json!({"date_from": "2026-01-01", "date_to": "2026-02-01", "queue_id": "Inbox"}), vec!["queue_id"]),
    ] {
        assert_eq!(laravel(&admin.post("reports/volumes", &body)), fields, "{body}");
    }
    helpdesk.switch(|switches| switches.set("report_dates", "last_thirty_days").unwrap());
    let report = admin.post("reports/agent-activity", &json!({"from": "2020-01-01"})).json();
    assert_eq!((&report["date_from"], &report["date_to"]), (&json!("2026-10-03"), &json!("2026-11-02")));
    assert!(helpdesk.effects().is_empty());
}
