//! The words of the plugin contract in the host's own types.
//!
//! `sandbox` turns the types generated from `wit/` into these at its door, so that a new version of the contract touches one
//! file. What each item means stands in `wit/0.1/relay.wit`.

use std::sync::Arc;

/// A JSON text as it crosses the border: never parsed more often than needed.
pub type JsonText = String;

/// What a plugin says it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// `[a-z][a-z0-9]{1,14}`.
    pub name: String,
    /// Semantic version of the plugin.
    pub version: String,
    /// One sentence for the person who is asked to trust it.
    pub about: String,
    /// In the order in which the assistant sees them.
    pub tools: Vec<Tool>,
}

/// One tool as its plugin describes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tool {
    /// `[a-z][a-z0-9_]*`, at most 40 characters.
    pub name: String,
    /// A few words for people.
    pub title: String,
    /// For the assistant, at most 2 KB.
    pub description: String,
    /// JSON Schema 2020-12 of an object.
    pub input: JsonText,
    /// JSON Schema of the structured result.
    pub output: Option<JsonText>,
    /// The most that it does to the helpdesk.
    pub effect: Effect,
    /// Hint: the same call again changes nothing more.
    pub idempotent: bool,
    /// Hint: its result holds words of people outside, or it reaches them.
    pub open_world: bool,
    /// The only routes it may send to; `*` for all.
    pub routes: Vec<String>,
    /// The arguments that name local files.
    pub files: Vec<FileArgument>,
}

/// The most that a tool does to the helpdesk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// May delete, or do what cannot be undone.
    Destructive,
}

/// An argument that names a local file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileArgument {
    /// JSON pointer into the arguments, `*` for every item of an array.
    pub at: String,
    /// What is done with the file.
    pub access: Access,
}

/// What is done with a file that an argument names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Given to the plugin as text.
    Text,
    /// An image whose bytes are what its name says.
    Image,
    /// Any file.
    Bytes,
    /// A file to be made.
    Output,
}

/// One call of a tool; the same at every turn.
#[derive(Debug, Clone)]
pub struct Call {
    /// Name of the tool within its plugin.
    pub tool: String,
    /// Checked and in the order of the schema.
    pub arguments: JsonText,
    /// What the person running the relay set for this plugin.
    pub settings: JsonText,
    /// When the call began, UTC, RFC 3339.
    pub now: String,
    /// The files that the arguments name, without outputs.
    pub files: Vec<File>,
}

/// A local file that the relay has opened for a call.
#[derive(Debug, Clone)]
pub struct File {
    /// JSON pointer of the argument that named it.
    pub at: String,
    /// The last part of its path.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Its content, with [`Access::Text`] only.
    pub text: Option<String>,
    /// Stands for its bytes.
    pub mark: String,
}

/// What the relay is to do next.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Appended to output files, in order, before the step.
    pub writes: Vec<Write>,
    /// What comes after.
    pub step: Step,
    /// Handed to the next turn.
    pub state: String,
    /// Shown to the person who waits.
    pub progress: Option<Progress>,
}

/// What the relay does after the writes of a turn.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send it; its answer ends the call, untouched.
    Relay(Request),
    /// Send these in order, then resume with the answers.
    Send(Vec<Request>),
    /// End the call with this.
    Done(Output),
}

/// One request, by the name of its route.
#[derive(Debug, Clone)]
pub struct Request {
    /// `tickets.respond`.
    pub route: String,
    /// A JSON object.
    pub input: JsonText,
    /// Statuses of failures that the plugin wants to see.
    pub accept: Vec<u16>,
    /// JSON pointer of a big value that stays with the relay.
    pub hold: Option<String>,
}

/// What came back for one request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; as a JSON string when it was not JSON, `null` when empty.
    pub body: JsonText,
    /// What `hold` named, if it was there.
    pub held: Option<Held>,
}

