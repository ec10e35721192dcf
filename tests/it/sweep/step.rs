//! The language of the scripts: a call, what its answer must show, and what is kept of it for later calls.
//!
//! In a payload or an expectation, a text `$name` is the value that was kept under that name, with its type; inside a longer
//! text it is the value's text. Pointers are JSON pointers into the answer; where the answer is wrapped as `ok` and `data`,
//! into `data`.

use std::panic::Location;

use serde_json::Value;

/// A call and what is known of its outcome.
#[derive(Clone)]
pub(super) struct Step {
    /// Name of the route.
    pub(super) route: &'static str,
    /// The body, before kept values are put in.
    pub(super) payload: Value,
    /// The file that is uploaded, and the part that takes it.
    pub(super) file: Option<(&'static str, &'static str)>,
    /// What the answer must show.
    pub(super) expected: Vec<Expected>,
    /// What is kept of the answer.
    pub(super) keeps: Vec<Keep>,
    /// Words of the refusal; `None` for a call that must succeed.
    pub(super) refused: Option<&'static str>,
    /// Whether the same call again must be refused as not found.
    pub(super) once: bool,
    /// Where it stands in the script.
    pub(super) place: &'static Location<'static>,
}

/// Something that must hold after a call.
#[derive(Clone)]
pub(super) enum Expected {
    /// The value at a pointer includes this one.
    Shows(&'static str, Value),
    /// Some item of the list at a pointer includes this value.
    Has(&'static str, Value),
    /// No item of the list at a pointer includes this value.
    Lacks(&'static str, Value),
    /// The helpdesk noted this effect on this target: for what no endpoint shows.
    Effect(&'static str, &'static str),
}

/// A value that is kept.
#[derive(Clone)]
pub(super) struct Keep {
    /// Under which name.
    pub(super) name: &'static str,
    /// Where it is in the answer.
    pub(super) pointer: &'static str,
    /// Whether a number is kept as its digits: ticket numbers are answered as numbers and asked for as texts.
    pub(super) as_text: bool,
}

/// A call that must succeed.
#[track_caller]
pub(super) fn step(route: &'static str, payload: Value) -> Step {
    Step {
        route,
        payload,
        file: None,
        expected: Vec::new(),
        keeps: Vec::new(),
        refused: None,
        once: false,
        place: Location::caller(),
    }
}

impl Step {
    /// Uploads a file in the part `file`.
    pub(super) fn file(self, name: &'static str) -> Self {
        self.file_in("file", name)
    }

    /// Uploads a file in a part of another name.
    pub(super) fn file_in(self, part: &'static str, name: &'static str) -> Self {
        Self { file: Some((name, part)), ..self }
    }

    /// The value at a pointer includes this one: an object has at least these members, a list exactly these items.
    pub(super) fn shows(self, pointer: &'static str, value: Value) -> Self {
        self.expects(Expected::Shows(pointer, value))
    }

    /// The list at a pointer has such an item.
    pub(super) fn has(self, pointer: &'static str, item: Value) -> Self {
        self.expects(Expected::Has(pointer, item))
    }

    /// The list at a pointer has no such item.
    pub(super) fn lacks(self, pointer: &'static str, item: Value) -> Self {
        self.expects(Expected::Lacks(pointer, item))
    }

    /// The helpdesk noted this effect. Only for what no endpoint shows.
    pub(super) fn effect(self, target: &'static str, did: &'static str) -> Self {
        self.expects(Expected::Effect(target, did))
    }

    /// Keeps the value at a pointer under a name.
    pub(super) fn keeps(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.keeps.push(Keep { name, pointer, as_text: false });
        self
    }

    /// Keeps the value at a pointer as a text.
    pub(super) fn keeps_text(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.keeps.push(Keep { name, pointer, as_text: true });
        self
    }

    /// The helpdesk refuses the call, in these words among others.
    pub(super) fn refused(self, words: &'static str) -> Self {
        Self { refused: Some(words), ..self }
    }

    /// It works once: the same call again is refused, because there is no such thing any more.
    pub(super) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    fn expects(mut self, expected: Expected) -> Self {
        self.expected.push(expected);
        self
    }
}

/// How a call for what does not exist is refused.
pub(super) const NOT_FOUND: &str = "HTTP 404, not found";

/// Whether a value has everything of another one: members of objects, items of lists, plain values.
pub(super) fn includes(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|found| includes(found, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| includes(whole, part))
        }
        (whole, part) => whole == part,
    }
}
