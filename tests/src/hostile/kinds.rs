//! The list: each kind of hostile plugin, how it is run, and how that ends.

use super::made;
use crate::handmade::Handmade;

/// One kind of hostile plugin.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its name in figures and snapshots.
    pub name: String,
    /// What it is a case of, in the words of [`super::KNOWN`].
    pub case: &'static str,
    /// How it is run.
    pub run: Run,
    /// How that ends.
    pub end: End,
    /// What the text at the end says, so that it tells this kind from others.
    pub says: &'static str,
}

/// How a kind is run.
#[derive(Debug, Clone)]
pub enum Run {
    /// A tool of the hostile guest is called with arguments: JSON, in which `{inside}` and `{outside}` stand for a granted
    /// folder and one that is not.
    Tool(&'static str, &'static str),
    /// A component made by hand is added.
    Add(Made),
    /// The same, and then its tool is called, with these arguments.
    AddAndCall(Made, &'static str),
}

/// Makes a component by hand.
#[derive(Debug, Clone, Copy)]
pub enum Made {
    /// By itself.
    Alone(Make),
    /// One that imports what has this name.
    Importing(&'static str),
}

impl Made {
    /// The component, in text form still.
    #[must_use]
    pub fn handmade(self) -> Handmade {
        match self {
            Self::Alone(make) => make(),
            Self::Importing(name) => made::importing(name),
        }
    }
}

/// Makes a component by itself.
pub type Make = fn() -> Handmade;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It is not added.
    NotAdded,
    /// The guest is stopped.
    Stopped,
    /// What it asked for is refused.
    Refused,
    /// Its own error reaches the assistant, marked as its own.
    ItsOwnError,
    /// It gets nothing by it, and the call is answered.
    Harmless,
}

impl End {
    /// Whether somebody must be told what went wrong.
    #[must_use]
    pub fn tells(self) -> bool {
        self != Self::Harmless
    }
}

use End::{Harmless, ItsOwnError, NotAdded, Refused, Stopped};

/// All of them.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> =
        TOOLS.iter().map(|kind| kind.of(|(tool, arguments)| Run::Tool(tool, arguments))).collect();
    kinds.extend(ADDED.iter().map(|kind| kind.of(|make| Run::Add(Made::Alone(make)))));
    kinds.extend(CALLED.iter().map(|kind| kind.of(|(make, arguments)| Run::AddAndCall(Made::Alone(make), arguments))));
    kinds.extend(IMPORTS.iter().map(|(case, name)| Kind {
        name: format!("imports {name}"),
        case,
        run: Run::Add(Made::Importing(name)),
        end: NotAdded,
        says: name,
    }));
    kinds
}

