//! The one table of templates, FAQs and stock responses, and what the two families over it have in common.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, flag, row, text};
use crate::files::{LARGEST_FILE, sniffed};
use crate::html::escaped;
use crate::passthrough::{complete, complete_row, done, of, set, within};
use crate::reply::{Refusal, Reply};
use crate::resource::Resource;
use crate::switches::{CreatedTemplate, EnabledFlag, TemplateRules};
use crate::tickets::write::FileRef;
use crate::world::World;

/// Name of the table.
pub(crate) const COLLECTION: &str = "templates";
/// Type of a stock response.
pub(crate) const STOCK: &str = "stock-response";
/// Type of a frequently asked question.
pub(crate) const FAQ: &str = "faq";

const IMAGES: &str = "template_images";

/// Every column that not all kinds of rows are created with.
fn columns() -> Value {
    json!({
        "title": null, "category": "", "subcategory": "", "keywords": "", "notes": "", "description": null,
        "legend": null, "ordinal": 0, "ai_relevance": "reference", "use_count": 0,
    })
}

/// Gives the company's templates the columns that only these families show, and a past of use.
pub(crate) fn seed(world: &mut World) {
    complete(world, COLLECTION, columns());
    for (identifier, members) in [
        ("ask_serial", json!({"use_count": 41, "category": "Workshop", "keywords": "serial, sticker, warranty"})),
        ("refund_done", json!({"use_count": 17, "category": "Billing", "keywords": "refund, bank"})),
        ("faq_pole_repair", json!({"ordinal": 1, "category": "Tents"})),
        ("faq_battery_cold", json!({"ordinal": 2, "category": "Cargo bikes"})),
        (
            "delivery_delay",
            json!({"legend": "name, order, date", "description": "Told by the shop when a parcel is late"}),
        ),
        ("password_reset", json!({"legend": "name, link", "description": "Sent when a customer forgot the password"})),
        ("ticket_changed", json!({"legend": "ticket_number, subject, subject_info, preview"})),
    ] {
        if let Some((id, _)) = world.rows(COLLECTION).find("identifier", identifier) {
            set(world, COLLECTION, id, members);
        }
    }
}

/// The part of the table that a family serves.
pub(crate) struct Shelf {
    /// What one of its rows is called.
    pub(crate) what: &'static str,
    /// Whether rows of a type stand on it.
    pub(crate) holds: fn(&str) -> bool,
}

