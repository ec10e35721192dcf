//! Attachments: rules, ranges, uploads, inline images.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tickiti_relay_scratch::{Running, sha256};

use crate::client::{Client, helpdesk};

/// Ticket and attachment id of a seeded file.
fn seeded(helpdesk: &Running, name: &str) -> (u64, u64) {
    helpdesk.world(|world| {
        let found = world.attachments.values().find(|attachment| attachment.name == name).unwrap();
        (world.response(found.response_id).unwrap().ticket_id, found.id)
    })
}

fn fetch(client: &Client, (ticket, id): (u64, u64), more: Value) -> crate::client::Answer {
    let mut body = json!({"ticket_id": ticket, "response_attachment_id": id});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("tickets/attachment", &body)
}

fn bytes(data: &Value) -> Vec<u8> {
    STANDARD.decode(data["content_base64"].as_str().unwrap()).unwrap()
}

#[test]
fn files_come_with_their_facts() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    for (name, mime) in [
        ("pole-joint.png", "image/png"),
        ("delivery-note.pdf", "application/pdf"),
        ("bms-2026-10-30.txt", "text/plain"),
    ] {
        let place = seeded(&helpdesk, name);
        let data = fetch(&client, place, json!({})).data();
        let content = bytes(&data);
        assert_eq!(data["id"], place.1.to_string());
        assert_eq!((data["name"].as_str(), data["mime_type"].as_str()), (Some(name), Some(mime)));
        assert_eq!(data["file_size"], content.len());
        assert_eq!(data["sha256"], sha256(&content));
        assert_eq!(data["is_inline"], false);
        assert_eq!(data.get("eof"), None);
        let id_as_text = json!({"response_attachment_id": place.1.to_string(), "intent": "review_ok"});
        fetch(&client, place, id_as_text).data();
    }
    assert_eq!(fetch(&client, seeded(&helpdesk, "pole-joint.png"), json!({"intent": "please"})).refused(), ["intent"]);
}

#[test]
fn blocked_files_stay_and_others_want_review() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let (blocked, review) = (seeded(&helpdesk, "sensor-reader.exe"), seeded(&helpdesk, "basket.har"));
    for status in [403, 409, 422] {
        helpdesk.switch(|switches| switches.set("attachment_refused", &status.to_string()).unwrap());
        fetch(&client, blocked, json!({})).error(status, "attachment_blocked");
        fetch(&client, blocked, json!({"intent": "review_ok"})).error(status, "attachment_blocked");
        fetch(&client, review, json!({})).error(status, "attachment_review_required");
    }
    fetch(&client, review, json!({"intent": "review_ok"})).data();
}

#[test]
fn a_large_file_comes_in_ranges_only() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let place = seeded(&helpdesk, "coupling-recording.zip");
    let refused = fetch(&client, place, json!({}));
    refused.error(413, "attachment_too_large");
    let told = refused.json()["data"].clone();
    assert_eq!((&told["ranged"], &told["mime_type"]), (&json!(true), &json!("application/zip")));
    let size = told["file_size"].as_u64().unwrap();
    assert!(size > 25 * 1024 * 1024);
    let (mut whole, mut digest) = (Vec::new(), Value::Null);
    loop {
        let page = fetch(&client, place, json!({"offset": whole.len(), "length": 8_388_608})).data();
        whole.extend(bytes(&page));
        digest = if digest.is_null() { page["sha256"].clone() } else { digest };
        if page["eof"] == true {
            break;
        }
    }
    assert_eq!(whole.len() as u64, size);
    assert_eq!(digest, sha256(&whole));
    for (setting, status) in [("empty", 200), ("422", 422), ("416", 416)] {
        helpdesk.switch(|switches| switches.set("range_past_end", setting).unwrap());
        let past = fetch(&client, place, json!({"offset": size + 1}));
        assert_eq!(past.status, status);
        let end = fetch(&client, place, json!({"offset": size})).data();
        assert_eq!((&end["content_base64"], &end["eof"]), (&json!(""), &json!(true)));
    }
    for bad in [json!({"offset": -1}), json!({"length": 0}), json!({"length": 26_214_401})] {
        assert_eq!(fetch(&client, place, bad).refused().len(), 1);
    }
}

#[test]
fn another_tickets_attachment_is_unknown() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let (ticket, id) = seeded(&helpdesk, "pole-joint.png");
    fetch(&client, (ticket + 1, id), json!({})).error(404, "not_found");
    fetch(&client, (ticket, 9999), json!({})).error(404, "not_found");
    let gone =
        client.post("tickets/attachment-delete", &json!({"ticket_id": ticket + 1, "response_attachment_id": id}));
    gone.error(404, "not_found");
}

