//! From bytes, or from the cache, to code that can be called.

use std::sync::{Mutex, PoisonError};

use wasmtime::component;

use super::cache::Cache;
use super::component::{Component, load_fault};
use super::door_0_1;
use super::engine::Machine;
use super::surface::{Surface, Version};
use super::wasi;
use crate::contract::GuestFault;

/// One component loads at a time: compiling a Python component takes 400 MB, and who waited for the same one finds it in the
/// cache.
static LOADING: Mutex<()> = Mutex::new(());

/// Loads a component from the cache, or compiles it and stores the code there.
pub(super) fn load(machine: &Machine, cache: Option<&Cache>, plugin: &Component) -> Result<door_0_1::Door, GuestFault> {
    let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    let compatibility = machine.compatibility();
    let stored = cache.and_then(|cache| cache.code(plugin, &compatibility));
    // SAFETY: `deserialize` trusts its bytes. These were written by this program's `store_code` into a folder that belongs to
    // the user and that nobody else may write to, both checked by `Cache` before it reads; their SHA-256 was compared, so
    // they are whole. Who can write there can replace this program too.
    #[expect(unsafe_code, reason = "the one place; see SAFETY above")]
    let stored = stored.and_then(|code| unsafe { component::Component::deserialize(&machine.engine, code) }.ok());
    if let Some(code) = stored {
        return open(machine, &code);
    }
    let bytes = plugin.read()?;
    // Before the compiler has any work with it.
    Surface::of_bytes(&bytes)?.judge()?;
    let code = component::Component::from_binary(&machine.engine, &bytes).map_err(|error| refused(&error))?;
    let door = open(machine, &code)?;
    if let (Some(cache), Ok(compiled)) = (cache, code.serialize()) {
        cache.store_code(plugin, &compatibility, &compiled);
    }
    Ok(door)
}

/// Chooses the door by the version in the component's export, before anything of it runs.
fn open(machine: &Machine, code: &component::Component) -> Result<door_0_1::Door, GuestFault> {
    match Surface::of_code(code).judge()? {
        Version::V0_1 => {
            let linked = machine.linker.instantiate_pre(code).map_err(|error| refused(&error))?;
            door_0_1::Door::open(linked).map_err(|error| refused(&error))
        }
    }
}

fn refused(error: &wasmtime::Error) -> GuestFault {
    load_fault(wasi::clean(&format!("{error:#}").lines().collect::<Vec<_>>().join(" ")))
}