impl Shelf {
    /// Its rows.
    pub(crate) fn rows<'w>(&self, world: &'w World) -> impl Iterator<Item = &'w Row> + use<'w> {
        let holds = self.holds;
        world.rows(COLLECTION).rows().filter(move |row| holds(text(row, "type")))
    }

    fn find<'w>(&self, world: &'w World, id: u64, field: &'static str) -> Result<&'w Row, Refusal> {
        let row = world.rows(COLLECTION).get(id).filter(|row| (self.holds)(text(row, "type")));
        row.ok_or(Refusal::NotFound { what: self.what, field })
    }

    fn named<'w>(&self, world: &'w World, call: &Call) -> Result<(u64, &'w Row), Refusal> {
        let mut input = call.input();
        let id = input.id("template_id");
        let id = input.need("template_id", id).unwrap_or_default();
        input.finish()?;
        self.find(world, id, "template_id").map(|row| (id, row))
    }

    /// Answers a row with everything.
    pub(crate) fn show(&self, world: &World, call: &Call) -> Result<Reply, Refusal> {
        let (_, row) = self.named(world, call)?;
        Ok(of("template", Value::Object(shown(world, row))))
    }

    /// Takes a row away. Its images stay in the store until somebody sweeps it.
    pub(crate) fn delete(&self, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
        let (id, _) = self.named(world, call)?;
        world.rows_mut(COLLECTION).delete(id);
        let images = world.rows(IMAGES).iter().filter(|(_, image)| image.get("template_id") == Some(&json!(id)));
        let images: Vec<u64> = images.map(|(image, _)| image).collect();
        for image in images {
            world.rows_mut(IMAGES).delete(image);
        }
        world.did(format!("{}:{id}", self.what), "deleted");
        Ok(done())
    }

    /// Lays the members of the nested `template` over its row.
    pub(crate) fn update(&self, world: &mut World, call: &Call, kind: &Resource) -> Result<Reply, Refusal> {
        let mut input = call.input();
        let template = input.object("template");
        let template = input.need("template", template);
        let id = input.id("template.id");
        let id = input.need("template.id", id).unwrap_or_default();
        input.finish()?;
        let row = self.find(world, id, "template.id")?;
        let mut changes = template.cloned().unwrap_or_default();
        changes.shift_remove("type");
        if text(row, "type") == FAQ {
            changes.shift_remove("identifier");
        }
        if world.switches.template_rules == TemplateRules::June {
            for (name, blank) in [("content", Value::Null), ("subject", Value::Null), ("is_enabled", json!(false))] {
                changes.entry(name).or_insert(blank);
            }
        }
        kind.update(world, id, &changes).map_err(|refusal| within("template", refusal))?;
        settle(world, id);
        let row = self.find(world, id, "template.id")?;
        Ok(of("template", Value::Object(shown(world, row))))
    }

    /// Stores an image for a row's body and answers what the body needs to show it.
    pub(crate) fn image_upload(&self, world: &mut World, call: &Call) -> Result<Reply, Refusal> {
        let (id, _) = self.named(world, call)?;
        let upload = call.upload("file")?;
        if upload.bytes.len() > LARGEST_FILE {
            return Err(Refusal::coded(413, "attachment_too_large", "An image may have 25 MiB."));
        }
        if !sniffed(&upload.bytes).starts_with("image/") {
            return Err(Refusal::field("file", "The file field must be an image."));
        }
        let name = upload.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("image").to_owned();
        let file = world.file(&name, upload.bytes.clone());
        let cid = format!("cid:{}", file.sha256);
        keep_image(world, id, file);
        world.did(format!("{}:{id}", self.what), format!("image {name} uploaded"));
        let img = format!("<img src=\"{cid}\" alt=\"{}\">", escaped(&name));
        Ok(Reply::raw(json!({"cid": cid, "img": img, "name": name, "file_size": upload.bytes.len()})))
    }
}

/// Adds a row and answers it.
pub(crate) fn created(world: &mut World, kind: &Resource, body: &Row) -> Result<Reply, Refusal> {
    let id = kind.create(world, body)?;
    complete_row(world, COLLECTION, id, &columns());
    settle(world, id);
    Ok(match world.switches.created_template {
        CreatedTemplate::Template => {
            let row = world.rows(COLLECTION).get(id).map(|row| shown(world, row)).unwrap_or_default();
            of("template", Value::Object(row))
        }
        CreatedTemplate::Id => of("id", json!(id.to_string())),
    })
}

/// A row as it is answered.
pub(crate) fn shown(world: &World, row: &Row) -> Row {
    let mut shown = row.clone();
    if world.switches.enabled_flag == EnabledFlag::Number {
        shown.insert("is_enabled".into(), json!(i32::from(flag(row, "is_enabled"))));
    }
    shown
}

/// Whether a template needs stored bytes.
pub(crate) fn needs(world: &World, sha256: &str) -> bool {
    let in_body = world.rows(COLLECTION).rows().any(|row| text(row, "content").contains(sha256));
    in_body || world.rows(IMAGES).find("sha256", sha256).is_some()
}

/// Stores the images of a body that has just been written, and notes when.
fn settle(world: &mut World, id: u64) {
    let content = world.rows(COLLECTION).get(id).and_then(|row| row.get("content")).and_then(Value::as_str);
    let content = content.map(str::to_owned);
    let (content, images) = world.stored_body(content.as_deref());
    for image in images {
        keep_image(world, id, image);
    }
    let updated_at = world.now_text();
    set(world, COLLECTION, id, json!({"content": content, "updated_at": updated_at}));
}

fn keep_image(world: &mut World, template: u64, file: FileRef) {
    world.rows_mut(IMAGES).add(row(json!({"template_id": template, "name": file.name, "sha256": file.sha256})));
}
