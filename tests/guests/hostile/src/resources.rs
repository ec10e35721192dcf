//! Time, memory, stack and sudden ends.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::contract::Turn;
use crate::{number, say};

/// Never comes back.
pub(crate) fn endless(_: &Value) -> Result<Turn, String> {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Works for `rounds` additions, then answers.
pub(crate) fn spin(arguments: &Value) -> Result<Turn, String> {
    let sum = (0..number(arguments, "rounds")).fold(0_u64, |sum, round| black_box(sum.wrapping_add(round)));
    Ok(say(sum.to_string()))
}

/// Takes `bytes` bytes and writes to each of their pages.
pub(crate) fn memory(arguments: &Value) -> Result<Turn, String> {
    let bytes = usize::try_from(number(arguments, "bytes")).map_err(|error| error.to_string())?;
    let mut taken = vec![0_u8; bytes];
    for page in taken.chunks_mut(65_536) {
        page.fill(black_box(1));
    }
    Ok(say(black_box(taken).len().to_string()))
}

/// Calls itself `depth` times.
pub(crate) fn recursion(arguments: &Value) -> Result<Turn, String> {
    Ok(say(nest(number(arguments, "depth")).to_string()))
}

#[inline(never)]
fn nest(depth: u64) -> u64 {
    let frame = black_box([depth; 8]);
    if depth == 0 { 0 } else { nest(depth - 1) + black_box(frame).len() as u64 / 8 }
}

/// Panics, with a text that would steer a terminal.
#[expect(clippy::panic, reason = "that is the attack")]
pub(crate) fn panic(_: &Value) -> Result<Turn, String> {
    panic!("on purpose \u{1b}[31min red\u{1b}[0m\u{7}");
}

/// Aborts.
pub(crate) fn abort(_: &Value) -> Result<Turn, String> {
    std::process::abort()
}

/// Reads what is not its own.
#[expect(unsafe_code, reason = "that is the attack")]
pub(crate) fn out_of_bounds(_: &Value) -> Result<Turn, String> {
    // SAFETY: not safe at all; the sandbox is to stop it.
    let byte = unsafe { black_box(0xFFFF_FFF0_usize as *const u8).read_volatile() };
    Ok(say(byte.to_string()))
}

/// Leaves with `code`.
#[expect(clippy::exit, reason = "that is the attack")]
pub(crate) fn exit(arguments: &Value) -> Result<Turn, String> {
    std::process::exit(i32::try_from(number(arguments, "code")).unwrap_or(1))
}

/// How often it was called in this instance.
pub(crate) fn counter(_: &Value) -> Result<Turn, String> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    Ok(say((CALLS.fetch_add(1, Ordering::Relaxed) + 1).to_string()))
}