/// A line of the tables below: name, case, what runs, end, words.
struct Line<T>(&'static str, &'static str, T, End, &'static str);

impl<T: Copy> Line<T> {
    fn of(&self, run: impl Fn(T) -> Run) -> Kind {
        let Self(name, case, what, end, says) = self;
        Kind { name: (*name).to_owned(), case, run: run(*what), end: *end, says }
    }
}

/// Tools of the hostile guest.
#[rustfmt::skip]
const TOOLS: &[Line<(&str, &str)>] = &[
    // Time, memory, stack, sudden ends.
    Line("loop in start", "endless loop in start", ("loop", "{}"), Stopped, "ran longer than 250 ms"),
    Line("loop in resume", "endless loop in resume", ("loop_in_resume", "{}"), Stopped, "ran longer than 250 ms"),
    Line("work within its time", "endless loop in start", ("spin", r#"{"rounds":10000}"#), Harmless, "49995000"),
    Line("memory", "memory bomb", ("memory", r#"{"bytes":67108864}"#), Stopped, "bytes of memory"),
    Line("memory of a planet", "memory bomb", ("memory", r#"{"bytes":4000000000}"#), Stopped, ""),
    Line("recursion", "deep recursion", ("recursion", r#"{"depth":10000000}"#), Stopped, ""),
    Line("panic", "a panic", ("panic", "{}"), Stopped, "on purpose in red"),
    Line("abort", "a trap", ("abort", "{}"), Stopped, "unreachable"),
    Line("reads what is not its own", "a trap", ("out_of_bounds", "{}"), Stopped, "out of bounds"),
    Line("exit 0", "an exit", ("exit", r#"{"code":0}"#), Stopped, "exited instead of answering"),
    Line("exit 1", "an exit", ("exit", r#"{"code":1}"#), Stopped, "exited instead of answering"),
    Line("counts its calls", "state that grows", ("counter", "{}"), Harmless, "1"),
    Line("remembers other calls", "state that grows", ("remember", r#"{"what":"only this"}"#), Harmless, "only this"),
    // Answers.
    Line("huge text", "huge output", ("huge", r#"{"bytes":16777217}"#), Stopped, "more than 16777216 bytes"),
    Line("half a million texts", "huge output", ("many", r#"{"count":500000}"#), Stopped, "more than 16777216 bytes"),
    Line("text that is none", "non-UTF-8 output", ("not_utf8", "{}"), Stopped, "not written as the contract says"),
    Line("request that is no JSON", "malformed output", ("not_json", "{}"), Refused, "not a JSON object"),
    Line("result that is no JSON", "malformed output", ("structured_not_json", "{}"), Refused, "not JSON"),
    Line("result nested too deeply", "deeply nested output", ("nested", r#"{"depth":1000000}"#), Refused, "nested deeper than 127 levels"),
    Line("request nested too deeply", "deeply nested output", ("nested_request", r#"{"depth":1000000}"#), Refused, "nested deeper than 127 levels"),
    Line("turns without end", "a million turns", ("forever", "{}"), Refused, "more than 1000 turns"),
    Line("state that doubles", "state that grows", ("growing_state", "{}"), Refused, "a state of"),
    Line("many requests a turn", "a million turns", ("many_requests", r#"{"count":17}"#), Refused, "17 requests in one turn"),
    Line("no request a turn", "a million turns", ("no_requests", "{}"), Refused, "no requests"),
    Line("says what it was given", "huge output", ("echo", r#"{"a":"b"}"#), Harmless, r#"{"a":"b"}"#),
    Line("an error of its own", "the relay's own words", ("refuse", r#"{"a":"b"}"#), ItsOwnError, "refused: "),
    // Requests and files.
    Line("route not declared", "a route not declared", ("undeclared", "{}"), Refused, "did not declare"),
    Line("route not granted", "a route not granted", ("ungranted", "{}"), Refused, "tickets.close"),
    Line("route granted for notes only", "a route not granted", ("public", "{}"), Refused, "is_internal"),
    Line("route granted for notes only, said twice", "a route not granted", ("public_twice", "{}"), Refused, "is_internal"),
    Line("address for a route", "a route not declared", ("no_such_route", "{}"), Refused, "not an endpoint"),
    Line("path: up", "a path trick in a parameter", ("path_trick", r#"{"value":".."}"#), Refused, "goes into the path"),
    Line("path: slash", "a path trick in a parameter", ("path_trick", r#"{"value":"../../tickets/delete"}"#), Refused, "goes into the path"),
    Line("path: line end", "a path trick in a parameter", ("path_trick", r#"{"value":"1\r\nX-Evil: 1"}"#), Refused, "goes into the path"),
    Line("path: empty", "a path trick in a parameter", ("path_trick", r#"{"value":""}"#), Refused, ""),
    Line("file outside", "a file outside the grant", ("read_file", r#"{"path":"{outside}/secret.txt"}"#), Refused, "plugin grant hostile"),
    Line("text outside", "a file outside the grant", ("read_text", r#"{"path":"{outside}/secret.txt"}"#), Refused, "secret.txt"),
    Line("file outside, the long way", "a file outside the grant", ("read_file", r#"{"path":"{inside}/../outside/secret.txt"}"#), Refused, ""),
    Line("output outside", "a file outside the grant", ("write_file", r#"{"path":"{outside}/made.txt"}"#), Refused, "plugin grant hostile"),
    Line("output that no argument names", "a file outside the grant", ("undeclared_output", "{}"), Refused, "/tmp/hostile"),
    Line("mark of nobody", "a mark that is not its own", ("foreign_mark", r#"{"mark":"00000000000000000000000000000000"}"#), Refused, "The file field is required"),
    Line("mark in a text", "a mark that is not its own", ("mark_in_text", r#"{"path":"{inside}/given.txt"}"#), Refused, "a mark inside a text"),
    Line("mark in a form", "a mark that is not its own", ("mark_in_form", r#"{"path":"{inside}/given.txt"}"#), Refused, "where only a text can stand"),
    // The virtual world.
    Line("flood", "flood stdout", ("flood", r#"{"bytes":64000}"#), Harmless, "flooded"),
    Line("sleep for an hour", "sleep for an hour", ("sleep", r#"{"ms":3600000}"#), Harmless, r#""wall":0"#),
    Line("sleep for ever", "sleep for an hour", ("sleep_for_ever", "{}"), Stopped, "ran longer than 250 ms"),
    Line("poll nothing", "poll nothing", ("poll_nothing", "{}"), Stopped, "waited for nothing"),
    Line("block on stdin", "block on stdin", ("stdin", "{}"), Harmless, r#""text":"""#),
    Line("4 GiB of random", "4 GiB of random", ("random", r#"{"bytes":4294967296}"#), Stopped, "random bytes"),
    Line("mountain of zeroes", "flood stdout", ("zeroes", r#"{"bytes":18446744073709551615}"#), Stopped, ""),
    Line("handles", "handle bomb", ("handles", r#"{"count":1001}"#), Stopped, "handle"),
    Line("looks around", "every WASI import", ("look", "{}"), Harmless, r#""environment":[]"#),
    Line("network", "every WASI import", ("network", "{}"), Harmless, r#"{"connect":false,"listen":false,"datagram":false,"name":false}"#),
    Line("time and dice in a request", "a changing describe", ("worldly_request", "{}"), Refused, "is_internal"),
    // Texts.
    Line("poisoned result", "poisoned texts", ("poisoned_result", "{}"), Harmless, "seen one two three four five"),
    Line("poisoned structured result", "poisoned texts", ("poisoned_structured", "{}"), Harmless, "seen one two three four five"),
    Line("poisoned error", "poisoned texts", ("poisoned_error", "{}"), ItsOwnError, "seen one two three four five"),
    Line("poisoned progress", "poisoned texts", ("poisoned_progress", "{}"), Harmless, "two turns"),
    Line("poisoned link", "poisoned texts", ("poisoned_link", r#"{"uri":"file:///etc/passwd"}"#), Refused, "file:///etc/passwd"),
    Line("poisoned log", "poisoned texts", ("poisoned_log", "{}"), Harmless, "logged"),
    Line("the relay's words in an error", "the relay's own words", ("outcome_in_error", "{}"), ItsOwnError, ""),
    Line("the relay's words in a result", "the relay's own words", ("outcome_in_result", "{}"), Harmless, ""),
];

/// Components that are not added.
#[rustfmt::skip]
const ADDED: &[Line<Make>] = &[
    Line("loop in describe", "endless loop in describe", made::loop_in_describe, NotAdded, "ran longer than 1000 ms"),
    Line("loop before describe", "endless loop in describe", made::loop_at_once, NotAdded, "ran longer than"),
    Line("memory in describe", "memory bomb", made::memory_in_describe, NotAdded, "bytes of memory"),
    Line("fifty memories", "memory bomb", made::many_memories, NotAdded, "memory count"),
    Line("table in describe", "table bomb", made::table_in_describe, NotAdded, "table elements"),
    Line("many tables", "table bomb", made::many_tables, NotAdded, "table count"),
    Line("many instances", "instance bomb", made::many_instances, NotAdded, "instance count"),
    Line("recursion in describe", "deep recursion", made::recursion_in_describe, NotAdded, "nest too deeply"),
    Line("trap in describe", "a trap", made::trap_in_describe, NotAdded, "unreachable"),
    Line("manifest that is not there", "malformed output", made::manifest_out_of_bounds, NotAdded, "not written as the contract says"),
    Line("list as long as the memory", "malformed output", made::endless_list, NotAdded, "not written as the contract says"),
    Line("effect that is none", "malformed output", made::no_effect, NotAdded, "not written as the contract says"),
    Line("name that is no text", "non-UTF-8 output", made::name_not_utf8, NotAdded, "not written as the contract says"),
    Line("no name", "another plugin's name", made::no_name, NotAdded, "name"),
    Line("ten thousand tools", "huge output", made::ten_thousand_tools, NotAdded, ""),
    Line("hidden in its name", "poisoned texts", made::hidden_in_name, NotAdded, "name"),
    Line("hidden in what it is about", "poisoned texts", made::hidden_in_about, NotAdded, ""),
    Line("hidden in a tool's name", "poisoned texts", made::hidden_in_tool_name, NotAdded, "name"),
    Line("hidden in a title", "poisoned texts", made::hidden_in_title, NotAdded, ""),
    Line("hidden in a description", "poisoned texts", made::hidden_in_description, NotAdded, ""),
    Line("hidden in a schema", "poisoned texts", made::hidden_in_schema, NotAdded, ""),
    Line("hidden in a version", "poisoned texts", made::hidden_in_version, NotAdded, ""),
    Line("long description", "huge output", made::long_description, NotAdded, "description"),
    Line("name of the relay's own plugin", "another plugin's name", made::name_of_tickets, NotAdded, "tickets"),
    Line("name of the relay", "another plugin's name", made::name_of_relay, NotAdded, "relay"),
    Line("name like the relay's own plugin", "another plugin's name", made::name_like_tickets, NotAdded, "ticket5"),
    Line("the same tool twice", "another plugin's name", made::same_tool_twice, NotAdded, "the same name"),
    Line("large schema", "a schema bomb", made::large_schema, NotAdded, "schema"),
    Line("deep schema", "a schema bomb", made::deep_schema, NotAdded, "schema"),
    Line("schema that doubles", "a schema bomb", made::doubling_schema, NotAdded, "references followed"),
    Line("schema that refers to itself", "a schema bomb", made::endless_schema, NotAdded, "schema"),
    Line("schema from elsewhere", "a schema bomb", made::foreign_schema, NotAdded, "schema"),
    Line("schema from a file", "a schema bomb", made::file_schema, NotAdded, "schema"),
    Line("schema that is none", "a schema bomb", made::no_schema, NotAdded, "schema"),
    Line("pattern that looks back", "a schema bomb", made::pattern_that_looks_back, NotAdded, "regex"),
    Line("schema of no object", "a schema bomb", made::schema_of_no_object, NotAdded, "schema"),
    Line("result of no object", "a schema bomb", made::result_of_no_object, NotAdded, "at `output`"),
    Line("property of no object", "a schema bomb", made::property_of_no_object, NotAdded, "at `input/properties/a`"),
    Line("unknown version of the contract", "malformed output", made::unknown_version, NotAdded, "0.9.0"),
    Line("WASI with a function more", "every WASI import", made::more_of_wasi, NotAdded, "get-secrets"),
];

/// Components that are added, and then called.
#[rustfmt::skip]
const CALLED: &[Line<(Make, &str)>] = &[
    Line("table in start", "table bomb", (made::table_in_start, "{}"), Stopped, "table elements"),
    Line("recursion in start", "deep recursion", (made::recursion_in_start, "{}"), Stopped, "nest too deeply"),
    Line("division by zero", "a trap", (made::division_by_zero, "{}"), Stopped, "divide by zero"),
    Line("turn that is not there", "malformed output", (made::turn_out_of_bounds, "{}"), Stopped, "not written as the contract says"),
    Line("turn that is none", "malformed output", (made::no_turn, "{}"), Stopped, "not written as the contract says"),
    Line("error that is no text", "non-UTF-8 output", (made::error_not_utf8, "{}"), Stopped, "not written as the contract says"),
    Line("place for arguments that is not there", "malformed output", (made::no_place, "{}"), Stopped, "not written as the contract says"),
    Line("write from a read tool", "a write from a read tool", (made::write_from_read, "{}"), Refused, "is a write"),
    Line("deletion from a write tool", "a lying effect", (made::deletion_from_write, "{}"), Refused, "is destructive"),
    Line("pattern that explodes", "a schema bomb", (made::exploding_pattern, r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}"#), Refused, ""),
];

/// What a component may not import: WASI that is not the empty one, another version of it, and what is not WASI.
const IMPORTS: [(&str, &str); 24] = [
    ("every WASI import", "wasi:http/outgoing-handler@0.2.0"),
    ("every WASI import", "wasi:http/incoming-handler@0.2.0"),
    ("every WASI import", "wasi:http/types@0.2.0"),
    ("every WASI import", "wasi:cli/run@0.2.0"),
    ("every WASI import", "wasi:cli/environment@0.3.0"),
    ("every WASI import", "wasi:clocks/timezone@0.2.0"),
    ("every WASI import", "wasi:clocks/monotonic-clock@0.3.0"),
    ("every WASI import", "wasi:filesystem/types@0.3.0"),
    ("every WASI import", "wasi:sockets/types@0.3.0"),
    ("every WASI import", "wasi:keyvalue/store@0.2.0"),
    ("every WASI import", "wasi:blobstore/container@0.2.0"),
    ("every WASI import", "wasi:config/store@0.2.0"),
    ("every WASI import", "wasi:logging/logging@0.1.0"),
    ("every WASI import", "wasi:messaging/producer@0.2.0"),
    ("every WASI import", "wasi:nn/inference@0.2.0"),
    ("every WASI import", "wasi:threads/spawn@0.1.0"),
    ("every WASI import", "wasi:tls/client@0.2.0"),
    ("every WASI import", "wasi:random/random@1.0.0"),
    ("a foreign import", "evil:net/send@1.0.0"),
    ("a foreign import", "tickiti:relay/secrets@0.1.0"),
    ("a foreign import", "tickiti:relay/tools@0.1.0"),
    ("a foreign import", "docs:adder/add@0.1.0"),
    ("a foreign import", "environment"),
    ("a foreign import", "secrets"),
];
