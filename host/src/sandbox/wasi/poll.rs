//! Waiting, which never takes time.

use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::sync::io::poll;

use super::World;
use crate::sandbox::limiter::Stopped;

impl poll::Host for World {
    /// What is not a timer is ready. When nothing else is there, the clock jumps to the first timer that is due: the order in
    /// which a guest's timers end is the order of their times.
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let mut dues = Vec::with_capacity(pollables.len());
        for pollable in &pollables {
            self.table.get(pollable)?;
            dues.push(self.clock.due(pollable.rep()).unwrap_or(0));
        }
        let Some(first) = dues.iter().min() else { return Err(Stopped::EmptyPoll.into()) };
        self.clock.jump(*first);
        let now = wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Host::now(self)?;
        Ok((0_u32..).zip(dues).filter(|(_, due)| *due <= now).map(|(index, _)| index).collect())
    }
}

impl poll::HostPollable for World {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        self.block(pollable)?;
        Ok(true)
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.table.get(&pollable)?;
        if let Some(due) = self.clock.due(pollable.rep()) {
            self.clock.jump(due);
        }
        Ok(())
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.clock.forget(pollable.rep());
        <ResourceTable as poll::HostPollable>::drop(&mut self.table, pollable)
    }
}
