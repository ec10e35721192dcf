//! The door of contract 0.1: types generated from `wit/0.1` on one side, [`crate::contract`] on the other.
//!
//! A successor gets a file of its own beside this one, and a line in `load`.

use wasmtime::Store;
use wasmtime::component::InstancePre;

use super::fault::Unfit;
use super::instance::Inside;
use crate::contract as ours;

/// What each item means stands in `wit/0.1/relay.wit`.
mod generated {
    wasmtime::component::bindgen!({ path: "../wit/0.1", world: "plugin" });
}

use generated::exports::tickiti::relay::tools as theirs;

/// A component of contract 0.1, ready to be instantiated.
pub(super) struct Door {
    component: InstancePre<Inside>,
    exports: generated::PluginIndices,
}

impl Door {
    /// Checks that the component exports all that the contract asks for, by name.
    pub(super) fn open(component: InstancePre<Inside>) -> wasmtime::Result<Self> {
        Ok(Self { exports: generated::PluginIndices::new(&component)?, component })
    }

    /// A fresh instance. The types of what it exports are looked at here: only an instance has them.
    fn instance(&self, store: &mut Store<Inside>) -> wasmtime::Result<generated::Plugin> {
        let instance = self.component.instantiate(&mut *store)?;
        self.exports.load(store, &instance).map_err(|error| Unfit(error.root_cause().to_string()).into())
    }

    /// How much memory its code takes.
    pub(super) fn code_bytes(&self) -> usize {
        let range = self.component.component().image_range();
        (range.end as usize).saturating_sub(range.start as usize)
    }

    pub(super) fn describe(&self, store: &mut Store<Inside>) -> wasmtime::Result<ours::Manifest> {
        Ok(manifest(self.instance(store)?.tickiti_relay_tools().call_describe(store)?))
    }

    pub(super) fn start(&self, store: &mut Store<Inside>, call: &ours::Call) -> wasmtime::Result<ours::Reply> {
        let plugin = self.instance(store)?;
        Ok(plugin.tickiti_relay_tools().call_start(store, &their_call(call))?.map(turn))
    }

    pub(super) fn resume(
        &self,
        store: &mut Store<Inside>,
        call: &ours::Call,
        state: &str,
        answers: Vec<ours::Answer>,
    ) -> wasmtime::Result<ours::Reply> {
        let plugin = self.instance(store)?;
        let answers: Vec<_> = answers.into_iter().map(their_answer).collect();
        Ok(plugin.tickiti_relay_tools().call_resume(store, &their_call(call), state, &answers)?.map(turn))
    }
}

// === ours to theirs ===

fn their_call(call: &ours::Call) -> theirs::Call {
    theirs::Call {
        tool: call.tool.clone(),
        arguments: call.arguments.clone(),
        settings: call.settings.clone(),
        now: call.now.clone(),
        files: call.files.iter().map(their_file).collect(),
    }
}

fn their_file(file: &ours::File) -> theirs::File {
    theirs::File {
        at: file.at.clone(),
        name: file.name.clone(),
        size: file.size,
        text: file.text.clone(),
        mark: file.mark.clone(),
    }
}

fn their_answer(answer: ours::Answer) -> theirs::Answer {
    theirs::Answer { status: answer.status, body: answer.body, held: answer.held.map(their_held) }
}

fn their_held(held: ours::Held) -> theirs::Held {
    theirs::Held { mark: held.mark, bytes: held.bytes, items: held.items, text: held.text }
}

// === theirs to ours ===

fn manifest(manifest: theirs::Manifest) -> ours::Manifest {
    ours::Manifest {
        name: manifest.name,
        version: manifest.version,
        about: manifest.about,
        tools: manifest.tools.into_iter().map(tool).collect(),
    }
}

fn tool(tool: theirs::Tool) -> ours::Tool {
    ours::Tool {
        name: tool.name,
        title: tool.title,
        description: tool.description,
        input: tool.input,
        output: tool.output,
        effect: match tool.effect {
            theirs::Effect::Read => ours::Effect::Read,
            theirs::Effect::Write => ours::Effect::Write,
            theirs::Effect::Destructive => ours::Effect::Destructive,
        },
        idempotent: tool.idempotent,
        open_world: tool.open_world,
        routes: tool.routes,
        files: tool.files.into_iter().map(file_argument).collect(),
    }
}

fn file_argument(argument: theirs::FileArgument) -> ours::FileArgument {
    ours::FileArgument {
        at: argument.at,
        access: match argument.access {
            theirs::Access::Text => ours::Access::Text,
            theirs::Access::Image => ours::Access::Image,
            theirs::Access::Bytes => ours::Access::Bytes,
            theirs::Access::Output => ours::Access::Output,
        },
    }
}

fn turn(turn: theirs::Turn) -> ours::Turn {
    ours::Turn {
        writes: turn.writes.into_iter().map(write).collect(),
        step: match turn.step {
            theirs::Step::Relay(asked) => ours::Step::Relay(request(asked)),
            theirs::Step::Send(asked) => ours::Step::Send(asked.into_iter().map(request).collect()),
            theirs::Step::Done(result) => ours::Step::Done(output(result)),
        },
        state: turn.state,
        progress: turn.progress.map(progress),
    }
}

fn write(write: theirs::Write) -> ours::Write {
    ours::Write { to: write.to, data: write.data, sha256: write.sha256 }
}

fn request(request: theirs::Request) -> ours::Request {
    ours::Request { route: request.route, input: request.input, accept: request.accept, hold: request.hold }
}

fn progress(progress: theirs::Progress) -> ours::Progress {
    ours::Progress { done: progress.done, total: progress.total, text: progress.text }
}

fn output(output: theirs::Output) -> ours::Output {
    ours::Output { content: output.content.into_iter().map(content).collect(), structured: output.structured }
}

fn content(content: theirs::Content) -> ours::Content {
    match content {
        theirs::Content::Text(text) => ours::Content::Text(text),
        theirs::Content::Image(image) => ours::Content::Image(blob(image)),
        theirs::Content::Audio(sound) => ours::Content::Audio(blob(sound)),
        theirs::Content::Document(document) => ours::Content::Document(ours::Document {
            uri: document.uri,
            name: document.name,
            blob: document.blob.map(blob),
        }),
    }
}

fn blob(blob: theirs::Blob) -> ours::Blob {
    ours::Blob { media_type: blob.media_type, data: blob.data }
}
