//! Turns that are too large, too many or untrue.

use serde_json::Value;

use crate::contract::{Content, Output, Request, Step, Turn};
use crate::{number, say, step};

/// What the call's arguments were.
pub(crate) fn echo(arguments: &Value) -> Result<Turn, String> {
    Ok(say(arguments.to_string()))
}

/// An error of its own.
pub(crate) fn refuse(arguments: &Value) -> Result<Turn, String> {
    Err(format!("refused: {arguments}"))
}

/// One text of `bytes` bytes.
pub(crate) fn huge(arguments: &Value) -> Result<Turn, String> {
    Ok(say("x".repeat(usize::try_from(number(arguments, "bytes")).map_err(|error| error.to_string())?)))
}

/// `count` empty texts.
pub(crate) fn many(arguments: &Value) -> Result<Turn, String> {
    let content = (0..number(arguments, "count")).map(|_| Content::Text(String::new())).collect();
    Ok(step(Step::Done(Output { content, structured: None })))
}

/// A request whose input is no JSON.
pub(crate) fn not_json(_: &Value) -> Result<Turn, String> {
    Ok(step(Step::Relay(request("{\"a\":"))))
}

/// A request with a mark that nobody gave out.
pub(crate) fn foreign_mark(_: &Value) -> Result<Turn, String> {
    Ok(step(Step::Relay(request(r#"{"file":"00000000000000000000000000000000"}"#))))
}

/// A turn after which another follows, always.
pub(crate) fn forever(_: &Value) -> Result<Turn, String> {
    Ok(step(Step::Send(vec![request("{}")])))
}

/// The first turn of a call whose state doubles with each.
pub(crate) fn growing_state(_: &Value) -> Result<Turn, String> {
    more_state("x".repeat(1024))
}

/// The next turn of `growing_state`.
pub(crate) fn more_state(state: String) -> Result<Turn, String> {
    Ok(Turn { state: state.repeat(2), ..step(Step::Send(vec![request("{}")])) })
}

fn request(input: &str) -> Request {
    Request { route: "tickets.query".into(), input: input.into(), accept: Vec::new(), hold: None }
}
