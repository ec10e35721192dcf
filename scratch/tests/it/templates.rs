//! Templates and FAQs.

use serde_json::{Value, json};
use tickiti_relay_scratch::sha256;

use crate::client::{Client, helpdesk, helpdesk_with};
use crate::cycle::{Cycle, all_writes_left_effects, done, laravel, multipart};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";
const INLINE: &str = "<p><img src=\"data:image/png;base64,iVBORw0KGgo=\"></p>";

fn cycle(kind: &'static str, list: (&'static str, Value, &'static str), needs: &'static [&'static str]) -> Cycle {
    Cycle {
        create: ("templates/create", json!({"type": kind, "identifier": "welcome", "subject": "Welcome"})),
        needs,
        list,
        show: Some(("templates/show", |id| json!({"template_id": id}), "/template")),
        update: Some((
            "templates/update",
            |id| json!({"template": {"id": id, "type": "intervention", "content": "<p>Hi {{name}}</p>", "ordinal": 3}}),
        )),
        then: json!({
            "type": kind, "identifier": "welcome", "subject": "Welcome", "content": "<p>Hi {{name}}</p>", "ordinal": 3,
            "is_enabled": true,
        }),
        delete: ("templates/delete", |id| json!({"template_id": id})),
    }
}

#[test]
fn every_collection_lives_its_life_and_every_write_leaves_its_effect() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    cycle("email", ("templates", json!({}), ""), &["type", "identifier"]).run(&helpdesk, &admin);
    cycle("faq", ("templates/faqs", json!({}), "/faqs"), &["type", "identifier"]).run(&helpdesk, &admin);
    let sent = multipart(&admin, "templates/image-upload", Some(("a.png", PNG)), &[("template_id", "1")]);
    assert_eq!(sent.status, 200, "{}", sent.json());
    all_writes_left_effects(&helpdesk, "templates");
}

#[test]
fn the_index_leaves_out_faqs_and_stock_responses() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let rows = admin.post("templates", &json!({})).json();
    let kinds: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["email", "email", "notification", "intervention", "intervention", "intervention"]);
    assert_eq!(rows[0].get("content"), None);
    // A stock response is not shown, changed or deleted as a template, nor the other way round.
    assert_eq!(admin.post("templates/show", &json!({"template_id": 6})).status, 404);
    assert_eq!(admin.post("settings/stock-responses/delete", &json!({"template_id": 1})).status, 404);
}

#[test]
fn a_faq_needs_no_identifier_and_keeps_the_one_it_has() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let made =
        done(&helpdesk, &admin, "templates/create", &json!({"type": "faq", "subject": "Q?", "content": "<p>A</p>"}));
    let id = &made["template"]["id"];
    let change = json!({"template": {"id": id, "identifier": "other", "subject": "Why?"}});
    let changed = done(&helpdesk, &admin, "templates/update", &change);
    assert_eq!((&changed["template"]["identifier"], &changed["template"]["subject"]), (&Value::Null, &json!("Why?")));
    let open = admin.send("GET", "faqs?search=why", &[], "", b"").unwrap();
    assert_eq!(open.data()["faqs"][0]["id"], *id);
}

#[test]
fn wrong_templates_are_refused_by_field() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    for (path, body, fields) in [
        ("templates/create", json!({"type": "stock-response", "identifier": "x"}), vec!["type"]),
        ("templates/create", json!({"type": "email", "identifier": "Password_Reset"}), vec!["identifier"]),
        ("templates/create", json!({"type": "email", "identifier": "x", "subject": "s".repeat(256)}), vec!["subject"]),
        ("templates/update", json!({}), vec!["template", "template.id"]),
        ("templates/update", json!({"template": {"id": 1, "is_enabled": "maybe"}}), vec!["template.is_enabled"]),
        ("templates/render", json!({}), vec!["template_identifier", "data"]),
        (
            "templates/render",
            json!({"template_identifier": "faq_pole_repair", "data": {}}),
            vec!["template_identifier"],
        ),
    ] {
        let answer = admin.post(path, &body);
        let native = answer.json().get("ok").is_some();
        assert_eq!(if native { answer.refused() } else { laravel(&answer) }, fields, "{path} {body}");
    }
    assert!(helpdesk.effects().is_empty());
}

