//! `axial`: a skill of the assistant and what it may run.

use serde_json::json;

use super::step::{NOT_FOUND, Step, step};

pub(super) fn story() -> Vec<Step> {
    let named = || json!({"skill": "workshop.frames"});
    let show = || step("axial.skills.show", named());
    let action = json!({
        "name": "show_ticket", "description": "Shows a ticket.", "handler_type": "local", "handler_ref": "ticket.show",
        "permission": "staff",
    });
    let body = json!({
        "key": "workshop.frames", "title": "Frames", "description": "A frame is bent or broken.",
        "instructions": "# Frames\n\nAsk for a photo.", "composition": "guided", "parent_key": "axial.core",
        "enabled": true, "ordinal": 20, "actions": [action],
    });
    let remote = json!({
        "name": "book_welder", "description": "Books a day.", "handler_type": "remote", "handler_ref": "shop.welder.book",
        "permission": "staff", "requires_confirmation": true, "timeout_ms": 4000,
    });
    vec![
        step("axial.skills.options", json!({})).shows("/handler_types", json!(["local", "remote"])),
        step("axial.skills.create", body),
        step("axial.skills.index", json!({}))
            .has("/skills", json!({"key": "workshop.frames", "title": "Frames", "action_count": 1})),
        show().shows("/skill", json!({"instructions": "# Frames\n\nAsk for a photo.", "actions": [action]})),
        step(
            "axial.skills.update",
            json!({"skill": "workshop.frames", "title": "Bent frames", "composition": "vetted"}),
        ),
        show().shows("/skill", json!({"title": "Bent frames", "composition": "vetted", "parent_key": "axial.core"})),
        step("axial.skills.actions.upsert", json!({"skill": "workshop.frames", "action": remote})),
        show().shows("/skill/actions", json!([action, remote])),
        step("axial.skills.actions.delete", json!({"skill": "workshop.frames", "name": "book_welder"})).once(),
        show().shows("/skill/actions", json!([action])),
        step("axial.skills.delete", named()).once(),
        step("axial.skills.index", json!({})).lacks("/skills", json!({"key": "workshop.frames"})),
        show().refused(NOT_FOUND),
    ]
}
