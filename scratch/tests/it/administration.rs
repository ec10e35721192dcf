//! People and rights, teams, API tokens, storage, settings of the install.

use serde_json::{Value, json};
use tickiti_relay_scratch::{PASSWORD, Running};

use crate::client::{Client, helpdesk, helpdesk_with, number};
use crate::writes::{PNG, logo, refused, rows, write};

const TOM: &str = "4";

fn with_secret(client: &Client, secret: &Value) -> Client {
    Client { secret: Some(secret.as_str().unwrap().to_owned()), ..client.clone() }
}

/// Makes a token with the full one; its client and its id.
fn minted(helpdesk: &Running, owner: &str, abilities: &[&str]) -> (Client, Value) {
    let full = Client::new(helpdesk, "full");
    let body = json!({"name": "made", "owner": owner, "abilities": abilities});
    let made = write(helpdesk, &full, "administration/api-tokens/create", &body);
    (with_secret(&full, &made["token"]), made["api_token"]["id"].clone())
}

fn found(client: &Client) -> usize {
    client.post("tickets/query", &json!({})).json().as_array().unwrap().len()
}

#[test]
fn teams_keep_what_they_are_told() {
    for id_field in ["team_id", "id"] {
        let helpdesk = helpdesk();
        let client = Client::new(&helpdesk, "full");
        let create = json!({"name": "Night", "members": ["tom.becker@kestrel.example", "3", 3]});
        let made = write(&helpdesk, &client, "administration/teams/create", &create);
        let (id, key) = (made["team"]["id"].clone(), made["team"]["key"].as_str().unwrap());
        assert_eq!(made["team"]["members"].as_array().unwrap().len(), 2, "nobody twice");
        client
            .post("tickets/respond", &json!({"ticket_id": 10, "assigned_to_email": key, "from_email": "a@b.example"}))
            .data();
        let update = json!({id_field: id, "name": "Late", "members": ["3"]});
        write(&helpdesk, &client, "administration/teams/update", &update);
        let shown = rows(&client, "administration/teams", "/teams").pop().unwrap();
        assert_eq!((&shown["name"], &shown["members"][0]["name"]), (&json!("Late"), &json!("Priya Nair")));
        let teams = client.post("tickets/teams", &json!({})).data();
        assert_eq!(teams["teams"][2]["name"], "Late", "the tickets family sees the same teams");
        write(&helpdesk, &client, "administration/teams/delete", &json!({id_field: id}));
        assert_eq!(rows(&client, "administration/teams", "/teams").len(), 2);
        let ticket = client.post("tickets/show", &json!({"ticket_id": 10})).data();
        assert_eq!(ticket["ticket"]["assigned_to_email"], Value::Null, "its tickets are nobody's");
        for path in ["administration/teams/update", "administration/teams/delete"] {
            assert_eq!(refused(&helpdesk, &client, path, &json!({id_field: id})).status, 404);
            assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["team_id"]);
        }
        let wrong = json!({"name": "X", "members": ["ines.duarte@harborlight.example"]});
        assert_eq!(refused(&helpdesk, &client, "administration/teams/create", &wrong).invalid(), ["members.0"]);
        assert_eq!(refused(&helpdesk, &client, "administration/teams/create", &json!({})).invalid(), ["name"]);
    }
}

#[test]
fn people_are_made_and_changed_and_their_tokens_with_them() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let path = "administration/users/create";
    let body = json!({"name": "Nora Weiss", "email": "Nora@kestrel.example", "is_staff": true, "is_admin": false});
    let id = write(&helpdesk, &client, path, &body)["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(refused(&helpdesk, &client, path, &body).invalid(), ["email"]);
    assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["name", "email"]);
    let listed = rows(&client, "administration/users", "/users");
    assert!(listed.iter().any(|user| user["id"] == *id && user["email"] == "nora@kestrel.example"));
    let (nora, _) = minted(&helpdesk, &id, &["settings:read", "workflow:read"]);
    assert_eq!(nora.post("token", &json!({})).data()["owner"]["role"], "staff");
    assert_eq!(nora.post("workflow/queues", &json!({})).status, 403);
    write(&helpdesk, &client, &format!("administration/users/{id}/update"), &json!({"user": id, "is_admin": true}));
    nora.post("workflow/queues", &json!({})).fine();
    let demoted = json!({"is_admin": false, "is_staff": false});
    write(&helpdesk, &client, &format!("administration/users/{id}/update"), &demoted);
    assert_eq!(nora.post("settings/hashtags", &json!({})).status, 403);
    assert_eq!(refused(&helpdesk, &client, "administration/users/999/update", &demoted).status, 404);
    refused(&helpdesk, &client, "administration/users/1/update", &demoted).failed_inside();
}

