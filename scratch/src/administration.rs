//! The family `administration`: people and their rights, teams, API tokens, storage, and the settings of the install.

pub(crate) mod api_tokens;
mod branding;
mod install;
mod storage;
mod teams;
pub(crate) mod users;

use crate::families::Known::Guess;
use crate::families::Known::Recorded;
use crate::families::{Entry, Family};
use crate::reply::Style;
use crate::world::World;

pub use install::PASSWORD;

/// `administration`.
pub(crate) const FAMILY: Family = Family {
    name: "administration",
    style: Style::PassThrough,
    seed,
    entries: &[
        Entry::new("administration.ai.index", Guess, install::ai),
        Entry::new("administration.ai.update", Guess, install::ai_update),
        Entry::new("administration.api_tokens.create", Guess, api_tokens::create),
        Entry::new("administration.api_tokens.index", Guess, api_tokens::index),
        Entry::new("administration.api_tokens.revoke", Guess, api_tokens::revoke),
        Entry::new("administration.api_tokens.update", Guess, api_tokens::update),
        Entry::new("administration.branding.app_logo", Guess, |world, call| branding::upload(world, call, "app_logo")),
        Entry::new("administration.branding.email_logo", Guess, |world, call| {
            branding::upload(world, call, "email_logo")
        }),
        Entry::new("administration.branding.index", Guess, branding::index),
        Entry::new("administration.branding.reset_app_logo", Guess, |world, _| branding::reset(world, "app_logo")),
        Entry::new("administration.branding.reset_email_logo", Guess, |world, _| branding::reset(world, "email_logo")),
        Entry::new("administration.branding.update", Guess, branding::update),
        Entry::new("administration.custom_domain.status", Guess, install::domain),
        Entry::new("administration.custom_domain.update", Guess, install::domain_update),
        Entry::new("administration.diagnostics.fetch", Guess, install::diagnostics_fetch),
        Entry::new("administration.diagnostics.index", Guess, install::diagnostics),
        Entry::new("administration.diagnostics.update", Guess, install::diagnostics_update),
        Entry::new("administration.diagnostics.upload", Guess, install::diagnostics_upload),
        Entry::new("administration.licence.index", Guess, install::licence),
        Entry::new("administration.storage.delete_closed", Guess, storage::delete_closed),
        Entry::new("administration.storage.delete_orphaned", Guess, storage::delete_orphaned),
        Entry::new("administration.storage.retention", Guess, storage::retention),
        Entry::new("administration.system.index", Guess, install::system),
        Entry::new("administration.system.update", Guess, install::system_update),
        Entry::new("administration.teams.create", Guess, teams::create),
        Entry::new("administration.teams.delete", Guess, teams::delete),
        Entry::new("administration.teams.index", Guess, teams::index),
        Entry::new("administration.teams.update", Guess, teams::update),
        Entry::new("administration.users.create", Guess, users::create),
        Entry::new("administration.users.index", Recorded, users::index),
        Entry::new("administration.users.queue_detach", Guess, users::queue_detach),
        Entry::new("administration.users.queue_upsert", Guess, users::queue_upsert),
        Entry::new("administration.users.update", Guess, users::update),
    ],
};

fn seed(world: &mut World) {
    branding::seed(world);
    install::seed(world);
    users::seed(world);
    world.renew_tokens();
}
