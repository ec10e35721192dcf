//! `settings/stock-responses`: answers kept for reuse. They stand in the table of templates.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, text};
use crate::passthrough::{is_admin, listed, picked};
use crate::reply::{Refusal, Reply};
use crate::resource::{Field, Kind, Resource};
use crate::switches::TemplateRules;
use crate::templates::store::{COLLECTION, STOCK, Shelf, created, shown};
use crate::world::World;

const SHELF: Shelf = Shelf { what: "stock response", holds: |kind| kind == STOCK };

const OCTOBER: Resource = resource(&fields(true));
const JUNE: Resource = resource(&fields(false));

const LISTED: &[&str] = &["id", "identifier", "title", "category", "subcategory", "keywords", "use_count"];
const SEARCHED: &[&str] = &["identifier", "title", "keywords", "subject", "content"];

const fn resource(fields: &'static [Field]) -> Resource {
    Resource {
        collection: COLLECTION,
        what: "stock response",
        id_field: "template_id",
        fields,
        unique: Some("identifier"),
    }
}

const fn wanted(name: &'static str, required: bool) -> Field {
    Field { required, ..Field::optional(name, Kind::Text(255), "null") }
}

const fn fields(required: bool) -> [Field; 11] {
    [
        Field::optional("type", Kind::OneOf(&[STOCK]), "\"stock-response\""),
        wanted("identifier", required),
        wanted("category", required),
        Field::optional("subcategory", Kind::Text(255), "\"\""),
        Field::optional("subject", Kind::Text(255), "null"),
        Field::optional("title", Kind::Text(255), "null"),
        Field::optional("keywords", Kind::Text(255), "\"\""),
        Field::optional("content", Kind::Text(usize::MAX), "null"),
        Field::optional("is_enabled", Kind::Flag, "true"),
        Field::optional("notes", Kind::Text(usize::MAX), "\"\""),
        Field::optional("ai_relevance", Kind::OneOf(&["as_is", "compose", "reference", "exclude"]), "\"reference\""),
    ]
}

/// Serves `settings.stock_responses.index`: no bodies unless they are asked for.
pub(super) fn index(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let search = input.text("search", 255).map(str::to_lowercase);
    let include_content = input.flag("include_content").unwrap_or(false);
    input.finish()?;
    let october = world.switches.template_rules == TemplateRules::October;
    let is_meant = |row: &Row| {
        let holds = |search: &String| SEARCHED.iter().any(|name| text(row, name).to_lowercase().contains(search));
        !october || search.as_ref().is_none_or(holds)
    };
    let rows: Vec<Value> = SHELF
        .rows(world)
        .filter(|row| is_meant(row))
        .map(|row| {
            let whole = shown(world, row);
            let mut names = LISTED.to_vec();
            if october && include_content {
                names.extend(["subject", "content", "is_enabled", "ai_relevance"]);
            }
            let mut shown = picked(&whole, &names);
            if text(row, "title").is_empty() {
                shown.insert("title".into(), json!(text(row, "identifier")));
            }
            Value::Object(shown)
        })
        .collect();
    Ok(listed(world, "stock_responses", rows))
}

/// Serves `settings.stock_responses.show`.
pub(super) fn show(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.show(world, call)
}

/// Serves `settings.stock_responses.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    refuse_relevance(call, &call.body, "ai_relevance")?;
    let kind = match world.switches.template_rules {
        TemplateRules::October => OCTOBER,
        TemplateRules::June => JUNE,
    };
    let mut body = call.body.clone();
    body.insert("type".into(), json!(STOCK));
    created(world, &kind, &body)
}

/// Serves `settings.stock_responses.update`.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    if let Some(template) = call.body.get("template").and_then(Value::as_object) {
        refuse_relevance(call, template, "template.ai_relevance")?;
    }
    SHELF.update(world, call, &OCTOBER)
}

/// Only administrators decide what the AI assistant may use.
fn refuse_relevance(call: &Call, body: &Row, field: &str) -> Result<(), Refusal> {
    if is_admin(call) || body.get("ai_relevance").is_none_or(Value::is_null) {
        return Ok(());
    }
    Err(Refusal::field(field, "Only administrators may set the AI relevance."))
}

/// Serves `settings.stock_responses.delete`.
pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.delete(world, call)
}

/// Serves `settings.stock_responses.image_upload`.
pub(super) fn image_upload(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    SHELF.image_upload(world, call)
}