#[test]
fn a_right_to_a_queue_is_what_the_tokens_of_its_owner_see() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let (tom, _) = minted(&helpdesk, TOM, &["tickets:read", "tickets:write"]);
    let seeded = Client::new(&helpdesk, "one_queue");
    let inbox = found(&tom);
    assert_eq!(found(&seeded), inbox);
    let billing = json!({"ticket_number": number(&helpdesk, 2)});
    tom.post("tickets/show", &billing).error(404, "not_found");
    let right = format!("administration/users/{TOM}/queues/3");
    write(&helpdesk, &client, &right, &json!({"user": TOM, "queue": 3, "can_view": true, "can_manage": true}));
    tom.post("tickets/show", &billing).data();
    seeded.post("tickets/show", &billing).data();
    assert!(found(&tom) > inbox);
    let rights = |of: &str| {
        let users = rows(&client, "administration/users", "/users");
        users.into_iter().find(|user| user["id"] == of).unwrap()["queues"].clone()
    };
    assert_eq!(rights(TOM)[1]["can_manage"], true);
    write(&helpdesk, &client, &right, &json!({"can_view": false}));
    assert_eq!((&rights(TOM)[1]["can_manage"], &rights(TOM)[1]["can_view"]), (&json!(true), &json!(false)));
    tom.post("tickets/show", &billing).error(404, "not_found");
    write(&helpdesk, &client, &right, &json!({"can_view": true}));
    write(&helpdesk, &client, &format!("{right}/detach"), &json!({}));
    tom.post("tickets/show", &billing).error(404, "not_found");
    assert_eq!(rights(TOM).as_array().unwrap().len(), 1);
    for path in
        ["administration/users/999/queues/3", "administration/users/4/queues/999", "administration/users/x/queues/1"]
    {
        for path in [path.to_owned(), format!("{path}/detach")] {
            assert_eq!(refused(&helpdesk, &client, &path, &json!({})).status, 404, "{path}");
        }
    }
    assert_eq!(refused(&helpdesk, &client, &right, &json!({"can_view": "maybe"})).invalid(), ["can_view"]);
}

#[test]
fn a_new_queue_is_for_administrators_until_others_are_let_in() {
    let helpdesk = helpdesk();
    let (admin, staff) = (Client::new(&helpdesk, "admin"), Client::new(&helpdesk, "staff"));
    let names = |client: &Client| {
        let queues = client.post("tickets/queues", &json!({})).data();
        queues["queues"].as_array().unwrap().iter().map(|queue| queue["name"].clone()).collect::<Vec<_>>()
    };
    write(&helpdesk, &admin, "workflow/queues/create", &json!({"name": "Returns"}));
    assert!(names(&admin).contains(&json!("Returns")) && !names(&staff).contains(&json!("Returns")));
    write(&helpdesk, &admin, "administration/users/3/queues/6", &json!({"can_view": true}));
    assert!(names(&staff).contains(&json!("Returns")));
}

