//! A plugin as the rest of the relay sees it.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::component::{Component, load_fault};
use super::engine::Machine;
use super::guest_thread::without_panic;
use super::instance::{Who, in_fresh_store};
use super::shelf::Slot;
use super::wasi::World;
use super::{Shared, door_0_1, load};
use crate::contract::{Answer, Call, Guest, GuestFault, Manifest, Reply};
use crate::limits;

/// A plugin: loaded when first used, then called, each time in a fresh instance.
pub struct Plugin {
    sandbox: Arc<Shared>,
    component: Arc<Component>,
    slot: Arc<Slot<Loaded>>,
}

/// Code that can be called.
#[derive(Clone)]
pub(super) struct Loaded {
    machine: Arc<Machine>,
    door: Arc<door_0_1::Door>,
    /// How much memory its code takes.
    bytes: usize,
}

impl Plugin {
    pub(super) fn new(sandbox: Arc<Shared>, component: Component) -> Self {
        Self { sandbox, component: Arc::new(component), slot: Arc::default() }
    }

    /// Its name, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.component.name()
    }

    /// What the plugin says it is. Asked of the plugin once in its life: later answers come from a small file beside the
    /// compiled code, without loading the plugin or the engine.
    ///
    /// # Errors
    /// When the plugin cannot be loaded or does not answer within its limits.
    pub async fn describe(&self) -> Result<Manifest, GuestFault> {
        if let Some(known) = self.sandbox.cache.as_ref().and_then(|cache| cache.manifest(&self.component)) {
            return Ok(known);
        }
        let manifest = self.turn(None, limits::GUEST_DESCRIBE, |door, store| door.describe(store)).await?;
        if let Some(cache) = &self.sandbox.cache {
            cache.store_manifest(&self.component, &manifest);
        }
        Ok(manifest)
    }

    /// Loads it, compiling where that must be, without running anything of it.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn ready(&self) -> Result<(), GuestFault> {
        self.load().await.map(drop)
    }

    /// Whether it was to be loaded lately and could not be.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.slot.get(), Some(Err(_)))
    }

    /// Waits for the plugin's turn on the guest thread and runs it in a fresh store.
    async fn turn<T: Send + 'static>(
        &self,
        call: Option<Arc<Call>>,
        time: std::time::Duration,
        turn: impl FnOnce(&door_0_1::Door, &mut wasmtime::Store<super::instance::Inside>) -> wasmtime::Result<T>
        + Send
        + 'static,
    ) -> Result<T, GuestFault> {
        let Loaded { machine, door, .. } = self.load().await?;
        let who = Who { plugin: self.component.name().into(), call };
        let inside = Arc::clone(&machine);
        let run = move || in_fresh_store(&inside, World::new(who), time, |store| turn(&door, store));
        machine.guests.run(self.component.digest(), run).await
    }

    /// Its code, loaded if it is not there. Only third parties' code is ever taken out of memory again: there may be any number
    /// of them.
    async fn load(&self) -> Result<Loaded, GuestFault> {
        let loaded = match self.slot.get() {
            Some(loaded) => loaded,
            None => self.load_apart().await,
        };
        if let (Ok(loaded), true) = (&loaded, self.component.is_foreign()) {
            self.sandbox.shelf.used(&self.slot, loaded.bytes);
        }
        loaded
    }

    /// Loads it on a thread of its own, so that neither the caller's nor the guests' waits for a compiler.
    async fn load_apart(&self) -> Result<Loaded, GuestFault> {
        let (done, waiting) = oneshot::channel();
        let (slot, sandbox, component) =
            (Arc::clone(&self.slot), Arc::clone(&self.sandbox), Arc::clone(&self.component));
        std::thread::Builder::new()
            .name("plugin loader".into())
            .stack_size(limits::COMPILER_STACK_BYTES)
            .spawn(move || {
                // A caller that is gone needs no word.
                let _ = done.send(slot.get_or_make(|| without_panic(|| load_now(&sandbox, &component))));
            })
            .map_err(|error| load_fault(format!("no thread to load it on: {error}")))?;
        waiting.await.unwrap_or_else(|_| Err(load_fault("its loader ended without a word")))
    }
}

fn load_now(sandbox: &Shared, component: &Component) -> Result<Loaded, GuestFault> {
    let machine = sandbox.machine()?;
    let door = Arc::new(load::load(&machine, sandbox.cache.as_ref(), sandbox.compiler.as_ref(), component)?);
    let bytes = door.code_bytes();
    Ok(Loaded { machine, door, bytes })
}

impl Guest for Plugin {
    fn start(&self, call: Arc<Call>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        let given = Arc::clone(&call);
        self.turn(Some(call), limits::GUEST_CALL, move |door, store| door.start(store, &given)).boxed()
    }

    fn resume(&self, call: Arc<Call>, state: String, answers: Vec<Answer>) -> BoxFuture<'_, Result<Reply, GuestFault>> {
        let given = Arc::clone(&call);
        self.turn(Some(call), limits::GUEST_CALL, move |door, store| door.resume(store, &given, &state, answers))
            .boxed()
    }
}
