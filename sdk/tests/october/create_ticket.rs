//! Uploads first, then the ticket that names them, with an image in its body.

use serde_json::{Value, json};
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::testing::{Canned, Given, Run};

use crate::PLUGIN;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct CreateTicket {
    originator_email_address: String,
    subject: Option<String>,
    content: Option<String>,
    content_path: Option<String>,
    is_public: bool,
    attachments: Option<Vec<Local>>,
    files: Option<Vec<Local>>,
}

#[derive(Deserialize, JsonSchema)]
struct Local {
    #[expect(dead_code, reason = "the relay opens it")]
    path: String,
    name: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Uploaded {
    data: Reference,
}

#[derive(Serialize, Deserialize)]
struct Reference {
    sha256: String,
    name: String,
    file_size: u64,
}

impl Tool for CreateTicket {
    const ABOUT: About = About::write("create_ticket", "Open a ticket")
        .routes(&["tickets.attachment_upload", "tickets.create"])
        .files(&[
            ("/content_path", Access::Text),
            ("/attachments/*/path", Access::Image),
            ("/files/*/path", Access::Bytes),
        ])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let text = cx.file("/content_path").and_then(|file| file.text.clone());
        if self.content_path.is_some() && self.content.is_some() {
            return Err("Give content or content_path, not both. Nothing was sent.".into());
        }
        let mut content = text.or(self.content).unwrap_or_default();
        for (index, image) in self.attachments.iter().flatten().enumerate() {
            let file = cx.file(&format!("/attachments/{index}/path")).ok_or("no image")?;
            let token = format!("{{{{attach:{}}}}}", image.name.as_ref().unwrap_or(&file.name));
            content = content.replace(&token, &format!("<img src=\"{}\">", file.mark));
        }
        let uploads = self.files.iter().flatten().enumerate().map(|(index, local)| {
            let file = cx.file(&format!("/files/{index}/path")).ok_or("no file")?;
            let name = local.name.as_ref().unwrap_or(&file.name);
            Request::new("tickets.attachment_upload", &json!({"file": format!("{}/{name}", file.mark)}))
        });
        let uploaded = cx.send_all::<Uploaded>(uploads.collect::<Result<_>>()?).await?;

        let mut data = Object::new();
        data.set_some("subject", self.subject)?;
        data.set("content", content)?;
        let mut body = Object::new();
        body.set("originator_email_address", self.originator_email_address)?;
        body.set("is_public", self.is_public)?;
        if !uploaded.is_empty() {
            let references: Vec<_> = uploaded.into_iter().map(|reply| reply.body.data).collect();
            body.set("attachments", references)?;
        }
        body.set("data", data)?;
        relay("tickets.create", &body)
    }
}

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn start(more: Value) -> Run<'static> {
    let mut arguments = json!({
        "originator_email_address": "a@b.c", "subject": "S", "is_public": true,
        "attachments": [{"path": "pictures/logo.png"}],
        "files": [{"path": "a.pdf"}, {"path": "b.csv", "name": "shown.csv"}]
    });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut given = Given::call(&PLUGIN, "create_ticket", arguments.clone());
    if arguments.get("content_path").is_some() {
        given = given.file("/content_path", "body.html", b"<p>from a file {{attach:logo.png}}</p>");
    }
    given
        .file("/attachments/0/path", "logo.png", b"png")
        .file("/files/0/path", "a.pdf", b"pdf")
        .file("/files/1/path", "b.csv", b"csv")
        .start()
}

fn uploaded(sha256: &str, name: &str, size: u64) -> Canned {
    Canned::ok(json!({"ok": true, "data": {"sha256": sha256, "name": name, "file_size": size, "more": "dropped"}}))
}

#[test]
fn files_are_uploaded_in_order_and_named_in_the_ticket() {
    let run = start(json!({"content": "see {{attach:logo.png}}"}));
    assert_eq!(
        run.sent(),
        [
            ("tickets.attachment_upload".to_owned(), json!({"file": "<a.pdf>/a.pdf"})),
            ("tickets.attachment_upload".to_owned(), json!({"file": "<b.csv>/shown.csv"})),
        ]
    );
    let run = run.answer([uploaded("aa", "a.pdf", 3), uploaded("bb", "shown.csv", 3)]);
    let (route, body) = run.relayed();
    assert_eq!(route, "tickets.create");
    let expected = json!({
        "originator_email_address": "a@b.c",
        "is_public": true,
        "attachments": [
            {"sha256": "aa", "name": "a.pdf", "file_size": 3}, {"sha256": "bb", "name": "shown.csv", "file_size": 3}
        ],
        "data": {"subject": "S", "content": "see <img src=\"<logo.png>\">"}
    });
    assert_eq!(body.to_string(), expected.to_string());
}

#[test]
fn a_body_from_a_file_is_read_by_the_relay() {
    let run = start(json!({"content_path": "body.html"})).answer([uploaded("aa", "a", 1), uploaded("bb", "b", 1)]);
    assert_eq!(run.relayed().1["data"]["content"], "<p>from a file <img src=\"<logo.png>\"></p>");
    let run = start(json!({"content_path": "body.html", "content": "x"}));
    assert!(run.error().contains("not both"), "{}", run.error());
}

#[test]
fn an_upload_without_a_sum_ends_the_call_before_the_ticket() {
    let run = start(json!({"content": "c"})).answer([uploaded("aa", "a", 1), Canned::ok(json!({"ok": true}))]);
    assert!(run.error().contains("another shape"), "{}", run.error());
}
