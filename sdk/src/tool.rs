//! What a plugin and its tools are.

use std::future::Future;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::contract::{self, Access, Answer, Call, Effect, FileArgument, Manifest, Turn};
use crate::{End, Result, schema};

/// A tool: the struct of its arguments, what it says about itself, and one function.
///
/// The schema of the arguments is derived from the struct: doc comments become descriptions, `Option` fields may be left
/// out, the order of fields is the order in which the arguments arrive. Nothing but the fields is taken.
pub trait Tool: DeserializeOwned + JsonSchema {
    /// What the assistant and the relay are told.
    const ABOUT: About;

    /// The schema of `structured`, or of the answer that is handed on; none when the result is only to be read.
    fn output() -> Option<schemars::Schema> {
        None
    }

    /// One call.
    ///
    /// It is run from its start at each turn, and what [`Context::send`] answered before is answered again; so it must do
    /// the same for the same arguments and answers. It has no other way to wait.
    fn run(self, cx: &Context<'_>) -> impl Future<Output = Result<End>>;
}

/// What a tool says about itself.
#[derive(Debug, Clone, Copy)]
pub struct About {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    effect: Effect,
    idempotent: bool,
    open_world: bool,
    routes: &'static [&'static str],
    files: &'static [(&'static str, Access)],
}

impl About {
    /// A tool that changes nothing in the helpdesk.
    pub const fn read(name: &'static str, title: &'static str) -> Self {
        Self::new(name, title, Effect::Read).idempotent()
    }

    /// A tool that adds or changes.
    pub const fn write(name: &'static str, title: &'static str) -> Self {
        Self::new(name, title, Effect::Write)
    }

    /// A tool that may delete, or do what cannot be undone.
    pub const fn destructive(name: &'static str, title: &'static str) -> Self {
        Self::new(name, title, Effect::Destructive)
    }

    const fn new(name: &'static str, title: &'static str, effect: Effect) -> Self {
        Self { name, title, description: "", effect, idempotent: false, open_world: false, routes: &[], files: &[] }
    }

    /// For the assistant, at most 2 KB: what it does, when to use it, what comes back, which abilities it needs.
    #[must_use]
    pub const fn description(mut self, text: &'static str) -> Self {
        self.description = text;
        self
    }

    /// The only routes it may send to; `*` for all.
    #[must_use]
    pub const fn routes(mut self, routes: &'static [&'static str]) -> Self {
        self.routes = routes;
        self
    }

    /// The arguments that name local files, by JSON pointer with `*` for every item of an array.
    #[must_use]
    pub const fn files(mut self, files: &'static [(&'static str, Access)]) -> Self {
        self.files = files;
        self
    }

    /// Hint: the same call again changes nothing more. True of every tool that only reads.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Hint: its result holds words of people outside, or it reaches them.
    #[must_use]
    pub const fn open_world(mut self) -> Self {
        self.open_world = true;
        self
    }
}

/// A tool in the table of its plugin: function pointers, so that a call builds no schema.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    name: &'static str,
    describe: fn() -> contract::Tool,
    turn: fn(&Call, &str, Vec<Answer>) -> Result<Turn>,
}

impl Entry {
    /// The entry of a tool.
    pub const fn of<T: Tool>() -> Self {
        Self { name: T::ABOUT.name, describe: describe::<T>, turn: crate::context::turn::<T> }
    }
}

fn describe<T: Tool>() -> contract::Tool {
    let about = T::ABOUT;
    contract::Tool {
        name: about.name.to_owned(),
        title: about.title.to_owned(),
        description: about.description.to_owned(),
        input: schema::input::<T>(),
        output: T::output().map(schema::output),
        effect: about.effect,
        idempotent: about.idempotent,
        open_world: about.open_world,
        routes: about.routes.iter().map(|route| (*route).to_owned()).collect(),
        files: about.files.iter().map(|(at, access)| FileArgument { at: (*at).to_owned(), access: *access }).collect(),
    }
}

/// A plugin: what it is, and its tools. [`crate::plugin!`] makes one, and the component around it.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// `[a-z][a-z0-9]{1,14}`.
    pub name: &'static str,
    /// Semantic version.
    pub version: &'static str,
    /// One sentence for the person who is asked to trust it.
    pub about: &'static str,
    /// In the order in which the assistant sees them.
    pub tools: &'static [Entry],
}

impl Plugin {
    /// What the contract's `describe` answers.
    pub fn describe(&self) -> Manifest {
        Manifest {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            about: self.about.to_owned(),
            tools: self.tools.iter().map(|entry| (entry.describe)()).collect(),
        }
    }

    /// What the contract's `start` answers, and, with a state, its `resume`.
    ///
    /// # Errors
    /// A sentence for the assistant.
    pub fn turn(&self, call: &Call, state: &str, answers: Vec<Answer>) -> std::result::Result<Turn, String> {
        let Some(entry) = self.tools.iter().find(|entry| entry.name == call.tool) else {
            return Err(format!("The plugin {} has no tool `{}`.", self.name, call.tool));
        };
        (entry.turn)(call, state, answers).map_err(crate::Error::into_sentence)
    }
}
