//! The family `settings`: what staff arrange for themselves. Hashtags, saved views, watchlists, stock responses.

mod hashtags;
mod owned;
mod perspectives;
mod stock_responses;
mod watchlists;

use crate::families::Known::{Documented, Guess, Recorded};
use crate::families::{Entry, Family};
use crate::reply::Style;
use crate::world::World;

/// `settings`.
pub(crate) const FAMILY: Family = Family {
    name: "settings",
    style: Style::PassThrough,
    seed,
    entries: &[
        Entry::new("settings.hashtags.delete", Guess, hashtags::delete),
        Entry::new("settings.hashtags.index", Guess, hashtags::index),
        Entry::new("settings.perspectives.create", Recorded, perspectives::create),
        Entry::new("settings.perspectives.delete", Guess, perspectives::delete),
        Entry::new("settings.perspectives.index", Documented, perspectives::index),
        Entry::new("settings.perspectives.show", Guess, perspectives::show),
        Entry::new("settings.perspectives.update", Guess, perspectives::update),
        Entry::new("settings.stock_responses.create", Recorded, stock_responses::create),
        Entry::new("settings.stock_responses.delete", Guess, stock_responses::delete),
        Entry::new("settings.stock_responses.image_upload", Documented, stock_responses::image_upload),
        Entry::new("settings.stock_responses.index", Documented, stock_responses::index),
        Entry::new("settings.stock_responses.show", Documented, stock_responses::show),
        Entry::new("settings.stock_responses.update", Guess, stock_responses::update),
        Entry::new("settings.watchlists.add_tickets", Guess, watchlists::add_tickets),
        Entry::new("settings.watchlists.create", Guess, watchlists::create),
        Entry::new("settings.watchlists.delete", Guess, watchlists::delete),
        Entry::new("settings.watchlists.index", Recorded, watchlists::index),
        Entry::new("settings.watchlists.remove_tickets", Guess, watchlists::remove_tickets),
        Entry::new("settings.watchlists.reorder", Guess, watchlists::reorder),
        Entry::new("settings.watchlists.update", Guess, watchlists::update),
    ],
};

fn seed(world: &mut World) {
    perspectives::seed(world);
    watchlists::seed(world);
}