#[test]
fn an_update_keeps_what_is_left_out_unless_the_install_is_old() {
    let helpdesk = helpdesk_with(|switches| switches.set("template_rules", "june").unwrap());
    let admin = Client::new(&helpdesk, "admin");
    let change = json!({"template": {"id": 1, "legend": "name"}});
    let blank = &admin.post("templates/update", &change).json()["template"];
    assert_eq!(
        (&blank["subject"], &blank["content"], &blank["is_enabled"]),
        (&json!(null), &json!(null), &json!(false))
    );
    helpdesk.switch(|switches| switches.set("template_rules", "october").unwrap());
    let change = json!({"template": {"id": 2, "legend": "name"}});
    let kept = &admin.post("templates/update", &change).json()["template"];
    assert_eq!((&kept["subject"], &kept["legend"]), (&json!("Reset your password"), &json!("name")));
}

#[test]
fn search_finds_words_and_phrases_in_every_type() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let found = |body: Value| -> Vec<String> {
        let rows = admin.post("templates/search", &body).json();
        rows["templates"].as_array().unwrap().iter().map(|row| row["identifier"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(json!({"search": "battery range"})), ["faq_battery_cold"]);
    assert_eq!(found(json!({"search": "\"serial number\" sticker"})), ["ask_serial"]);
    assert!(found(json!({"search": "\"number serial\""})).is_empty());
    assert_eq!(found(json!({"search": "battery", "type": "faq"})), ["faq_battery_cold"]);
    assert_eq!(found(json!({"search": "battery", "mode": "templates"})).len(), 4);
    // The wrong field name finds nothing, and is no failure.
    assert!(found(json!({"q": "battery"})).is_empty());
}

#[test]
fn render_fills_the_placeholders_and_changes_nothing() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let body = json!({"template_identifier": "delivery_delay", "data": {"order": "K-1", "name": "Ines"}});
    let made = admin.post("templates/render", &body).data();
    assert_eq!(made["subject"], "Your order K-1 is late");
    assert!(made["html"].as_str().unwrap().starts_with("<p>Hello Ines,</p>"), "{made}");
    let other = json!({"template_identifier": "faq_pole_repair", "data": {"x": 1}, "type": "faq"});
    assert_eq!(admin.post("templates/render", &other).data()["subject"], "Can a tent pole be repaired?");
    assert!(helpdesk.effects().is_empty());
}

#[test]
fn images_are_taken_out_of_bodies_and_uploaded_beside_them() {
    let helpdesk = helpdesk();
    let admin = Client::new(&helpdesk, "admin");
    let body = json!({"type": "email", "identifier": "pictured", "content": INLINE});
    let made = &admin.post("templates/create", &body).json()["template"];
    let digest = sha256(b"\x89PNG\r\n\x1a\n");
    assert_eq!(made["content"], format!("<p><img src=\"cid:{digest}\"></p>"));
    let sent = multipart(&admin, "templates/image-upload", Some(("a b.png", PNG)), &[("template_id", "1")]).json();
    assert_eq!(sent["cid"], format!("cid:{}", sha256(PNG)));
    assert_eq!(sent["img"], format!("<img src=\"cid:{}\" alt=\"a b.png\">", sha256(PNG)));
    helpdesk.world(|world| {
        assert!([digest, sha256(PNG)].iter().all(|digest| world.blobs.contains_key(digest)));
    });
    let effects = helpdesk.effects().len();
    for (file, fields, wrong) in [
        (Some(("a.txt", &b"words"[..])), vec![("template_id", "1")], "file"),
        (None, vec![("template_id", "1")], "file"),
        (Some(("a.png", PNG)), vec![], "template_id"),
    ] {
        assert_eq!(laravel(&multipart(&admin, "templates/image-upload", file, &fields)), [wrong]);
    }
    let unknown = multipart(&admin, "templates/image-upload", Some(("a.png", PNG)), &[("template_id", "99")]);
    assert_eq!((unknown.status, helpdesk.effects().len()), (404, effects));
}

#[test]
fn bytes_that_a_template_shows_outlive_the_attachment() {
    let helpdesk = helpdesk();
    let full = Client::new(&helpdesk, "full");
    let sent = full.upload("a.png", PNG).data();
    let respond = json!({
        "ticket_id": 1, "from_email": "priya.nair@kestrel.example", "content": "x",
        "attachments": [{"sha256": sent["sha256"], "name": "a.png", "file_size": sent["file_size"]}],
    });
    full.post("tickets/respond", &respond).data();
    let id = helpdesk.world(|world| world.attachments.values().find(|file| file.sha256 == sha256(PNG)).unwrap().id);
    multipart(&full, "templates/image-upload", Some(("a.png", PNG)), &[("template_id", "1")]);
    full.post("tickets/attachment-delete", &json!({"ticket_id": 1, "response_attachment_id": id})).data();
    assert!(helpdesk.world(|world| world.blobs.contains_key(&sha256(PNG))));
}
