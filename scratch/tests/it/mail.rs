//! Mailboxes, lists that keep mail out, sending, and the archive.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk, helpdesk_with};
use crate::cycle::{Cycle, all_writes_left_effects, done, laravel};

fn mailbox() -> Value {
    json!({
        "name": "Press", "address": "press@kestrel.example", "mailbox_type": "imap", "pop_enable": false,
        "pop_encryption": "none", "pop_validate_cert": false, "max_consecutive_errors": 5,
        "secondary_report_threshold": 3, "outgoing_mailbox_type": "none", "smtp_enable": false, "smtp_security": "none",
    })
}

fn cycles() -> Vec<Cycle> {
    vec![
        Cycle {
            create: ("mail/mailboxes/create", mailbox()),
            needs: &["name", "address", "mailbox_type"],
            list: ("mail/mailboxes", json!({}), "/mailboxes"),
            show: None,
            update: Some((
                "mail/mailboxes/update",
                |id| json!({"mailbox_id": id, "name": "Press and radio", "smtp_enable": true}),
            )),
            then: json!({
                "name": "Press and radio", "address": "press@kestrel.example", "smtp_enable": true,
                "gmail_connected": false, "has_smtp_password": false,
            }),
            delete: ("mail/mailboxes/delete", |id| json!({"mailbox_id": id})),
        },
        Cycle {
            create: ("mail/excluded-emails/create", json!({"email": "Spam@Junk.example"})),
            needs: &["email"],
            list: ("mail/excluded-emails", json!({}), ""),
            show: None,
            update: None,
            then: json!({"email": "spam@junk.example"}),
            delete: ("mail/excluded-emails/delete", |id| json!({"id": id})),
        },
        Cycle {
            create: ("mail/subjects/create", json!({"subject": "Undeliverable"})),
            needs: &["subject"],
            list: ("mail/subjects", json!({}), ""),
            show: None,
            update: None,
            then: json!({"subject": "Undeliverable"}),
            delete: ("mail/subjects/delete", |id| json!({"id": id})),
        },
    ]
}

#[test]
fn every_collection_lives_its_life_and_every_write_leaves_its_effect() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    for cycle in cycles() {
        cycle.run(&helpdesk, &admin);
    }
    let password = json!({"mailbox_id": 2, "field": "smtp_password", "value": "hunter2"});
    done(&helpdesk, &admin, "mail/mailboxes/set-password", &password);
    let mail = json!({"to_address": "ines@harborlight.example", "subject": "S", "content": "<p>x</p>"});
    done(&helpdesk, &admin, "mail/send", &mail);
    all_writes_left_effects(&helpdesk, "mail");
}

#[test]
fn a_password_goes_in_and_never_comes_out() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let id = &admin.post("mail/mailboxes/create", &mailbox()).json()["mailbox_id"];
    let set = |field: &str, value: &str| {
        admin.post("mail/mailboxes/set-password", &json!({"mailbox_id": id, "field": field, "value": value}))
    };
    assert_eq!(set("client_secret", "correct horse").status, 200);
    let listed = admin.post("mail/mailboxes", &json!({})).json();
    let row = listed["mailboxes"].as_array().unwrap().iter().find(|row| row["id"] == *id).unwrap();
    assert_eq!((&row["has_client_secret"], &row["has_pop_password"]), (&json!(true), &json!(false)));
    assert!(!listed.to_string().contains("correct horse"));
    assert!(helpdesk.effects().iter().all(|effect| !effect.did.contains("correct horse")));
    assert_eq!(laravel(&set("name", "x")), ["field"]);
    let nothing = admin.post("mail/mailboxes/set-password", &json!({}));
    assert_eq!(laravel(&nothing), ["mailbox_id", "field", "value"]);
    let unknown = json!({"mailbox_id": 99, "field": "smtp_password", "value": "x"});
    assert_eq!(admin.post("mail/mailboxes/set-password", &unknown).status, 404);
}

#[test]
fn a_mailbox_that_a_queue_sends_from_stays() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let refused = admin.post("mail/mailboxes/delete", &json!({"mailbox_id": 1}));
    assert_eq!((refused.status, refused.json()["my_error"].is_string()), (200, true));
    assert_eq!(admin.post("mail/mailboxes", &json!({})).json()["mailboxes"].as_array().unwrap().len(), 2);
    let double = json!({"mailbox_id": 2, "address": "HELP@kestrel.example"});
    assert_eq!(laravel(&admin.post("mail/mailboxes/update", &double)), ["address"]);
    assert!(helpdesk.effects().is_empty());
}

