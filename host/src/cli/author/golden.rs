//! Golden cases: a tool and its arguments, the requests that it must make, the answers that were recorded, and what must come
//! of it. They run through the same turn loop as a call of an assistant, without a network and without a helpdesk.

mod bench;
mod case;
mod compare;
mod desk;
mod difference;
mod place;
mod probe;
#[cfg(test)]
mod tests;

pub(super) use bench::Bench;
pub(super) use case::Case;
pub(super) use compare::{compare, updated};
pub(super) use desk::Beyond;
pub(super) use difference::Difference;
pub(super) use probe::probe;
