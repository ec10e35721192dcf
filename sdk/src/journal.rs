//! What a call has learnt so far: the `state` that goes from turn to turn.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contract::{Answer, Held};
use crate::{Error, Reply, Result};

/// One step of the past.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// What a `send` was answered.
    #[serde(rename = "a")]
    Answers(Vec<Recorded>),
    /// What a `send` was answered in this turn, as it came, and how to reduce it to what the tool reads. That is done only
    /// when there is a further turn.
    #[serde(skip)]
    Fresh(Vec<Answer>, fn(Answer) -> Result<Recorded>),
    /// A loop under way: the state at the start of its present round. What follows belongs to that round.
    #[serde(rename = "l")]
    Round(Box<RawValue>),
    /// A loop that ended, with what it ended with.
    #[serde(rename = "e")]
    Ended(Box<RawValue>),
}

impl Entry {
    /// What a `send` was answered, decoded; `None` when this entry is something else.
    pub(crate) fn replies<T: DeserializeOwned>(&self) -> Option<Result<Vec<Reply<T>>>> {
        match self {
            Self::Answers(answers) => {
                Some(answers.iter().map(|answer| decode(answer.status, answer.body.get(), &answer.held)).collect())
            }
            Self::Fresh(answers, _) => {
                Some(answers.iter().map(|answer| decode(answer.status, &answer.body, &answer.held)).collect())
            }
            Self::Round(_) | Self::Ended(_) => None,
        }
    }
}

fn decode<T: DeserializeOwned>(status: u16, body: &str, held: &Option<Held>) -> Result<Reply<T>> {
    let body = serde_json::from_str(body)
        .map_err(|error| Error::new(format!("The helpdesk's answer has another shape than expected: {error}.")))?;
    Ok(Reply { status, body, held: held.clone() })
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
}

/// Reduces an answer to what a tool that reads a `T` needs of it.
pub(crate) fn reduce<T: Serialize + DeserializeOwned>(answer: Answer) -> Result<Recorded> {
    let value: T = serde_json::from_str(&answer.body).map_err(unwritable)?;
    Ok(Recorded { status: answer.status, body: raw(&value)?, held: answer.held })
}

/// Reads a state; none at the first turn.
pub(crate) fn read(state: &str) -> Result<Vec<Entry>> {
    if state.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(state).map_err(|error| Error::new(format!("The state of the call cannot be read: {error}.")))
}

/// Writes a state.
pub(crate) fn write(journal: Vec<Entry>) -> Result<String> {
    let reduced = journal.into_iter().map(|entry| match entry {
        Entry::Fresh(answers, reduce) => Ok(Entry::Answers(answers.into_iter().map(reduce).collect::<Result<_>>()?)),
        known => Ok(known),
    });
    serde_json::to_string(&reduced.collect::<Result<Vec<_>>>()?).map_err(unwritable)
}

/// A value of a tool as it is remembered.
pub(crate) fn raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(value).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(format!("The state of the call cannot be written: {error}."))
}
