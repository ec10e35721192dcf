//! Which plugins there are and which tools they give: discovery, grants and the catalogue.

mod builtin;
mod catalogue;
mod check;
mod near;
mod schema;

pub use builtin::builtin;
pub use catalogue::{Catalogue, Entry, Installed};
pub use check::Fault;
pub use schema::{Problem, Schema};
