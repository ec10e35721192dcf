//! Settings of the install: AI assistant, domain, system, licence, diagnostics.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, flag, row};
use crate::input::Input;
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::standard::{lay, seed_settings, settings, settings_laid, settings_shown, settings_updated};
use crate::switches::Diagnostics;
use crate::tokens::PLANS;
use crate::world::World;

/// What everybody here has for a password; the routes that ask for `current_password` take it and no other.
pub const PASSWORD: &str = "scratch-password";

/// What has been stored of the AI key: never shown.
const AI_KEY: &str = "ai_api_key";

const AI: Resource = Resource {
    collection: "ai_assistant",
    what: "ai_assistant",
    id_field: "id",
    fields: &[
        Field::optional("ai_enabled", Kind::Flag, "false"),
        Field::optional("ai_auto_draft_inbound", Kind::Flag, "false"),
        Field::optional("ai_suggest_after_staff_reply", Kind::Flag, "false"),
        Field::optional("ai_auto_send", Kind::Flag, "false"),
        Field::optional("ai_auto_send_threshold", Kind::Number(0, 100), "90"),
        Field::optional("ai_model", Kind::Text(255), "null"),
        Field::optional("ai_persona", Kind::Text(5000), "null"),
        Field::optional("ai_business_context", Kind::Text(50_000), "null"),
        Field::optional("ai_signature", Kind::Text(5000), "null"),
        Field::optional("ai_auto_signature", Kind::Text(5000), "null"),
    ],
    unique: None,
};

const DOMAIN: &str = "custom_domain";
const SYSTEM: &str = "system";
const DIAGNOSTICS: &str = "diagnostics";

pub(super) fn seed(world: &mut World) {
    let ai = json!({
        "ai_enabled": true, "ai_auto_draft_inbound": true, "ai_suggest_after_staff_reply": false, "ai_auto_send": false,
        "ai_auto_send_threshold": 90, "ai_model": "standard", "ai_persona": "Friendly, brief, no jargon.",
        "ai_business_context": "Kestrel Outdoor sells tents, sleeping bags and cargo bikes.",
        "ai_signature": "Kestrel Outdoor", "ai_auto_signature": "Written by our assistant.", AI_KEY: null,
    });
    let system = json!({
        "timezone": "Europe/London", "date_format": "d M Y", "max_upload_megabytes": 50, "sent_mail_retention_days": 90,
        "public_access": false,
    });
    for (collection, value) in [
        (AI.collection, ai),
        (DOMAIN, json!({"domain": null, "status": "none"})),
        (SYSTEM, system),
        (DIAGNOSTICS, json!({"verbose_mail": false, "verbose_jobs": false})),
    ] {
        seed_settings(world, collection, value);
    }
}

/// Notes a password that is missing or wrong.
fn password(input: &mut Input<'_>) {
    let given = input.text("current_password", 255);
    if input.need("current_password", given).is_some_and(|given| given != PASSWORD) {
        input.refuse("current_password", "The password is incorrect.");
    }
}

/// Serves `administration.ai.index`.
pub(super) fn ai(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(ai_shown(world))
}

fn ai_shown(world: &World) -> Reply {
    let mut row = settings(world, AI.collection);
    let is_set = row.shift_remove(AI_KEY).is_some_and(|key| !key.is_null());
    row.insert("ai_api_key_set".into(), json!(is_set));
    Reply::raw(json!({AI.what: row}))
}

/// Serves `administration.ai.update`. A blank key keeps the stored one, `ai_api_key_clear` forgets it.
pub(super) fn ai_update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    password(&mut input);
    let clear = input.flag("ai_api_key_clear").unwrap_or(false);
    let key = input.text(AI_KEY, 255).map(str::to_owned);
    input.finish()?;
    settings_updated(&AI, world, &call.body)?;
    if clear {
        lay(world, AI.collection, &row(json!({AI_KEY: null})));
    } else if let Some(key) = key {
        lay(world, AI.collection, &row(json!({AI_KEY: key})));
    }
    Ok(ai_shown(world))
}

