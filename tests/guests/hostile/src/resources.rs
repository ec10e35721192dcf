//! Time, memory, stack and sudden ends.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::contract::{Answer, Step, Turn};
use crate::{Attack, Given, at_start, request, say, step};

pub(crate) const ATTACKS: &[Attack] = &[
    at_start("loop", endless),
    Attack { resume: endless_again, ..at_start("loop_in_resume", loop_in_resume) },
    at_start("spin", spin),
    at_start("memory", memory),
    at_start("recursion", recursion),
    at_start("panic", panic),
    at_start("abort", abort),
    at_start("out_of_bounds", out_of_bounds),
    at_start("exit", exit),
    at_start("counter", counter),
    at_start("remember", remember),
];

/// Never comes back.
fn endless(_: &Given) -> Result<Turn, String> {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// A first turn like any other.
fn loop_in_resume(_: &Given) -> Result<Turn, String> {
    Ok(step(Step::Send(vec![request("tickets.query", "{}")])))
}

/// Never comes back from the second.
fn endless_again(given: &Given, _: String, _: Vec<Answer>) -> Result<Turn, String> {
    endless(given)
}

/// Works for `rounds` additions, then answers.
fn spin(given: &Given) -> Result<Turn, String> {
    let sum = (0..given.number("rounds")).fold(0_u64, |sum, round| black_box(sum.wrapping_add(round)));
    Ok(say(sum.to_string()))
}

/// Takes `bytes` bytes and writes to each of their pages.
fn memory(given: &Given) -> Result<Turn, String> {
    let bytes = given.size("bytes")?;
    let mut taken = vec![0_u8; bytes];
    for page in taken.chunks_mut(65_536) {
        page.fill(black_box(1));
    }
    Ok(say(black_box(taken).len().to_string()))
}

/// Calls itself `depth` times.
fn recursion(given: &Given) -> Result<Turn, String> {
    Ok(say(nest(given.number("depth")).to_string()))
}

#[inline(never)]
fn nest(depth: u64) -> u64 {
    let frame = black_box([depth; 8]);
    if depth == 0 { 0 } else { nest(depth - 1) + black_box(frame).len() as u64 / 8 }
}

/// Panics, with a text that would steer a terminal.
#[expect(clippy::panic, reason = "that is the attack")]
fn panic(_: &Given) -> Result<Turn, String> {
    panic!("on purpose \u{1b}[31min red\u{1b}[0m\u{7}");
}

/// Aborts.
fn abort(_: &Given) -> Result<Turn, String> {
    std::process::abort()
}

/// Reads what is not its own.
#[expect(unsafe_code, reason = "that is the attack")]
fn out_of_bounds(_: &Given) -> Result<Turn, String> {
    // SAFETY: not safe at all; the sandbox is to stop it.
    let byte = unsafe { black_box(0xFFFF_FFF0_usize as *const u8).read_volatile() };
    Ok(say(byte.to_string()))
}

/// Leaves with `code`.
#[expect(clippy::exit, reason = "that is the attack")]
fn exit(given: &Given) -> Result<Turn, String> {
    std::process::exit(i32::try_from(given.number("code")).unwrap_or(1))
}

/// How often it was called in this instance.
fn counter(_: &Given) -> Result<Turn, String> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    Ok(say((CALLS.fetch_add(1, Ordering::Relaxed) + 1).to_string()))
}

/// What an earlier call gave to be kept, and keeps what this one gives.
fn remember(given: &Given) -> Result<Turn, String> {
    static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut kept = KEPT.lock().map_err(|error| error.to_string())?;
    kept.push(given.text("what").to_owned());
    Ok(say(kept.join(" ")))
}
