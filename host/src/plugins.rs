//! Which plugins there are and which tools they give: what is trusted, what is granted, what is served.
//!
//! | file | what it knows |
//! |---|---|
//! | `served` | what is served now, made anew when the lock file changes |
//! | `catalogue` | the tools by name, what each plugin may do; pure |
//! | `builtin` | the plugins that are part of the program |
//! | `lock`, `folder` | what is trusted, as data and as files |
//! | `settings` | what the person set for plugins; pure |
//! | `notice` | why something is not served, and what mends it |
//! | `check`, `names`, `hidden`, `schema_bounds` | what a manifest must be like; pure |
//! | `selection` | which tools are listed |
//! | `together`, `difference` | what a person reads before trusting |
//! | `schema` | the JSON Schema library |

mod builtin;
mod catalogue;
mod check;
mod difference;
mod folder;
mod hidden;
mod lock;
mod names;
mod near;
mod notice;
mod schema;
mod schema_bounds;
mod selection;
mod served;
mod settings;
mod together;

pub use builtin::{Builtin, builtin, families};
pub use catalogue::{Catalogue, Entry, Installed, Origin, public_name};
pub use check::{Fault, faults, name_fault};
pub use difference::{Difference, differences};
pub use folder::{Aside, Folder, FolderFault, Stray, read_component};
pub use lock::{Changed, Lock, Locked, LockedTool, NotALock, Stored};
pub use notice::Notice;
pub use schema::{Problem, Schema};
pub use selection::{Idle, Selection};
pub use served::{Momentary, Served, Source, against};
pub use together::{asks, together};
