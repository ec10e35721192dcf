//! How the install looks: names and colours that nobody outside knows the fields of, and two logos.

use serde_json::{Value, json};

use crate::call::{Call, Upload};
use crate::collection::row;
use crate::files::sniffed;
use crate::reply::{Refusal, Reply};
use crate::standard::{lay, seed_settings, settings, settings_laid, settings_shown};
use crate::switches::LogoPart;
use crate::world::World;

const BRANDING: &str = "branding";
const LOGOS: &[&str] = &["app_logo", "email_logo"];
/// The largest logo, in bytes.
const LARGEST_LOGO: usize = 2 * 1024 * 1024;

pub(super) fn seed(world: &mut World) {
    seed_settings(
        world,
        BRANDING,
        json!({
            "company_name": "Kestrel Outdoor", "primary_colour": "#24543b", "email_footer": "Kestrel Outdoor, Halifax",
            "app_logo": null, "email_logo": null,
        }),
    );
}

/// Serves `administration.branding.index`.
pub(super) fn index(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(settings_shown(world, BRANDING))
}

/// Serves `administration.branding.update`. Logos come by their own routes.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(settings_laid(world, BRANDING, &call.body, LOGOS))
}

/// Serves `administration.branding.app_logo` and `….email_logo`.
pub(super) fn upload(world: &mut World, call: &Call, which: &str) -> Result<Reply, Refusal> {
    let upload = part(world, call)?;
    let kind = sniffed(&upload.bytes);
    let is_svg = kind == "text/plain" && upload.bytes.windows(4).any(|four| four == b"<svg");
    if !kind.starts_with("image/") && !is_svg {
        return Err(Refusal::field(&upload.part, format!("The {} field must be an image.", upload.part)));
    }
    if upload.bytes.len() > LARGEST_LOGO {
        return Err(Refusal::field(
            &upload.part,
            format!("The {} field must not be greater than 2048 kilobytes.", upload.part),
        ));
    }
    let (name, size) = (upload.name.clone().unwrap_or_default(), upload.bytes.len());
    let sha256 = world.store(upload.bytes.clone());
    let logo = json!({"name": name, "sha256": sha256, "file_size": size});
    lay(world, BRANDING, &row(json!({which: logo})));
    Ok(settings_shown(world, BRANDING))
}

fn part<'c>(world: &World, call: &'c Call) -> Result<&'c Upload, Refusal> {
    match world.switches.logo_part {
        LogoPart::Logo => call.upload("logo"),
        LogoPart::File => call.upload("file"),
        LogoPart::Either => call.upload("file").or_else(|_| call.upload("logo")),
    }
}

/// Serves the two resets. The stored bytes stay until orphans are deleted.
pub(super) fn reset(world: &mut World, which: &str) -> Result<Reply, Refusal> {
    if settings(world, BRANDING).get(which).is_some_and(|logo| !logo.is_null()) {
        lay(world, BRANDING, &row(json!({which: Value::Null})));
    }
    Ok(settings_shown(world, BRANDING))
}
