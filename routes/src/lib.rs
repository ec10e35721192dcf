//! The endpoints of Tickiti's public API as one reviewed table.

mod route;

pub use route::{BodyField, Class, Encoding, Key, Method, Repeat, Role, Route, Shows, Target};