#[test]
fn an_api_token_works_with_its_abilities_until_it_is_revoked() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let (made, id) = minted(&helpdesk, "system", &["tickets:read"]);
    let other = Client::new(&helpdesk, "full");
    assert_eq!(made.post("token", &json!({})).data()["abilities"], json!(["tickets:read"]));
    made.post("tickets/show", &json!({"ticket_id": 1})).data();
    let close = json!({"ticket_id": 10});
    assert_eq!(made.post("tickets/close", &close).status, 403);
    let update = json!({"id": id, "name": "renamed", "abilities": ["tickets:write"]});
    write(&helpdesk, &full, "administration/api-tokens/update", &update);
    made.post("tickets/close", &close).data();
    let listed = other.post("administration/api-tokens", &json!({})).fine();
    let row = listed["api_tokens"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
    assert_eq!((&row["name"], &row["owner"], &row["allowed_ip"]), (&json!("renamed"), &json!("system"), &Value::Null));
    assert!(row["last_used_at"].is_string());
    for (_, secret) in helpdesk.tokens() {
        assert!(!listed.to_string().contains(&secret), "a secret is shown once");
    }
    write(&helpdesk, &full, "administration/api-tokens/revoke", &json!({"id": id}));
    assert_eq!(made.post("token", &json!({})).status, 401);
    let (_, next) = minted(&helpdesk, "system", &["tickets:read"]);
    assert_ne!(next, id, "an id is not used twice");
    for path in ["administration/api-tokens/update", "administration/api-tokens/revoke"] {
        assert_eq!(refused(&helpdesk, &full, path, &json!({"id": id})).status, 404);
        assert_eq!(refused(&helpdesk, &full, path, &json!({})).invalid(), ["id"]);
    }
}

#[test]
fn a_token_grants_only_what_it_holds() {
    let helpdesk = helpdesk();
    let path = "administration/api-tokens/create";
    let body = |abilities: Value| json!({"name": "n", "owner": "2", "abilities": abilities});
    let (narrow, _) = minted(&helpdesk, "2", &["administration:write", "tickets:read"]);
    let grantable = narrow.post("administration/api-tokens", &json!({})).fine()["grantable_abilities"].clone();
    assert_eq!(grantable, json!(["tickets:read", "administration:write"]));
    write(&helpdesk, &narrow, path, &body(json!(["tickets:read"])));
    for wider in [json!(["tickets:read", "tickets:write"]), json!(["*"])] {
        assert_eq!(refused(&helpdesk, &narrow, path, &body(wider)).invalid(), ["abilities"]);
    }
    let own = json!({"id": 10, "abilities": ["mail:write"]});
    assert_eq!(refused(&helpdesk, &narrow, "administration/api-tokens/update", &own).invalid(), ["abilities"]);
    helpdesk.switch(|switches| switches.set("widened_token", "forbidden").unwrap());
    assert_eq!(refused(&helpdesk, &narrow, path, &body(json!(["*"]))).status, 403);
    let full = Client::new(&helpdesk, "full");
    for (wrong, field) in [
        (json!({}), &["name", "owner", "abilities"][..]),
        (json!({"name": "n", "owner": "system", "abilities": []}), &["abilities"]),
        (json!({"name": "n", "owner": "system", "abilities": ["tickets:fly"]}), &["abilities.0"]),
        (json!({"name": "n", "owner": "7", "abilities": ["*"]}), &["owner"]),
        (json!({"name": "n", "owner": "system", "abilities": ["*"], "allowed_ip": "home"}), &["allowed_ip"]),
    ] {
        assert_eq!(refused(&helpdesk, &full, path, &wrong).invalid(), field);
    }
}

#[test]
fn a_token_for_another_address_is_of_no_use_here() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let (made, id) = minted(&helpdesk, "system", &["tickets:read"]);
    let allow = |address: Value| {
        write(&helpdesk, &full, "administration/api-tokens/update", &json!({"id": id, "allowed_ip": address}));
        made.post("tickets/queues", &json!({})).status
    };
    assert_eq!(allow(json!("192.0.2.7")), 401);
    helpdesk.switch(|switches| switches.set("other_address", "forbidden").unwrap());
    assert_eq!(allow(json!("192.0.2.7")), 403);
    assert_eq!((allow(json!("127.0.0.1")), allow(Value::Null)), (200, 200));
}

