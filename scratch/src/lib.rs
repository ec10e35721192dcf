//! A stand-in for a Tickiti helpdesk that answers `/api/v1` over HTTP on loopback, for trying out and for tests.
//!
//! [`Helpdesk::start`] runs one beside a test, [`run`] runs one as a process. State is real, in memory, and equal in every
//! run: a small company with its tickets, and a clock that moves only when something is asked.
//!
//! What is not known of the real server is a switch ([`Switches`]). What goes wrong is a fault ([`Fault`]). What was asked
//! and what was done stand in two logs ([`SeenRequest`], [`Effect`]).

mod administration;
mod answer;
mod axial;
pub mod call;
pub mod clock;
pub mod collection;
mod company;
mod control;
mod effects;
pub mod families;
pub mod faults;
pub mod files;
mod gate;
mod helpdesk;
pub mod html;
pub mod input;
mod keys;
pub mod list;
mod mail;
mod passthrough;
pub mod reply;
mod reports;
pub mod resource;
mod run;
mod server;
mod settings;
mod small;
mod standard;
mod strike;
mod supervisor;
pub mod switches;
mod templates;
pub mod tickets;
pub mod tokens;
mod wire;
mod work;
mod workflow;
pub mod world;

pub use administration::PASSWORD;
pub use effects::{Effect, Origin, SeenRequest, sha256};
pub use faults::{Fault, Moment, Planned};
pub use helpdesk::{Helpdesk, Options, Running, StartError};
pub use run::{Arguments, RunError, describe, run};
pub use switches::Switches;
pub use world::World;
