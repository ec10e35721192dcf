//! What the helpdesk remembers of what was asked and done, from inside and through its control endpoint; and that two runs
//! are equal.

use serde_json::{Value, json};
use tickiti_relay_scratch::{Arguments, RunError, list, run, sha256};

use crate::client::{Answer, Client, helpdesk};

fn control(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let path = format!("/_scratch/{path}");
    client
        .send(method, &path, &[("X-Scratch-Control", "yes")], "application/json", body.to_string().as_bytes())
        .unwrap()
}

#[test]
fn requests_are_kept_without_the_tokens_secret() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    client.keyed("tickets/queues?x=1", &json!({"a": 1}), "my-key");
    Client { secret: Some("1|guess".into()), ..client }.post("token", &json!({}));
    let seen = helpdesk.requests();
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("POST", "/api/v1/tickets/queues?x=1"));
    assert_eq!(seen[0].header("idempotency-key"), Some("my-key"));
    assert_eq!(seen[0].header("authorization"), Some("Bearer [tickets]"));
    assert_eq!(seen[0].json(), Some(json!({"a": 1})));
    assert_eq!((seen[0].status, seen[0].body_bytes, &seen[0].body_sha256), (Some(200), 7, &sha256(b"{\"a\":1}")));
    assert_eq!((seen[1].header("authorization"), seen[1].status), (Some("Bearer [unknown]"), Some(401)));
    let all = format!("{seen:?}{:?}", helpdesk.effects());
    assert!(!all.contains("scratchTickets") && !all.contains("1|guess"));
}

#[test]
fn an_effect_says_where_it_came_from() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    client.post("tickets/queues", &json!({}));
    let body = json!({"ticket_id": 10, "participants": ["x@y.example"]});
    client.keyed("tickets/participants/add", &body, "k");
    let [effect] = helpdesk.effects().try_into().unwrap();
    assert_eq!((effect.number, effect.request, effect.route.as_str()), (1, 2, "tickets.participants_add"));
    assert_eq!((effect.key.as_deref(), effect.token.as_deref()), (Some("k"), Some("tickets")));
    assert_eq!(effect.body_sha256, sha256(body.to_string().as_bytes()));
    helpdesk.clear_logs();
    assert!(helpdesk.effects().is_empty() && helpdesk.requests().is_empty());
}

#[test]
fn the_control_endpoint_reads_logs_and_sets_faults_and_switches() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let refused = client.send("GET", "/_scratch/requests", &[], "", b"").unwrap();
    assert_eq!(refused.status, 403);
    client.post("tickets/close", &json!({"ticket_id": 10})).data();
    assert_eq!(control(&client, "GET", "effects", &json!({})).json()[0]["route"], "tickets.close");
    assert_eq!(control(&client, "GET", "requests", &json!({})).json()[0]["status"], 200);
    control(
        &client,
        "POST",
        "faults",
        &json!({"route": "token.show", "fault": "status", "status": 503, "worked": false}),
    );
    assert_eq!(control(&client, "GET", "faults", &json!({})).json().as_array().unwrap().len(), 1);
    assert_eq!(client.post("token", &json!({})).status, 503);
    assert_eq!(control(&client, "POST", "faults", &json!({"fault": "nothing"})).status, 422);
    assert_eq!(control(&client, "POST", "switches", &json!({"query_wrapper": "data"})).status, 200);
    assert!(client.post("tickets/query", &json!({})).data().is_array());
    assert_eq!(control(&client, "POST", "switches", &json!({"query_wrapper": "box"})).status, 422);
    assert_eq!(
        control(&client, "GET", "routes", &json!({})).json()["counts"]["not_served"].as_u64(),
        list::as_json()["counts"]["not_served"].as_u64()
    );
    control(&client, "POST", "reset", &json!({}));
    assert!(helpdesk.requests().is_empty());
    assert_eq!(client.post("tickets/show", &json!({"ticket_id": 10})).data()["ticket"]["status"], "open");
    assert_eq!(control(&client, "PUT", "nothing", &json!({})).status, 404);
}

#[test]
fn two_runs_are_equal() {
    let story = || {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "full");
        let create = json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": "C"}});
        let made = client.post("tickets", &create).body;
        let all = client.post("tickets/query", &json!({"row_limit": 5000})).body;
        let rows = client.post("tickets/responses/query", &json!({"limit": 1000})).body;
        (made, all, rows)
    };
    assert_eq!(story(), story());
}

#[test]
fn the_list_names_every_route_and_counts_the_guesses() {
    let told = list::as_json();
    let routes = told["routes"].as_array().unwrap();
    let of = |known: &Value| routes.iter().filter(|route| route["known"] == *known).count() as u64;
    assert_eq!(told["counts"]["recorded"], of(&json!("recorded")));
    assert_eq!(told["counts"]["guess"], of(&json!("guess")));
    assert_eq!(told["counts"]["not_served"], of(&Value::Null));
    let text = list::as_text();
    assert!(routes.iter().all(|route| text.contains(route["name"].as_str().unwrap())));
    assert!(text.contains("key_scope: token | token_and_route | everyone"));
}

#[test]
fn the_verb_lists_and_refuses_a_wrong_switch() {
    let mut out = Vec::new();
    run(&Arguments { json: true, ..Arguments::default() }, &mut out).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), list::as_json());
    let wrong = Arguments { switches: vec!["key_scope=planet".into()], ..Arguments::default() };
    assert!(matches!(run(&wrong, &mut Vec::new()), Err(RunError::Switch(_))));
    let wrong = Arguments { switches: vec!["key_scope".into()], ..Arguments::default() };
    assert!(matches!(run(&wrong, &mut Vec::new()), Err(RunError::SwitchShape(_))));
    let taken = helpdesk();
    let port = Arguments { port: taken.address().port(), ..Arguments::default() };
    let refused = run(&port, &mut Vec::new()).unwrap_err().to_string();
    assert!(refused.contains(&taken.address().to_string()), "{refused}");
}

#[test]
fn a_stopped_helpdesk_no_longer_listens() {
    let helpdesk = helpdesk();
    let address = helpdesk.address();
    helpdesk.stop();
    assert!(std::net::TcpStream::connect(address).is_err());
}
