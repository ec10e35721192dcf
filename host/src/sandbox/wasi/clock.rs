//! Time: the wall clock stands, the guest's own clock jumps to whatever it waits for.

use std::collections::HashMap;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Instant;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::World;

/// The clocks of one store.
pub(super) struct Clock {
    /// Since 1970.
    wall: Duration,
    /// Nanoseconds. Begins where the wall clock stands, so that a guest can go back from it.
    monotonic: u64,
    /// When each timer that the guest holds is due, by its place in the table.
    timers: HashMap<u32, u64>,
}

impl Clock {
    /// A clock that stands at `now`, RFC 3339; at the beginning of 1970 without one.
    pub(super) fn standing_at(now: Option<&str>) -> Self {
        let wall = now.and_then(since_1970).unwrap_or_default();
        Self { wall, monotonic: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX / 2), timers: HashMap::new() }
    }

    /// When a timer is due; `None` when it is no timer but something that is always ready.
    pub(super) fn due(&self, place: u32) -> Option<u64> {
        self.timers.get(&place).copied()
    }

    /// The guest has waited until `due`.
    pub(super) fn jump(&mut self, due: u64) {
        self.monotonic = self.monotonic.max(due);
    }

    /// Forgets a timer that the guest let go.
    pub(super) fn forget(&mut self, place: u32) {
        self.timers.remove(&place);
    }
}

fn since_1970(now: &str) -> Option<Duration> {
    let now = OffsetDateTime::parse(now, &Rfc3339).ok()?;
    Duration::try_from(now - OffsetDateTime::UNIX_EPOCH).ok()
}

/// Always ready: whether a timer is due is decided when it is polled.
struct Timer;

#[wasmtime_wasi::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {}
}

impl wall_clock::Host for World {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: self.clock.wall.as_secs(), nanoseconds: self.clock.wall.subsec_nanos() })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1 })
    }
}

impl monotonic_clock::Host for World {
    fn now(&mut self) -> wasmtime::Result<Instant> {
        Ok(self.clock.monotonic)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: Instant) -> wasmtime::Result<Resource<DynPollable>> {
        let timer = self.table.push(Timer)?;
        let pollable = subscribe(&mut self.table, timer)?;
        self.clock.timers.insert(pollable.rep(), when);
        Ok(pollable)
    }

    fn subscribe_duration(&mut self, time: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let when = self.clock.monotonic.saturating_add(time);
        monotonic_clock::Host::subscribe_instant(self, when)
    }
}
