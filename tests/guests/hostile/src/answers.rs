//! Turns that are too large, too many, too deep, or no turns at all.

use crate::contract::{Answer, Content, Output, Step, Turn};
use crate::{Attack, Given, at_start, request, say, step};

pub(crate) const ATTACKS: &[Attack] = &[
    at_start("echo", echo),
    at_start("refuse", refuse),
    at_start("huge", huge),
    at_start("many", many),
    at_start("not_utf8", not_utf8),
    at_start("not_json", not_json),
    at_start("structured_not_json", structured_not_json),
    at_start("nested", nested),
    at_start("nested_request", nested_request),
    Attack { resume: forever_again, ..at_start("forever", forever) },
    Attack { resume: more_state, ..at_start("growing_state", growing_state) },
    at_start("many_requests", many_requests),
    at_start("no_requests", no_requests),
];

/// What the call's arguments were.
fn echo(given: &Given) -> Result<Turn, String> {
    Ok(say(given.arguments.to_string()))
}

/// An error of its own.
fn refuse(given: &Given) -> Result<Turn, String> {
    Err(format!("refused: {}", given.arguments))
}

/// One text of `bytes` bytes.
fn huge(given: &Given) -> Result<Turn, String> {
    Ok(say("x".repeat(given.size("bytes")?)))
}

/// `count` empty texts.
fn many(given: &Given) -> Result<Turn, String> {
    let content = (0..given.number("count")).map(|_| Content::Text(String::new())).collect();
    Ok(step(Step::Done(Output { content, structured: None })))
}

/// A text that is none.
#[expect(unsafe_code, reason = "that is the attack")]
fn not_utf8(_: &Given) -> Result<Turn, String> {
    // SAFETY: not safe at all; the host is to see it.
    Ok(say(unsafe { String::from_utf8_unchecked(b"\xff\xfe half a text".to_vec()) }))
}

/// A request whose input is no JSON.
fn not_json(_: &Given) -> Result<Turn, String> {
    Ok(step(Step::Relay(request("tickets.query", "{\"a\":"))))
}

/// A structured result that is no JSON.
fn structured_not_json(_: &Given) -> Result<Turn, String> {
    Ok(step(Step::Done(Output { content: Vec::new(), structured: Some("{\"a\":".into()) })))
}

/// A structured result of `depth` arrays inside one another.
fn nested(given: &Given) -> Result<Turn, String> {
    let depth = given.size("depth")?;
    let structured = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    Ok(step(Step::Done(Output { content: Vec::new(), structured: Some(structured) })))
}

/// A request with `depth` arrays inside one another.
fn nested_request(given: &Given) -> Result<Turn, String> {
    let depth = given.size("depth")?;
    Ok(step(Step::Relay(request("tickets.query", format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth))))))
}

/// A turn after which another follows, always.
fn forever(_: &Given) -> Result<Turn, String> {
    Ok(step(Step::Send(vec![request("tickets.query", "{}")])))
}

/// The next turn of `forever`.
fn forever_again(given: &Given, _: String, _: Vec<Answer>) -> Result<Turn, String> {
    forever(given)
}

/// The first turn of a call whose state doubles with each.
fn growing_state(given: &Given) -> Result<Turn, String> {
    more_state(given, "x".repeat(1024), Vec::new())
}

/// The next turn of `growing_state`.
fn more_state(_: &Given, state: String, _: Vec<Answer>) -> Result<Turn, String> {
    Ok(Turn { state: state.repeat(2), ..step(Step::Send(vec![request("tickets.query", "{}")])) })
}

/// `count` requests in one turn.
fn many_requests(given: &Given) -> Result<Turn, String> {
    Ok(step(Step::Send((0..given.number("count")).map(|_| request("tickets.query", "{}")).collect())))
}

/// A `send` of nothing: it would turn without end and without cost.
fn no_requests(_: &Given) -> Result<Turn, String> {
    Ok(step(Step::Send(Vec::new())))
}
