//! Plugins without a compiler: made of text in a moment, with any manifest and any answer, also one that no language lets one
//! write.
//!
//! The answers lie in the component's memory as the component model's ABI wants them; its functions hand out their places.

mod memory;

use memory::Memory;
pub use memory::Text;

/// The text that a plugin by hand is made of; the sandbox's own tests use it, too.
const TEMPLATE: &str = include_str!("../../host/src/sandbox/tests/plugin.wat");
const PAGE: usize = 65_536;

/// A tool, as a plugin describes it.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: Text,
    /// A few words for people.
    pub title: Text,
    /// For the assistant.
    pub description: Text,
    /// JSON Schema of its arguments.
    pub input: Text,
    /// JSON Schema of its result.
    pub output: Option<Text>,
    /// `read` 0, `write` 1, `destructive` 2; more is no effect.
    pub effect: u8,
    /// The routes that it declares.
    pub routes: Vec<Text>,
    /// Pointers of the arguments that name files, with the access: `text` 0, `image` 1, `bytes` 2, `output` 3.
    pub files: Vec<(Text, u8)>,
}

impl Tool {
    /// A tool that takes nothing, reads nothing and declares nothing.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            title: name.into(),
            description: "For tests.".into(),
            input: r#"{"type":"object"}"#.into(),
            output: None,
            effect: 0,
            routes: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// What a plugin says it is.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Its name.
    pub name: Text,
    /// Its version.
    pub version: Text,
    /// One sentence.
    pub about: Text,
    /// In order.
    pub tools: Vec<Tool>,
}

impl Manifest {
    /// A plugin of one tool.
    #[must_use]
    pub fn of(name: &str, tool: Tool) -> Self {
        Self { name: name.into(), version: "1.0.0".into(), about: "For tests.".into(), tools: vec![tool] }
    }
}

/// What a function of the plugin does.
#[derive(Debug, Clone)]
pub enum Does {
    /// Instructions in WebAssembly's text; they trap in the end.
    Code(String),
    /// Says what it is.
    Describe(Manifest),
    /// Ends the call with a text.
    Say(Text),
    /// Ends the call with an error of its own.
    Fail(Text),
    /// Sends one request to a route with an input, and hands its answer on.
    Relay(Text, Text),
    /// Sends the same, and is resumed.
    Send(Text, Text),
}

/// A plugin by hand.
#[derive(Debug, Clone)]
pub struct Handmade {
    /// Whole definitions of the component, before its own.
    pub extra: String,
    /// Definitions of its module.
    pub fields: String,
    /// Where the host is to write a call's arguments.
    pub free: usize,
    /// What each function does.
    pub describe: Does,
    /// At the first turn of a call.
    pub start: Does,
    /// At every other turn.
    pub resume: Does,
    /// The contract's version that it names.
    pub version: &'static str,
}

impl Handmade {
    /// A plugin of one tool that answers `text`.
    #[must_use]
    pub fn saying(plugin: &str, tool: &str, text: &str) -> Self {
        Self::described(Manifest::of(plugin, Tool::named(tool)), Does::Say(text.into()))
    }

    /// A plugin with this manifest, whose tools all do the same.
    #[must_use]
    pub fn described(manifest: Manifest, start: Does) -> Self {
        Self {
            extra: String::new(),
            fields: String::new(),
            free: 1024,
            describe: Does::Describe(manifest),
            start,
            resume: Does::Say("resumed".into()),
            version: "0.1.0",
        }
    }

    /// The same by another name; where it says none, it is as it was.
    #[must_use]
    pub fn renamed(mut self, name: &str) -> Self {
        if let Does::Describe(manifest) = &mut self.describe {
            manifest.name = name.into();
        }
        self
    }

    /// The component.
    ///
    /// # Errors
    /// When its text is not WebAssembly.
    pub fn component(&self) -> Result<Vec<u8>, String> {
        wat::parse_str(self.text()).map_err(|error| error.to_string())
    }

    fn text(&self) -> String {
        // The first page is for what the host writes: a call's arguments.
        let mut memory = Memory::from(PAGE);
        let bodies = [&self.describe, &self.start, &self.resume].map(|does| match does {
            Does::Code(code) => format!("{code} unreachable"),
            Does::Describe(manifest) => place(memory.manifest(manifest)),
            Does::Say(text) => place(memory.done(text)),
            Does::Fail(text) => place(memory.error(text)),
            Does::Relay(route, input) => place(memory.relay(route, input)),
            Does::Send(route, input) => place(memory.send(route, input)),
        });
        let [describe, start, resume] = &bodies;
        let pages = (1 + memory.bytes().len().div_ceil(PAGE).max(1)).to_string();
        let data: String = memory.bytes().iter().map(|byte| format!("\\{byte:02x}")).collect();
        let parts = [
            ("{extra}", self.extra.as_str()),
            ("{fields}", &self.fields),
            ("{pages}", &pages),
            ("{free}", &self.free.to_string()),
            ("{describe}", describe),
            ("{start}", start),
            ("{resume}", resume),
            ("{version}", self.version),
            ("{data}", &data),
        ];
        parts.iter().fold(TEMPLATE.to_owned(), |text, (place, part)| text.replace(place, part))
    }
}

fn place(at: usize) -> String {
    format!("(i32.const {at})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_a_component() {
        let request = ("tickets.query".into(), "{}".into());
        let starts = [
            Does::Code(String::new()),
            Does::Say("x".into()),
            Does::Fail("x".into()),
            Does::Relay(request.0, request.1),
            Does::Send("tickets.query".into(), "{}".into()),
        ];
        for start in starts {
            let made = Handmade::described(Manifest::of("handmade", Tool::named("one")), start).component();
            assert!(made.is_ok(), "{made:?}");
        }
    }
}
