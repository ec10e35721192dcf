//! Who may call what, and in which order the gates answer.

use serde_json::json;
use tickiti_relay_routes::{Encoding, Key, Method, Table};
use tickiti_relay_scratch::families;

use crate::client::{Client, helpdesk, helpdesk_with};

fn served() -> impl Iterator<Item = &'static tickiti_relay_routes::Route> {
    Table::builtin().iter().map(AsRef::as_ref).filter(|route| families::find(&route.name).is_some())
}

fn ask(client: &Client, route: &tickiti_relay_routes::Route) -> crate::client::Answer {
    let path = route.params.iter().fold(route.uri.clone(), |path, name| path.replace(&format!("{{{name}}}"), "999999"));
    client.send(route.method.word(), &path, &[], "application/json", b"{}").unwrap()
}

#[test]
fn all_thirty_ticket_routes_and_the_four_small_families_are_served() {
    let names: Vec<_> = served().map(|route| route.name.as_str()).collect();
    assert_eq!(Table::builtin().family("tickets").filter(|route| !names.contains(&route.name.as_str())).count(), 0);
    for small in ["token.show", "idempotency_key.create", "faqs", "interventions.accept"] {
        assert!(names.contains(&small), "{small}");
    }
}

#[test]
fn every_handler_has_a_route_of_the_table() {
    for family in families::ALL {
        for entry in family.entries {
            assert!(Table::builtin().get(entry.route).is_some(), "{} is no route", entry.route);
        }
    }
}

#[test]
fn without_a_token_every_route_but_the_open_ones_answers_401() {
    let helpdesk = helpdesk();
    let nobody = Client { address: helpdesk.address(), secret: None };
    let stranger = Client { secret: Some("1|nobody".into()), ..nobody };
    for route in served() {
        let open = matches!(route.family.as_str(), "faqs" | "idempotency_key");
        for client in [&nobody, &stranger] {
            let answer = ask(client, route);
            assert_eq!(answer.status, if open { 200 } else { 401 }, "{}", route.name);
            if !open {
                assert_eq!(answer.json(), json!({"message": "Unauthenticated."}));
            }
        }
    }
}

#[test]
fn every_route_refuses_a_token_that_lacks_its_ability_role_or_plan() {
    let helpdesk = helpdesk();
    for token in ["none", "tickets", "read", "staff", "admin", "no_plan", "full"] {
        let client = Client::new(&helpdesk, token);
        let held = helpdesk.world(|world| world.tokens.iter().find(|known| known.name == token).unwrap().clone());
        for route in served() {
            let answer = ask(&client, route);
            let lacks_ability = !held.holds_any(&route.abilities);
            let lacks_role = route.role.is_some_and(|role| held.role < Some(role));
            let lacks_plan = route.plans.iter().any(|plan| !held.plans.contains(plan));
            let name = format!("{token} on {}", route.name);
            if lacks_ability {
                assert_eq!(
                    (answer.status, answer.json()),
                    (403, json!({"message": "Invalid ability provided."})),
                    "{name}"
                );
            } else if lacks_role || lacks_plan || (route.sysadmin && !held.sysadmin) {
                assert_eq!(answer.status, 403, "{name}");
            } else if route.key == Key::Demanded {
                answer.error(422, "idempotency_key_required");
            } else {
                assert_ne!(answer.status, 403, "{name}");
            }
        }
    }
}

#[test]
fn gates_answer_in_their_order() {
    let helpdesk = helpdesk();
    let bad = json!({"ticket_number": "1", "from_email": "nobody"});
    let status = |token: &str| Client::new(&helpdesk, token).unkeyed("tickets/respond", &bad).unwrap();
    assert_eq!(status("none").status, 403);
    status("tickets").error(422, "idempotency_key_required");
    let tickets = Client::new(&helpdesk, "tickets");
    assert_eq!(tickets.post("tickets/respond", &bad).refused(), ["from_email"]);
    let good = json!({"ticket_number": "1", "from_email": "a@b.example", "content": "x"});
    tickets.post("tickets/respond", &good).error(404, "not_found");
}

#[test]
fn unknown_paths_are_404_and_other_methods_405() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let answer = full.post("tickets/nothing", &json!({}));
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["message"], "The route api/v1/tickets/nothing could not be found.");
    let answer = full.send("GET", "tickets/show", &[], "application/json", b"").unwrap();
    assert_eq!(answer.status, 405);
    assert!(answer.json()["message"].as_str().unwrap().ends_with("Supported methods: POST."));
    assert_eq!(full.post("faqs", &json!({})).status, 405);
    for route in served().filter(|route| route.method == Method::Post) {
        let path = route.params.iter().fold(route.uri.clone(), |path, name| path.replace(&format!("{{{name}}}"), "1"));
        assert_eq!(full.send("GET", &path, &[], "", b"").unwrap().status, 405, "{}", route.name);
    }
}

#[test]
fn a_body_that_is_no_json_object_is_400_422_or_empty() {
    let broken = |setting: &str| {
        let helpdesk = helpdesk_with(|switches| switches.set("malformed_json", setting).unwrap());
        let full = Client::new(&helpdesk, "full");
        full.send("POST", "tickets/queues", &[], "application/json", b"{\"a\":").unwrap().status
    };
    assert_eq!(["bad_request", "unprocessable", "empty"].map(broken), [400, 422, 200]);
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    for route in served().filter(|route| route.encoding == Encoding::Json) {
        let body: &[u8] = b"[1]";
        let headers = [("Idempotency-Key", "k")];
        let answer = full.send("POST", &route.uri.replace(['{', '}'], ""), &headers, "application/json", body).unwrap();
        assert_eq!(answer.status, 400, "{}", route.name);
    }
}

#[test]
fn a_token_sees_only_the_queues_of_its_owner() {
    let helpdesk = helpdesk();
    let (all, one) = (Client::new(&helpdesk, "full"), Client::new(&helpdesk, "one_queue"));
    let rows = |client: &Client| client.post("tickets/query", &json!({})).json();
    assert!(rows(&all).as_array().unwrap().iter().any(|row| row["queue_id"] != "1"));
    assert!(rows(&one).as_array().unwrap().iter().all(|row| row["queue_id"] == "1"));
    let hidden = json!({"ticket_id": 1});
    assert_eq!(all.post("tickets/show", &hidden).data()["ticket"]["queue_id"], "2");
    one.post("tickets/show", &hidden).error(404, "not_found");
    helpdesk.switch(|switches| switches.set("hidden_queue", "forbidden").unwrap());
    one.post("tickets/show", &hidden).error(403, "forbidden");
    let queues = one.post("tickets/queues", &json!({})).data();
    assert_eq!(queues["queues"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_is_told_what_it_may_do() {
    let helpdesk = helpdesk();
    let told = Client::new(&helpdesk, "read").post("token", &json!({})).data();
    assert_eq!(told["families"]["tickets"], json!({"read": true, "write": false, "usable_endpoints": 12}));
    assert_eq!(told["owner"]["role"], "superuser");
    assert_eq!(told["plan"]["has_reports"], json!(true));
    let told = Client::new(&helpdesk, "none").post("token", &json!({})).data();
    assert_eq!(told["abilities"], json!([]));
    assert_eq!(told["families"]["tickets"]["usable_endpoints"], 0);
}
