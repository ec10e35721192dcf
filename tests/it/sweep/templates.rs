//! `templates` and `faqs`: a mail, a question, and the three texts of an intervention.

use serde_json::json;

use super::step::{NOT_FOUND, Step, step};

pub(super) fn made() -> Vec<Step> {
    let mut steps = mail();
    steps.extend(question());
    for (name, kept) in PARTS {
        steps.extend(part(name, kept));
    }
    steps
}

fn mail() -> Vec<Step> {
    let body = json!({
        "type": "email", "identifier": "sweep_mail", "subject": "Hello {{name}}", "content": "<p>{{name}}, it is here.</p>",
    });
    vec![
        step("templates.create", body).keeps("mail_template", "/template/id"),
        step("templates.index", json!({})).has("", json!({"id": "$mail_template", "identifier": "sweep_mail"})),
        step("templates.image_upload", json!({"template_id": "$mail_template"}))
            .file("picture.png")
            .keeps("image", "/img")
            .effect("template:$mail_template", "image picture.png uploaded"),
        step(
            "templates.update",
            json!({"template": {
                "id": "$mail_template", "subject": "Good news, {{name}}", "content": "<p>{{name}}: $image</p>", "is_enabled": true,
            }}),
        ),
        step("templates.show", json!({"template_id": "$mail_template"})).shows(
            "/template",
            json!({"type": "email", "subject": "Good news, {{name}}", "content": "<p>{{name}}: $image</p>"}),
        ),
        step("templates.render", json!({"template_identifier": "sweep_mail", "data": {"name": "Ines"}}))
            .shows("", json!({"subject": "Good news, Ines", "html": "<p>Ines: $image</p>"})),
        step("templates.search", json!({"search": "sweep_mail \"good news\""}))
            .shows("/templates", json!([{"id": "$mail_template"}])),
    ]
}

fn question() -> Vec<Step> {
    let question = json!({"type": "faq", "subject": "May I ride in the rain?", "content": "<p>Yes & gladly.</p>"});
    vec![
        step("templates.create", question).keeps("faq", "/template/id"),
        step("templates.faqs", json!({})).has("/faqs", json!({"id": "$faq", "subject": "May I ride in the rain?"})),
        step("faqs", json!({"search": "yes & gladly"}))
            .shows("/faqs", json!([{"id": "$faq", "title": "May I ride in the rain?"}])),
        step("templates.delete", json!({"template_id": "$faq"})).once(),
        step("templates.faqs", json!({})).lacks("/faqs", json!({"id": "$faq"})),
        step("faqs", json!({"search": "yes & gladly"})).shows("/faqs", json!([])),
    ]
}

/// Parts of the intervention `frame_alarm`, and the names under which their ids are kept.
const PARTS: [(&str, &str); 3] = [("private", "private_part"), ("public", "public_part"), ("final", "final_part")];

fn part(name: &str, kept: &'static str) -> Vec<Step> {
    let (identifier, id) = (format!("frame_alarm.{name}"), format!("${kept}"));
    let body = json!({
        "type": "intervention", "identifier": identifier, "subject": "Frame alarm on {{bike}}",
        "content": format!("<p>The {name} words for bike {{{{bike}}}}.</p>"),
    });
    vec![
        step("templates.create", body).keeps(kept, "/template/id"),
        step("templates.show", json!({"template_id": id})).shows("/template/identifier", json!(identifier)),
    ]
}

pub(super) fn gone() -> Vec<Step> {
    let kept = PARTS.iter().map(|(_, kept)| *kept).chain(["mail_template"]);
    kept.flat_map(|kept| {
        let named = json!({"template_id": format!("${kept}")});
        [step("templates.delete", named.clone()).once(), step("templates.show", named).refused(NOT_FOUND)]
    })
    .collect()
}