/// Serves `administration.custom_domain.status`.
pub(super) fn domain(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(settings_shown(world, DOMAIN))
}

/// Serves `administration.custom_domain.update`. A domain waits for its DNS for ever here; none gives it up.
pub(super) fn domain_update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    password(&mut input);
    if !call.body.contains_key("domain") {
        input.need::<()>("domain", None);
    }
    let domain = input.text("domain", 253).map(str::to_lowercase);
    if domain.as_deref().is_some_and(|domain| !is_host(domain)) {
        input.refuse("domain", "The domain field must be a host name.");
    }
    input.finish()?;
    let status = if domain.is_some() { "waiting_for_dns" } else { "none" };
    lay(world, DOMAIN, &row(json!({"domain": domain, "status": status})));
    Ok(settings_shown(world, DOMAIN))
}

fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.contains('.') && name.split('.').all(is_label)
}

/// Serves `administration.system.index`.
pub(super) fn system(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(settings_shown(world, SYSTEM))
}

/// Serves `administration.system.update`. How long sent mail is kept is a matter of the storage routes.
pub(super) fn system_update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(settings_laid(world, SYSTEM, &call.body, &["sent_mail_retention_days"]))
}

/// Keeps the number of days in the settings that `administration.system.index` shows.
pub(super) fn set_retention(world: &mut World, days: i64) -> Row {
    lay(world, SYSTEM, &row(json!({"sent_mail_retention_days": days})));
    settings(world, SYSTEM)
}

/// Serves `administration.licence.index`.
pub(super) fn licence(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let held = call.token.as_ref().map(|token| token.plans.clone()).unwrap_or_default();
    let features: Row =
        PLANS.iter().map(|&plan| (plan.to_owned(), json!(held.iter().any(|known| known == plan)))).collect();
    let staff = world.rows("users").rows().filter(|user| flag(user, "is_staff") && !flag(user, "is_api_user")).count();
    Ok(Reply::raw(json!({"licence": {
        "licensee": "Kestrel Outdoor", "seats": 10, "seats_used": staff, "valid_until": "2027-03-01",
        "features": features,
    }})))
}

/// Stops a call of a route that this build does not have.
fn in_build(world: &World, call: &Call) -> Result<(), Refusal> {
    match world.switches.diagnostics {
        Diagnostics::Enabled => Ok(()),
        Diagnostics::Disabled => Err(Refusal::UnknownRoute(format!("api/v1/{}", call.route.uri))),
    }
}

/// Serves `administration.diagnostics.index`.
pub(super) fn diagnostics(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    in_build(world, call)?;
    Ok(Reply::raw(json!({"diagnostics": settings(world, DIAGNOSTICS), "uploads": uploads(world)})))
}

/// Serves `administration.diagnostics.update`.
pub(super) fn diagnostics_update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    in_build(world, call)?;
    Ok(settings_laid(world, DIAGNOSTICS, &call.body, &[]))
}

/// Serves `administration.diagnostics.fetch`: what the helpdesk would send.
pub(super) fn diagnostics_fetch(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    in_build(world, call)?;
    Ok(Reply::raw(json!({"report": report(world)})))
}

/// Serves `administration.diagnostics.upload`: sends the report to the maker, which here means noting that it was sent.
pub(super) fn diagnostics_upload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    in_build(world, call)?;
    let upload = row(json!({"uploaded_at": world.now_text(), "report": report(world)}));
    let id = world.rows_mut("diagnostics_uploads").add(upload);
    world.did(format!("diagnostics_upload:{id}"), "sent");
    Ok(Reply::raw(json!({"ok": true, "upload_id": id.to_string()})))
}

fn report(world: &World) -> Value {
    json!({
        "settings": settings(world, DIAGNOSTICS), "tickets": world.tickets.len(), "responses": world.responses.len(),
        "stored_files": world.blobs.len(), "made_at": world.now_text(),
    })
}

fn uploads(world: &World) -> Value {
    world.rows("diagnostics_uploads").rows().cloned().map(Value::Object).collect()
}