#[test]
fn closed_tickets_go_by_age_and_take_their_files_along() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "admin");
    let path = "administration/storage/delete-closed";
    let before = found(&client);
    assert_eq!(refused(&helpdesk, &client, path, &json!({"older_than_days": 99_999})).fine()["deleted"], 0);
    let file = helpdesk.world(|world| {
        let file = world.file("receipt.txt", "only on the first ticket");
        world.attach(1, file.clone(), false);
        file.sha256
    });
    let shared = helpdesk.world(|world| world.attachments[&1].sha256.clone());
    let deleted = write(&helpdesk, &client, path, &json!({"older_than_days": 20}))["deleted"].as_u64().unwrap();
    assert!(deleted > 0);
    assert_eq!(found(&client) as u64, before as u64 - deleted);
    client.post("tickets/show", &json!({"ticket_id": 1})).error(404, "not_found");
    client.post("tickets/show", &json!({"ticket_id": 3})).data();
    let is_kept = |file: &String| helpdesk.world(|world| world.blobs.contains_key(file));
    assert!(!is_kept(&file) && is_kept(&shared), "bytes go when nothing else points at them");
    assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["older_than_days"]);
    assert_eq!(refused(&helpdesk, &client, path, &json!({"older_than_days": 0})).invalid(), ["older_than_days"]);
}

#[test]
fn orphaned_files_go_and_those_in_use_stay() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let path = "administration/storage/delete-orphaned";
    client.post(path, &json!({})).fine();
    let used = helpdesk.world(|world| world.blobs.len());
    client.upload("lost.txt", b"nobody wants me").data();
    logo(&client, "app-logo", "file", PNG).fine();
    assert_eq!(write(&helpdesk, &client, path, &json!({})), json!({"ok": true, "deleted": 1, "bytes": 15}));
    assert_eq!(helpdesk.world(|world| world.blobs.len()), used + 1, "the logo is in use");
    client.post("administration/branding/reset-app-logo", &json!({})).fine();
    assert_eq!(write(&helpdesk, &client, path, &json!({}))["deleted"], 1);
}

#[test]
fn sent_mail_is_kept_as_long_as_is_said() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let path = "administration/storage/retention";
    let kept = helpdesk.world(|world| world.rows("sent_mail").len());
    assert_eq!(write(&helpdesk, &client, path, &json!({"sent_mail_retention_days": 365}))["deleted"], 0);
    let deleted = write(&helpdesk, &client, path, &json!({"sent_mail_retention_days": 7}))["deleted"].as_u64().unwrap();
    assert!(deleted > 0 && (deleted as usize) < kept);
    assert_eq!(client.post("administration/system", &json!({})).fine()["system"]["sent_mail_retention_days"], 7);
    assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["sent_mail_retention_days"]);
}

#[test]
fn logos_come_as_files_and_are_reset() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let branding = || client.post("administration/branding", &json!({})).fine()["branding"].clone();
    for (which, member) in [("app-logo", "app_logo"), ("email-logo", "email_logo")] {
        assert_eq!(branding()[member], Value::Null);
        let before = helpdesk.effects().len();
        logo(&client, which, "logo", PNG).fine();
        assert_eq!(helpdesk.effects().len(), before + 1);
        assert_eq!(
            (&branding()[member]["name"], &branding()[member]["file_size"]),
            (&json!("logo.png"), &json!(PNG.len()))
        );
        let path = format!("administration/branding/{which}");
        assert_eq!(refused(&helpdesk, &client, &path, &json!({"logo": "x"})).invalid(), ["logo"]);
        assert_eq!(logo(&client, which, "file", b"no picture").invalid(), ["file"]);
        write(&helpdesk, &client, &format!("administration/branding/reset-{which}"), &json!({}));
        assert_eq!(branding()[member], Value::Null);
    }
    for (setting, taken, refused) in [("logo", "logo", "file"), ("file", "file", "logo")] {
        helpdesk.switch(|switches| switches.set("logo_part", setting).unwrap());
        logo(&client, "app-logo", taken, PNG).fine();
        assert_eq!(logo(&client, "app-logo", refused, PNG).invalid(), [taken]);
    }
}

#[test]
fn settings_of_unknown_fields_keep_and_show_what_is_given() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    for (path, name, kept) in [
        ("administration/branding", "branding", "app_logo"),
        ("administration/system", "system", "sent_mail_retention_days"),
        ("administration/diagnostics", "diagnostics", "id"),
    ] {
        let shown = || client.post(path, &json!({})).fine()[name].clone();
        let before = shown();
        let update = format!("{path}/update");
        refused(&helpdesk, &client, &update, &json!({})).fine();
        assert_eq!(shown(), before, "an empty update passes and changes nothing");
        write(&helpdesk, &client, &update, &json!({"whatever": [1, "two"], kept: "mine"}));
        assert_eq!(shown()["whatever"], json!([1, "two"]));
        assert_eq!(shown()[kept], before[kept], "{path} leaves {kept} alone");
    }
}