#[test]
fn an_upload_is_attached_by_its_digest_and_read_back() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let content: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
    let file = client.upload("Tölö \"1\".csv".replace('"', "%22").as_str(), &content).data();
    assert_eq!((&file["sha256"], &file["file_size"]), (&json!(sha256(&content)), &json!(content.len())));
    assert_eq!(file["name"], "Tölö %221%22.csv");
    let create = json!({"originator_email_address": "a@b.example", "attachments": [file], "data": {"subject": "S", "content": "C"}});
    let made = client.post("tickets", &create).data();
    let reply =
        json!({"ticket_id": made["ticket_id"], "from_email": "a@b.example", "content": "x", "attachments": [file]});
    client.post("tickets/respond", &reply).data();
    let thread = client.post("tickets/responses", &json!({"ticket_id": made["ticket_id"]})).data();
    for response in thread["responses"].as_array().unwrap() {
        let attached = &response["attachments"][0];
        assert_eq!((&attached["name"], &attached["is_inline"]), (&file["name"], &json!(false)));
        let id = attached["id"].as_str().unwrap().parse().unwrap();
        let read = fetch(&client, (made["ticket_id"].as_u64().unwrap(), id), json!({})).data();
        assert_eq!(bytes(&read), content);
    }
    let mut unknown = create.clone();
    unknown["attachments"][0]["sha256"] = json!("0".repeat(64));
    assert_eq!(client.post("tickets", &unknown).refused(), ["attachments.0.sha256"]);
    let mut wrong = create;
    wrong["attachments"][0]["file_size"] = json!(1);
    assert_eq!(client.post("tickets", &wrong).refused(), ["attachments.0.file_size"]);
}

#[test]
fn uploads_that_are_refused() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    assert_eq!(client.upload("tool.exe", b"MZ").refused(), ["file"]);
    assert_eq!(client.post("tickets/attachment-upload", &json!({})).refused(), ["file"]);
    client.upload("big.zip", &vec![0; 25 * 1024 * 1024 + 1]).error(413, "attachment_too_large");
    assert_eq!(
        client
            .send("POST", "tickets/attachment-upload", &[], "multipart/form-data; boundary=cut", b"--cut")
            .unwrap()
            .status,
        400
    );
    assert_eq!(Client::new(&helpdesk, "read").upload("a.txt", b"x").status, 403);
    assert!(helpdesk.effects().is_empty());
    client.upload("empty.txt", b"").data();
}

#[test]
fn images_in_a_body_are_stored_once_and_referred_to() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let image = STANDARD.encode(b"\x89PNG\r\n\x1a\n a picture");
    let content =
        format!("<p>a</p><img src=\"data:image/png;base64,{image}\"><p>b</p><img src='data:image/png;base64,{image}'>");
    let blobs = helpdesk.world(|world| world.blobs.len());
    let create = json!({"originator_email_address": "a@b.example", "data": {"subject": "S", "content": content}});
    let made = client.post("tickets", &create).data();
    let row = client.post("tickets/show", &json!({"ticket_id": made["ticket_id"]})).data()["responses"][0].clone();
    let digest = sha256(b"\x89PNG\r\n\x1a\n a picture");
    assert_eq!(row["html"], format!("<p>a</p><img src=\"cid:{digest}\"><p>b</p><img src='cid:{digest}'>"));
    let names: Vec<_> =
        row["attachments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["image-1.png", "image-2.png"]);
    assert!(
        row["attachments"].as_array().unwrap().iter().all(|one| one["is_inline"] == true && one["sha256"] == digest)
    );
    assert_eq!(helpdesk.world(|world| world.blobs.len()), blobs + 1);
}

#[test]
fn a_deleted_attachment_is_gone_and_its_bytes_with_the_last_of_them() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "tickets");
    let pngs: Vec<(u64, u64)> =
        ["pole-joint.png", "jacket.png", "zip.png"].map(|name| seeded(&helpdesk, name)).to_vec();
    let digest = helpdesk.world(|world| world.attachments[&pngs[0].1].sha256.clone());
    // The same dot of a picture also stands inside two bodies.
    let inline: Vec<(u64, u64)> = helpdesk.world(|world| {
        let all = world.attachments.values().filter(|one| one.is_inline && one.sha256 == digest);
        all.map(|one| (world.response(one.response_id).unwrap().ticket_id, one.id)).collect()
    });
    assert_eq!(inline.len(), 2);
    for (index, (ticket, id)) in pngs.iter().chain(&inline).enumerate() {
        assert!(helpdesk.world(|world| world.blobs.contains_key(&digest)), "{index}");
        let body = json!({"ticket_id": ticket, "response_attachment_id": id, "reason": "private"});
        client.post("tickets/attachment-delete", &body).data();
        fetch(&client, (*ticket, *id), json!({})).error(404, "not_found");
    }
    assert!(!helpdesk.world(|world| world.blobs.contains_key(&digest)));
    let row = client.post("tickets/responses", &json!({"ticket_id": 1})).data()["responses"][0].clone();
    assert_eq!(row["attachments"], json!([]));
    let line = row["audit"][0].as_str().unwrap().to_owned();
    assert!(line.contains("pole-joint.png") && line.contains(&digest) && line.ends_with(": private"), "{line}");
}
