//! The only room that knows wasmtime: it runs plugins, and lets nothing in or out but the words of [`crate::contract`].
//!
//! A guest gets a fresh instance per turn, on one thread that all guests share by turns, under limits of time, memory, tables,
//! stack and answer, in a virtual and empty WASI. Whatever it does, its caller gets a [`GuestFault`] and the next call works.
//!
//! | file | what it knows |
//! |---|---|
//! | `plugin` | a plugin as the rest of the relay sees it: loaded at first use, then called |
//! | `component` | what a plugin is loaded from |
//! | `load` | from bytes or cache to code that can be called |
//! | `apart` | the program that compiles third parties' components |
//! | `shelf` | whose code is in memory |
//! | `surface` | which imports and which contract version a component names |
//! | `cache` | the folder of compiled components and manifests |
//! | `engine` | wasmtime's settings; what exists once: engine, linker, threads |
//! | `door_0_1` | version 0.1 of the contract: generated types into ours |
//! | `instance` | one turn in one fresh instance, with its limits |
//! | `limiter`, `ticker`, `stopwatch`, `queue`, `guest_thread` | memory, time, whose turn it is, where it runs |
//! | `wasi` | the virtual, empty world |
//! | `fault` | from traps to [`GuestFault`] |

mod apart;
mod cache;
mod component;
mod door_0_1;
mod engine;
mod fault;
mod guest_thread;
mod instance;
mod limiter;
mod load;
mod plugin;
mod queue;
mod shelf;
mod stopwatch;
mod surface;
mod ticker;
mod wasi;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use apart::{Bounds, Compiler, Described, VERB as COMPILE_VERB, compile_here};
pub use component::{Code, Component, Digest};
pub use plugin::Plugin;

use crate::contract::GuestFault;
use crate::limits;
use cache::Cache;
use engine::Machine;
use shelf::Shelf;

/// The imports of a component that no plugin may have, by name; nothing of it runs.
///
/// # Errors
/// When it is no component.
pub fn foreign_imports(component: &[u8]) -> Result<Vec<String>, GuestFault> {
    Ok(surface::Surface::of_bytes(component)?.foreign().collect())
}

/// Runs plugins. Cheap to make and to clone: engine, linker and threads come into being when the first plugin is loaded.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    cache: Option<Cache>,
    compiler: Option<Compiler>,
    shelf: Shelf<plugin::Loaded>,
    machine: Mutex<Option<Arc<Machine>>>,
}

impl Sandbox {
    /// A sandbox that keeps compiled components and manifests under `cache_folder`, in a folder `components` of its own that
    /// is private to the user. Without one, or where it cannot be made private, it compiles anew in each process.
    #[must_use]
    pub fn new(cache_folder: Option<PathBuf>) -> Self {
        Self::made(cache_folder, None)
    }

    /// The same for who serves: third parties' components are compiled by a program apart.
    #[must_use]
    pub fn with_compiler(compiler: Compiler) -> Self {
        Self::made(Some(compiler.cache.clone()), Some(compiler))
    }

    fn made(cache_folder: Option<PathBuf>, compiler: Option<Compiler>) -> Self {
        let cache = cache_folder.map(|folder| Cache::new(folder.join("components")));
        Self {
            shared: Arc::new(Shared {
                cache,
                compiler,
                shelf: Shelf::new(limits::LOADED_BYTES),
                machine: Mutex::new(None),
            }),
        }
    }

    /// Removes what is kept of a third party's component in the cache.
    pub fn forget(&self, digest: Digest) {
        if let Some(cache) = &self.shared.cache {
            cache.forget(digest);
        }
    }

    /// Removes what is kept of third parties' components that nobody trusts, once nobody can be about to trust them.
    pub fn forget_others(&self, is_trusted: impl Fn(Digest) -> bool) {
        if let Some(cache) = &self.shared.cache {
            cache.forget_others(is_trusted);
        }
    }

    /// A plugin of this sandbox. Reads and loads nothing before its first use.
    #[must_use]
    pub fn plugin(&self, component: Component) -> Arc<Plugin> {
        Arc::new(Plugin::new(Arc::clone(&self.shared), component))
    }
}

impl Shared {
    /// The engine and its threads, made when first asked for.
    fn machine(&self) -> Result<Arc<Machine>, GuestFault> {
        let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        match &*machine {
            Some(made) => Ok(Arc::clone(made)),
            None => Ok(Arc::clone(machine.insert(Arc::new(Machine::start()?)))),
        }
    }
}
