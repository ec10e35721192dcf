//! Everything that WASI could give.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::Read;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::contract::{Effect, Turn};
use crate::{Attack, Given, at_start, relay, say};

pub(crate) const ATTACKS: &[Attack] = &[
    at_start("flood", flood),
    at_start("sleep", sleep),
    at_start("sleep_for_ever", sleep_for_ever),
    at_start("poll_nothing", poll_nothing),
    at_start("stdin", stdin),
    at_start("random", random),
    at_start("zeroes", zeroes),
    at_start("handles", handles),
    at_start("look", look),
    at_start("network", network),
    Attack { effect: Effect::Write, routes: &["tickets.respond"], ..at_start("worldly_request", worldly_request) },
];

/// Writes `bytes` bytes to stdout and as many to stderr.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "that is the attack")]
fn flood(given: &Given) -> Result<Turn, String> {
    for line in 0..given.number("bytes") / 64 {
        println!("\u{1b}[2Jline {line:056}");
        eprintln!("\u{1b}[2Jline {line:056}");
    }
    Ok(say("flooded"))
}

/// Sleeps for `ms` milliseconds and tells how long that was on each clock.
fn sleep(given: &Given) -> Result<Turn, String> {
    let (began, wall) = (Instant::now(), SystemTime::now());
    std::thread::sleep(Duration::from_millis(given.number("ms")));
    let passed = SystemTime::now().duration_since(wall).map_err(|error| error.to_string())?;
    Ok(say(json!({ "monotonic": began.elapsed().as_millis() as u64, "wall": passed.as_millis() as u64 }).to_string()))
}

/// Sleeps for an hour, again and again.
fn sleep_for_ever(_: &Given) -> Result<Turn, String> {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// What is left on stdin.
fn stdin(_: &Given) -> Result<Turn, String> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    Ok(say(json!({ "error": read.err().map(|error| error.to_string()), "text": text }).to_string()))
}

/// Everything there is to see: environment, arguments, folders, clocks, random numbers.
fn look(_: &Given) -> Result<Turn, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    let seen = json!({
        "environment": std::env::vars().collect::<Vec<_>>(),
        "arguments": std::env::args().collect::<Vec<_>>(),
        "folder": std::env::current_dir().ok(),
        "root": std::fs::read_dir("/").is_ok(),
        "file": std::fs::read("/etc/passwd").is_ok(),
        "written": std::fs::write("/tmp/hostile", "x").is_ok(),
        "now": now.as_nanos().to_string(),
        "monotonic": format!("{:?}", Instant::now()),
        "hash": RandomState::new().hash_one("x").to_string(),
        "random": random_bytes(16),
    });
    Ok(say(seen.to_string()))
}

/// A write whose body holds the time, on every clock, and random numbers, from every source.
fn worldly_request(given: &Given) -> Result<Turn, String> {
    let content = format!("{} {} {}", given.call.now, weather(), given.call.arguments);
    let input = json!({ "ticket_number": "709383", "from_email": "ann@example.com", "content": content });
    Ok(relay("tickets.respond", input.to_string()))
}

/// All that could be another from one moment to the next.
pub(crate) fn weather() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|now| now.as_nanos()).unwrap_or(0);
    let place = &raw const now as usize;
    format!("{now} {:?} {} {:?} {place}", Instant::now(), RandomState::new().hash_one("x"), random_bytes(8))
}

/// Whether any way to the network is open.
fn network(_: &Given) -> Result<Turn, String> {
    use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
    let seen = json!({
        "connect": TcpStream::connect("127.0.0.1:80").is_ok(),
        "listen": TcpListener::bind("127.0.0.1:0").is_ok(),
        "datagram": UdpSocket::bind("127.0.0.1:0").is_ok(),
        "name": ("localhost", 80).to_socket_addrs().is_ok_and(|mut found| found.next().is_some()),
    });
    Ok(say(seen.to_string()))
}

/// Asks for `bytes` random bytes at once.
fn random(given: &Given) -> Result<Turn, String> {
    Ok(say(random_bytes(given.number("bytes")).len().to_string()))
}

#[cfg(target_family = "wasm")]
mod raw {
    pub(super) use wasip2::cli::stdout::get_stdout;
    pub(super) use wasip2::clocks::monotonic_clock::subscribe_duration;
    pub(super) use wasip2::io::poll::poll;
    pub(super) use wasip2::random::random::get_random_bytes as random_bytes;
}

#[cfg(target_family = "wasm")]
use raw::random_bytes;

/// Waits for nothing.
#[cfg(target_family = "wasm")]
fn poll_nothing(_: &Given) -> Result<Turn, String> {
    Ok(say(format!("{:?}", raw::poll(&[]))))
}

/// Makes the host write `bytes` zeroes.
#[cfg(target_family = "wasm")]
fn zeroes(given: &Given) -> Result<Turn, String> {
    Ok(say(format!("{:?}", raw::get_stdout().write_zeroes(given.number("bytes")))))
}

/// Takes `count` handles of the host and gives none back.
#[cfg(target_family = "wasm")]
fn handles(given: &Given) -> Result<Turn, String> {
    let count = given.number("count");
    for _ in 0..count {
        std::mem::forget(raw::subscribe_duration(1));
    }
    Ok(say(count.to_string()))
}

#[cfg(not(target_family = "wasm"))]
mod native {
    //! Natively there is no host to attack; this only lets the lints see the crate.
    use super::{Given, Turn};

    pub(super) fn random_bytes(_: u64) -> Vec<u8> {
        Vec::new()
    }
    pub(super) fn poll_nothing(_: &Given) -> Result<Turn, String> {
        Err("only in the sandbox".into())
    }
    pub(super) fn zeroes(given: &Given) -> Result<Turn, String> {
        poll_nothing(given)
    }
    pub(super) fn handles(given: &Given) -> Result<Turn, String> {
        poll_nothing(given)
    }
}

#[cfg(not(target_family = "wasm"))]
use native::random_bytes;
#[cfg(not(target_family = "wasm"))]
use native::{handles, poll_nothing, zeroes};
