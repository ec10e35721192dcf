//! What a call has learnt so far: the `state` that goes from turn to turn.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contract::{Answer, Held};
use crate::{Error, Result};

/// One step of the past.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// What a `send` was answered.
    #[serde(rename = "a")]
    Answers(Vec<Recorded>),
    /// A loop under way: the state at the start of its present round. What follows belongs to that round.
    #[serde(rename = "l")]
    Round(Box<RawValue>),
    /// A loop that ended, with what it ended with.
    #[serde(rename = "e")]
    Ended(Box<RawValue>),
}

/// An answer as it is remembered: only what the tool decoded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    #[serde(rename = "s")]
    status: u16,
    #[serde(rename = "b")]
    body: Box<RawValue>,
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
    /// Reduces a body that has just come to what the tool decoded; done only when there is a further turn.
    #[serde(skip)]
    reduce: Option<Reduce>,
}

type Reduce = fn(&str) -> Result<Box<RawValue>>;

impl Recorded {
    /// An answer that has just come, of which the tool reads a `T`.
    pub(crate) fn fresh<T: Serialize + DeserializeOwned>(answer: Answer) -> Result<Self> {
        let body = RawValue::from_string(answer.body)
            .map_err(|error| Error::new(format!("The helpdesk's answer is not JSON: {error}.")))?;
        Ok(Self { status: answer.status, body, held: answer.held, reduce: Some(reduce::<T>) })
    }

    /// What the tool reads.
    pub(crate) fn reply<T: DeserializeOwned>(&self) -> Result<crate::Reply<T>> {
        let body = serde_json::from_str(self.body.get())
            .map_err(|error| Error::new(format!("The helpdesk's answer has another shape than expected: {error}.")))?;
        Ok(crate::Reply { status: self.status, body, held: self.held.clone() })
    }
}

fn reduce<T: Serialize + DeserializeOwned>(body: &str) -> Result<Box<RawValue>> {
    let value: T = serde_json::from_str(body).map_err(unwritable)?;
    serde_json::value::to_raw_value(&value).map_err(unwritable)
}

/// Reads a state; none at the first turn.
pub(crate) fn read(state: &str) -> Result<Vec<Entry>> {
    if state.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(state).map_err(|error| Error::new(format!("The state of the call cannot be read: {error}.")))
}

/// Writes a state.
pub(crate) fn write(mut journal: Vec<Entry>) -> Result<String> {
    for entry in &mut journal {
        let Entry::Answers(answers) = entry else { continue };
        for answer in answers {
            if let Some(reduce) = answer.reduce.take() {
                answer.body = reduce(answer.body.get())?;
            }
        }
    }
    serde_json::to_string(&journal).map_err(unwritable)
}

/// A value of a tool as it is remembered.
pub(crate) fn raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(value).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(format!("The state of the call cannot be written: {error}."))
}