/// A value that stays with the relay.
#[derive(Debug, Clone)]
pub struct Held {
    /// Stands for its bytes.
    pub mark: String,
    /// How many.
    pub bytes: u64,
    /// Items of the array; 0 for a string.
    pub items: u64,
    /// Whether the bytes are UTF-8 text.
    pub text: bool,
}

/// Appends to an output file.
#[derive(Debug, Clone)]
pub struct Write {
    /// JSON pointer of the argument that names it.
    pub to: String,
    /// Bytes, or one mark.
    pub data: Vec<u8>,
    /// What the SHA-256 of the whole file must be after this write, in hex.
    pub sha256: Option<String>,
}

/// How far a long call is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Grows from turn to turn.
    pub done: u64,
    /// When it is known.
    pub total: Option<u64>,
    /// One short sentence.
    pub text: String,
}

/// The result of a call.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// In order.
    pub content: Vec<Content>,
    /// A JSON value that fits the tool's output schema.
    pub structured: Option<JsonText>,
}

/// One piece of a result.
#[derive(Debug, Clone)]
pub enum Content {
    /// Text, or one mark.
    Text(String),
    /// An image that the assistant sees.
    Image(Blob),
    /// Sound.
    Audio(Blob),
    /// Enclosed when it has a blob, a link when not.
    Document(Document),
}

/// A document in a result.
#[derive(Debug, Clone)]
pub struct Document {
    /// Names it within the relay.
    pub uri: String,
    /// File name to show.
    pub name: String,
    /// Its bytes.
    pub blob: Option<Blob>,
}

/// Bytes with their media type.
#[derive(Debug, Clone)]
pub struct Blob {
    /// `image/png`.
    pub media_type: String,
    /// The bytes, or one mark.
    pub data: Vec<u8>,
}

/// What a guest answered to `start` or `resume`: a turn, or a sentence for the assistant.
pub type Reply = Result<Turn, String>;

/// Why a guest gave no reply. Each is one kind of fault, so that each gets its own text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum GuestFault {
    /// It ran longer than its time.
    #[error("it ran longer than {limit_ms} ms")]
    Deadline {
        /// The limit in milliseconds.
        limit_ms: u64,
    },
    /// It wanted more memory than its share.
    #[error("it asked for more than {limit_bytes} bytes of memory")]
    Memory {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// It wanted larger tables than its share.
    #[error("it asked for more than {limit} table elements")]
    Table {
        /// The limit in elements.
        limit: u64,
    },
    /// It nested calls too deeply.
    #[error("its calls nest too deeply")]
    Stack,
    /// It panicked, or did what WebAssembly forbids.
    #[error("it crashed: {message}")]
    Crash {
        /// The kind of trap, then what it wrote to stderr, cut and cleaned.
        message: String,
    },
    /// It ended itself instead of answering.
    #[error("it exited instead of answering")]
    Exit,
    /// It answered more than a turn may hold, or something that is no turn.
    #[error("its answer is not taken: {reason}")]
    Answer {
        /// Which bound.
        reason: String,
    },
    /// It cannot be loaded.
    #[error("it cannot be loaded: {reason}")]
    Load {
        /// Why.
        reason: String,
    },
    /// It waited for its turn longer than allowed.
    #[error("it waited longer than {limit_ms} ms for its turn")]
    Busy {
        /// The limit in milliseconds.
        limit_ms: u64,
    },
}

/// What `relay` sees of a loaded plugin. `sandbox` implements it; tests script it.
pub trait Guest: Send + Sync {
    /// The first turn.
    fn start(&self, call: Arc<Call>) -> futures_util::future::BoxFuture<'_, Result<Reply, GuestFault>>;

    /// The turn after a `send`.
    fn resume(
        &self,
        call: Arc<Call>,
        state: String,
        answers: Vec<Answer>,
    ) -> futures_util::future::BoxFuture<'_, Result<Reply, GuestFault>>;
}