#[test]
fn the_assistant_keeps_its_key_to_itself() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let (show, path) = ("administration/ai-assistant", "administration/ai-assistant/update");
    let shown = || client.post(show, &json!({})).fine()["ai_assistant"].clone();
    assert_eq!(shown()["ai_api_key_set"], false);
    let update = |body: Value| {
        let mut body = body;
        body["current_password"] = json!(PASSWORD);
        write(&helpdesk, &client, path, &body)
    };
    let answer = update(json!({"ai_api_key": "sk-secret", "ai_auto_send_threshold": 75, "ai_persona": null}));
    assert!(!answer.to_string().contains("sk-secret") && !shown().to_string().contains("sk-secret"));
    assert_eq!((&shown()["ai_api_key_set"], &shown()["ai_auto_send_threshold"]), (&json!(true), &json!(75)));
    assert_eq!((&shown()["ai_persona"], &shown()["ai_enabled"]), (&Value::Null, &json!(true)));
    update(json!({"ai_api_key": ""}));
    assert_eq!(shown()["ai_api_key_set"], true, "a blank key keeps the stored one");
    update(json!({"ai_api_key_clear": true}));
    assert_eq!(shown()["ai_api_key_set"], false);
    assert_eq!(refused(&helpdesk, &client, path, &json!({"ai_enabled": false})).invalid(), ["current_password"]);
    let wrong = json!({"current_password": "guess"});
    assert_eq!(refused(&helpdesk, &client, path, &wrong).invalid(), ["current_password"]);
    let wrong = json!({"current_password": PASSWORD, "ai_auto_send_threshold": 101, "ai_api_key": "sk-2"});
    assert_eq!(refused(&helpdesk, &client, path, &wrong).invalid(), ["ai_auto_send_threshold"]);
    assert_eq!(shown()["ai_api_key_set"], false);
}

#[test]
fn a_domain_is_set_and_given_up() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let (show, path) = ("administration/custom-domain", "administration/custom-domain/update");
    let shown = || client.post(show, &json!({})).fine()["custom_domain"].clone();
    let body = |domain: Value| json!({"current_password": PASSWORD, "domain": domain});
    write(&helpdesk, &client, path, &body(json!("Help.Kestrel.example")));
    assert_eq!(shown(), json!({"domain": "help.kestrel.example", "status": "waiting_for_dns"}));
    for wrong in ["help", "http://help.example", "-a.example", "a..example"] {
        assert_eq!(refused(&helpdesk, &client, path, &body(json!(wrong))).invalid(), ["domain"], "{wrong}");
    }
    assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["current_password", "domain"]);
    write(&helpdesk, &client, path, &body(Value::Null));
    assert_eq!(shown()["domain"], Value::Null);
}

#[test]
fn diagnostics_answer_when_the_build_has_them() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "admin");
    let report = client.post("administration/diagnostics/fetch", &json!({})).fine();
    assert_eq!(report["report"]["tickets"], 25);
    write(&helpdesk, &client, "administration/diagnostics/upload", &json!({}));
    assert_eq!(rows(&client, "administration/diagnostics", "/uploads").len(), 1);
    let helpdesk = helpdesk_with(|switches| switches.set("diagnostics", "disabled").unwrap());
    let client = Client::new(&helpdesk, "full");
    for path in ["", "/fetch", "/update", "/upload"] {
        let path = format!("administration/diagnostics{path}");
        let answer = refused(&helpdesk, &client, &path, &json!({}));
        assert_eq!(
            (answer.status, &answer.json()["message"]),
            (404, &json!(format!("The route api/v1/{path} could not be found.")))
        );
    }
}

#[test]
fn the_licence_counts_the_staff() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let used = || client.post("administration/licence", &json!({})).fine()["licence"]["seats_used"].clone();
    assert_eq!(used(), 5);
    let new = json!({"name": "N", "email": "n@kestrel.example", "is_staff": true});
    write(&helpdesk, &client, "administration/users/create", &new);
    assert_eq!(used(), 6);
}
