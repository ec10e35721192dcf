//! Read, fill what was left out, write: older servers blank what an update does not name.

use serde_json::{Value, json};
use tickiti_relay_sdk::prelude::*;
use tickiti_relay_sdk::testing::{Canned, Given};

use crate::PLUGIN;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct UpdateTemplate {
    id: Value,
    #[expect(dead_code, reason = "sent as it was given")]
    identifier: Option<String>,
    subject: Option<String>,
    content: Option<String>,
    is_enabled: Option<bool>,
    #[expect(dead_code, reason = "sent as it was given")]
    ordinal: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    template: Option<Object>,
}

impl Tool for UpdateTemplate {
    const ABOUT: About =
        About::write("update_template", "Change a template").routes(&["templates.show", "templates.update"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let mut template = cx.arguments()?;
        if self.content.is_none() || self.is_enabled.is_none() || self.subject.is_none() {
            let show = Request::new("templates.show", &json!({"template_id": self.id}))?;
            let shown = cx.send::<Shown>(show).await?.body.template;
            let mut now = shown.ok_or("The helpdesk did not show the template, so nothing was changed.")?;
            for name in ["content", "is_enabled", "subject"] {
                let Some(value) = now.take(name).filter(|_| !template.has(name)) else { continue };
                if name == "is_enabled" {
                    template.set(name, !matches!(value.get(), "0" | "false" | "null"))?;
                } else {
                    template.set(name, value)?;
                }
            }
        }
        relay("templates.update", &json!({ "template": template }))
    }
}

#[test]
fn what_was_left_out_is_read_first() {
    let run = Given::call(&PLUGIN, "update_template", json!({"subject": "New", "id": "7", "ordinal": 3})).start();
    assert_eq!(run.sent(), [("templates.show".to_owned(), json!({"template_id": "7"}))]);
    let template = json!({"content": null, "subject": "Old", "is_enabled": 1, "other": "x"});
    let (route, body) = run.answer([Canned::ok(json!({ "template": template }))]).relayed();
    assert_eq!(route, "templates.update");
    // An explicit null is written back as one.
    let expected = r#"{"template":{"id":"7","subject":"New","ordinal":3,"content":null,"is_enabled":true}}"#;
    assert_eq!(body.to_string(), expected);
}

#[test]
fn with_all_three_given_nothing_is_read() {
    let arguments = json!({"id": 7, "subject": "S", "content": "C", "is_enabled": false});
    let run = Given::call(&PLUGIN, "update_template", arguments.clone()).start();
    assert_eq!(run.relayed(), ("templates.update".to_owned(), json!({ "template": arguments })));
}

#[test]
fn a_read_without_a_template_ends_the_call() {
    let run = Given::call(&PLUGIN, "update_template", json!({"id": 7})).start().answer([Canned::ok(json!({"x": 1}))]);
    assert!(run.error().contains("nothing was changed"), "{}", run.error());
}
