//! From what wasmtime says to what the relay says: every kind of trap is its own [`GuestFault`].

use std::time::Duration;

use wasmtime::Trap;

use super::guest_thread::millis;
use super::limiter::Stopped;
use super::wasi::Log;
use crate::contract::GuestFault;
use crate::limits;

/// A component names a version of the contract and has other functions or types than it.
#[derive(Debug, thiserror::Error)]
#[error("it does not fit the contract that it names: {0}")]
pub(super) struct Unfit(pub(super) String);

/// Names the fault behind `error`. `time` is what the guest had; its stderr says more about a crash.
pub(super) fn from_error(error: &wasmtime::Error, time: Duration, log: &Log) -> GuestFault {
    if let Some(stopped) = error.downcast_ref::<Stopped>() {
        return match stopped {
            Stopped::Memory => GuestFault::Memory { limit_bytes: limits::GUEST_MEMORY_BYTES as u64 },
            Stopped::Table => GuestFault::Table { limit: limits::GUEST_TABLE_ELEMENTS as u64 },
            Stopped::Exit => GuestFault::Exit,
            Stopped::Random | Stopped::EmptyPoll => crash(&stopped.to_string(), log),
        };
    }
    if let Some(unfit) = error.downcast_ref::<Unfit>() {
        return GuestFault::Load { reason: super::wasi::clean(&unfit.to_string()) };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => GuestFault::Deadline { limit_ms: millis(time) },
        Some(Trap::StackOverflow) => GuestFault::Stack,
        Some(trap) => crash(&trap.to_string(), log),
        None => from_text(&error.root_cause().to_string(), log),
    }
}

/// What is said of an answer, or of a place for arguments, that is not where or not what it must be.
const NOT_AS_THE_CONTRACT_SAYS: [&str; 6] = [
    "utf-8 sequence",
    "byte sequence",
    "out of bounds of memory",
    "beyond end of memory",
    "discriminant",
    "not aligned",
];

/// wasmtime has no type for these, only texts; the tests of each limit notice when one changes.
fn from_text(text: &str, log: &Log) -> GuestFault {
    if text.contains("fuel allocated for hostcalls") {
        GuestFault::Answer { reason: format!("it holds more than {} bytes", limits::GUEST_ANSWER_BYTES) }
    } else if text.contains("resource limit exceeded") {
        GuestFault::Load { reason: super::wasi::clean(text) }
    } else if NOT_AS_THE_CONTRACT_SAYS.iter().any(|words| text.contains(words)) {
        GuestFault::Answer { reason: format!("it is not written as the contract says: {}", super::wasi::clean(text)) }
    } else if text.contains("handle limit exceeded") {
        crash(&format!("it held more than {} handles", limits::GUEST_HANDLES), log)
    } else {
        crash(text, log)
    }
}

fn crash(what: &str, log: &Log) -> GuestFault {
    // In quotation marks, out of which it cannot get: the rest of the sentence is the relay's.
    let said = log.stderr_start(limits::GUEST_MESSAGE_CHARS).replace('"', "'");
    let what = super::wasi::clean(what);
    GuestFault::Crash { message: if said.is_empty() { what } else { format!("{what}; it said: \"{said}\"") } }
}
