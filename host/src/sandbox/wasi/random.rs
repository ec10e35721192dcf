//! Random numbers that are the same for the same plugin, tool and arguments, so that equal calls build equal bytes.

use sha2::{Digest, Sha256};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use super::World;
use crate::limits;
use crate::sandbox::instance::Who;
use crate::sandbox::limiter::Stopped;

/// SHA-256 over a seed and a counter.
pub(super) struct Random {
    who: Who,
    /// Made when the first number is asked for: hashing the arguments is not free.
    seed: Option<[u8; 32]>,
    counter: u64,
}

impl Random {
    pub(super) fn new(who: Who) -> Self {
        Self { who, seed: None, counter: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        let seed = *self.seed.get_or_insert_with(|| seed(&self.who));
        self.counter += 1;
        Sha256::new().chain_update(seed).chain_update(self.counter.to_le_bytes()).finalize().into()
    }

    fn bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > limits::GUEST_RANDOM_BYTES {
            return Err(Stopped::Random.into());
        }
        let mut bytes = Vec::with_capacity(length + 32);
        while bytes.len() < length {
            bytes.extend(self.block());
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    fn number(&mut self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.block();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Each part with its length before it, so that no two different calls run together to the same bytes.
fn seed(who: &Who) -> [u8; 32] {
    let (tool, arguments) = who.call.as_ref().map_or(("", ""), |call| (call.tool.as_str(), call.arguments.as_str()));
    let mut hash = Sha256::new();
    for part in [&who.plugin, tool, arguments] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl random::Host for World {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random.bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.random.number())
    }
}

impl insecure::Host for World {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.random.bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        Ok(self.random.number())
    }
}

impl insecure_seed::Host for World {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((self.random.number(), self.random.number()))
    }
}
