//! The family `axial`: skills of the assistant, and the actions that each may take.

mod actions;
mod skills;

use crate::call::Call;
use crate::collection::Row;
use crate::families::Known::Guess;
use crate::families::{Entry, Family};
use crate::reply::{Refusal, Style};
use crate::world::World;

/// `axial`.
pub(crate) const FAMILY: Family = Family {
    name: "axial",
    style: Style::Native,
    seed: skills::seed,
    entries: &[
        Entry::new("axial.skills.actions.delete", Guess, actions::delete),
        Entry::new("axial.skills.actions.upsert", Guess, actions::upsert),
        Entry::new("axial.skills.create", Guess, skills::create),
        Entry::new("axial.skills.delete", Guess, skills::delete),
        Entry::new("axial.skills.index", Guess, skills::index),
        Entry::new("axial.skills.options", Guess, skills::options),
        Entry::new("axial.skills.show", Guess, skills::show),
        Entry::new("axial.skills.update", Guess, skills::update),
    ],
};

const SKILLS: &str = "axial_skills";

/// The skill that a body names by key or id.
fn named<'w>(world: &'w World, call: &Call) -> Result<(u64, &'w Row), Refusal> {
    let mut input = call.input();
    let name = input.value("skill");
    let name = input.need("skill", name).cloned().unwrap_or_default();
    input.finish()?;
    world.rows(SKILLS).named("key", &name).ok_or(Refusal::NotFound { what: "skill", field: "skill" })
}
