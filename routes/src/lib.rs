//! The endpoints of Tickiti's public API as one reviewed table.
//!
//! [`Table::builtin`] is what the relay knows by itself; [`Table::from_json`] reads another install's. The README beside
//! this crate says what the columns mean and how the table is made.

mod changes;
mod check;
mod error;
mod generate;
mod laravel;
mod lists;
mod near;
mod path;
mod route;
mod shows;
mod table;
mod words;

pub use changes::{Change, changes};
pub use error::TableError;
pub use generate::{Generated, from_laravel};
pub use path::Found;
pub use route::{BodyField, Class, Encoding, Key, Method, Repeat, Role, Route, Shows, Target};
pub use table::Table;
