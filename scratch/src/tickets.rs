//! The family `tickets`: 30 routes over tickets, responses and attachments.

pub mod attachment;
mod bulk;
mod copying;
pub(crate) mod create;
pub mod criteria;
mod delete;
mod edit;
pub mod fields;
mod links;
mod lookups;
pub(crate) mod merge;
pub mod model;
mod query;
pub mod reference;
mod respond;
mod responses_query;
pub mod rows;
mod seed;
mod show;
pub mod write;

use crate::families::Known::{Documented, Guess, Recorded};
use crate::families::{Entry, Family};
use crate::reply::Style;

/// `tickets`.
pub const FAMILY: Family = Family {
    name: "tickets",
    style: Style::Native,
    seed: seed::seed,
    entries: &[
        Entry::new("tickets.attachment", Recorded, attachment::attachment),
        Entry::new("tickets.attachment_delete", Guess, attachment::attachment_delete),
        Entry::new("tickets.attachment_upload", Recorded, attachment::attachment_upload),
        Entry::new("tickets.close", Guess, respond::close).checked(respond::check_close),
        Entry::new("tickets.create", Recorded, create::create).checked(create::check),
        Entry::new("tickets.delete", Guess, delete::delete),
        Entry::new("tickets.link", Guess, links::link),
        Entry::new("tickets.links", Guess, links::links),
        Entry::new("tickets.merge", Guess, merge::merge),
        Entry::new("tickets.originator_update", Guess, links::originator_update),
        Entry::new("tickets.participants_add", Guess, respond::participants_add).checked(respond::check_add),
        Entry::new("tickets.participants_remove", Guess, respond::participants_remove).checked(respond::check_remove),
        Entry::new("tickets.query", Documented, query::query),
        Entry::new("tickets.queues", Guess, lookups::queues),
        Entry::new("tickets.resolutions", Guess, lookups::resolutions),
        Entry::new("tickets.respond", Recorded, respond::respond).checked(respond::check_respond),
        Entry::new("tickets.responses", Recorded, show::responses),
        Entry::new("tickets.responses_query", Documented, responses_query::responses_query),
        Entry::new("tickets.response_copy", Guess, copying::copy_responses),
        Entry::new("tickets.response_delete", Guess, edit::delete),
        Entry::new("tickets.response_move", Guess, copying::move_responses),
        Entry::new("tickets.response_show", Guess, show::response),
        Entry::new("tickets.response_update", Guess, edit::update),
        Entry::new("tickets.restore", Guess, delete::restore),
        Entry::new("tickets.search_modes", Guess, lookups::search_modes),
        Entry::new("tickets.show", Recorded, show::show),
        Entry::new("tickets.split", Guess, copying::split),
        Entry::new("tickets.staff", Guess, lookups::staff),
        Entry::new("tickets.teams", Guess, lookups::teams),
        Entry::new("tickets.unlink", Guess, links::unlink),
    ],
};