#[test]
fn what_is_sent_stands_in_the_archive() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let body = json!({
        "to_address": "ines@harborlight.example", "cc": ["a@b.example"], "template_identifier": "delivery_delay",
        "data": {"order": "K-7"}, "mailbox": "Kestrel Accounts",
    });
    let sent = admin.post("mail/send", &body).data();
    assert_eq!((&sent["subject"], &sent["status"]), (&json!("Your order K-7 is late"), &json!("sent")));
    let newest = &admin.post("mail/sent-mail", &json!({})).json()["sent_mail"][0];
    assert_eq!((&newest["id"], newest.get("content")), (&sent["id"], None));
    let shown = &admin.post("mail/sent-mail/show", &json!({"id": sent["id"]})).json()["sent_mail"];
    assert_eq!((&shown["cc"], &shown["from_address"]), (&json!(["a@b.example"]), &json!("accounts@kestrel.example")));
    assert!(shown["content"].as_str().unwrap().contains("order K-7"));
    let found = |body: Value| admin.post("mail/sent-mail/search", &body).json()["sent_mail"].as_array().unwrap().len();
    assert_eq!(found(json!({"q": "k-7"})), 1);
    assert_eq!(found(json!({"search": "INES@harborlight"})), 1);
    assert_eq!(found(json!({"q": "nobody at all"})), 0);
    assert_eq!(admin.post("mail/sent-mail/show", &json!({"id": 9999})).status, 404);
}

#[test]
fn a_repeated_key_sends_one_mail() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let body = json!({"to_address": "a@b.example", "subject": "Once", "content": "x"});
    let first = admin.keyed("mail/send", &body, "once");
    assert_eq!(admin.keyed("mail/send", &body, "once").body, first.body);
    assert_eq!(helpdesk.effects().len(), 1);
    admin.unkeyed("mail/send", &body).unwrap().error(422, "idempotency_key_required");
    // A refused mail leaves the key unused when the body is looked at first.
    helpdesk.switch(|switches| switches.set("key_looked_at", "after_validation").unwrap());
    assert_eq!(admin.keyed("mail/send", &json!({"subject": "Once"}), "once").refused(), ["to_address", "content"]);
}

#[test]
fn a_mail_needs_one_shape_and_a_known_mailbox() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let to = "a@b.example";
    for (body, fields) in [
        (json!({}), vec!["to_address", "subject", "content"]),
        (json!({"to_address": to, "subject": "S", "content": "c", "mailbox": "Nowhere"}), vec!["mailbox"]),
        (json!({"to_address": to, "subject": "S", "content": "c", "cc": ["x"]}), vec!["cc.0"]),
        (json!({"to_address": to, "template_identifier": "delivery_delay"}), vec!["data"]),
        (json!({"to_address": to, "template_identifier": "none", "data": {}}), vec!["template_identifier"]),
        (
            json!({"to_address": to, "template_identifier": "delivery_delay", "data": {}, "subject": "S"}),
            vec!["template_identifier"],
        ),
        (json!({"to_address": "nobody", "subject": "S", "content": "c", "validate_address": true}), vec!["to_address"]),
    ] {
        assert_eq!(admin.post("mail/send", &body).refused(), fields, "{body}");
    }
    assert!(helpdesk.effects().is_empty());
    let late = admin.post("mail/send", &json!({"to_address": "nobody", "subject": "S", "content": "c"})).data();
    let shown = &admin.post("mail/sent-mail/show", &json!({"id": late["id"]})).json()["sent_mail"];
    assert_eq!((&late["status"], &shown["status"]), (&json!("failed"), &json!("failed")));
}

#[test]
fn the_archive_begins_with_the_answers_that_staff_gave() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let rows = |body: Value| admin.post("mail/sent-mail", &body).json()["sent_mail"].as_array().unwrap().clone();
    let month = rows(json!({"range_days": 30}));
    let answers = helpdesk.world(|world| {
        let month = world.now() - time::Duration::days(30);
        let public = world.responses.iter().filter(|response| response.by_staff && !response.is_internal);
        public.filter(|response| response.created_at >= month).count()
    });
    assert_eq!(month.len(), answers);
    assert!(month.windows(2).all(|two| two[0]["sent_at"].as_str() >= two[1]["sent_at"].as_str()));
    assert!(rows(json!({})).len() < month.len());
    assert_eq!(rows(json!({"range_days": 30, "limit": 2})), month[..2]);
    assert_eq!(
        laravel(&admin.post("mail/sent-mail", &json!({"range_days": 31, "limit": 301}))),
        ["range_days", "limit"]
    );
    assert_eq!(laravel(&admin.post("mail/sent-mail/search", &json!({"limit": 0}))), ["limit"]);
    let mended = helpdesk_with(|switches| switches.set("bad_page", "mended").unwrap());
    let answer = Client::new(&mended, "admin").post("mail/sent-mail", &json!({"range_days": 90}));
    assert_eq!(answer.json()["sent_mail"].as_array().unwrap().len(), answers);
}

#[test]
fn an_address_or_a_subject_keeps_mail_out_once() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    for (path, body) in [
        ("mail/excluded-emails/create", json!({"email": "No-Reply@parcel-news.example"})),
        ("mail/subjects/create", json!({"subject": "out of OFFICE"})),
    ] {
        assert_eq!(laravel(&admin.post(path, &body)).len(), 1, "{path}");
    }
    assert!(helpdesk.effects().is_empty());
}
