//! From bytes, or from the cache, to code that can be called.

use std::sync::{Mutex, PoisonError};

use wasmtime::component;

use super::apart::Compiler;
use super::cache::Cache;
use super::component::{Code, Component, load_fault};
use super::door_0_1;
use super::engine::Machine;
use super::surface::{Surface, Version};
use super::wasi;
use crate::contract::GuestFault;

/// One component compiles at a time here, and one apart: compiling a Python component takes 400 MB, and who waited for the same
/// one finds it in the cache. Two locks, so that a third party's bytes never keep the built-in plugins waiting. Relays that share
/// a cache take turns too, see [`Cache::turn`].
static HERE: Mutex<()> = Mutex::new(());
static APART: Mutex<()> = Mutex::new(());

/// Loads a component from the cache; else compiles it and stores the code there. A third party's is compiled apart where there
/// is a `compiler`.
pub(super) fn load(
    machine: &Machine,
    cache: Option<&Cache>,
    compiler: Option<&Compiler>,
    plugin: &Component,
) -> Result<door_0_1::Door, GuestFault> {
    let compatibility = machine.compatibility();
    if let Some(code) = stored(machine, cache, plugin, &compatibility) {
        return open(machine, &code);
    }
    let apart = match (compiler, plugin.code()) {
        (Some(compiler), Code::File(path)) if plugin.is_foreign() => Some((compiler, path)),
        _ => None,
    };
    let turn = if apart.is_some() { &APART } else { &HERE };
    let _one_at_a_time = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let _one_relay_at_a_time = apart.and(cache).and_then(Cache::turn);
    if let Some(code) = stored(machine, cache, plugin, &compatibility) {
        return open(machine, &code);
    }
    let bytes = plugin.read()?;
    // Before the compiler has any work with it.
    Surface::of_bytes(&bytes)?.judge()?;
    if let Some((compiler, path)) = apart {
        compiler.run(path, &|_| {})?;
        let code = stored(machine, cache, plugin, &compatibility);
        let unkept =
            || load_fault("its compiled code could not be kept: the cache folder must be yours alone, and have room");
        return open(machine, &code.ok_or_else(unkept)?);
    }
    let code = component::Component::from_binary(&machine.engine, &bytes).map_err(|error| refused(&error))?;
    let door = open(machine, &code)?;
    if let (Some(cache), Ok(compiled)) = (cache, code.serialize()) {
        cache.store_code(plugin, &compatibility, &compiled);
    }
    Ok(door)
}

/// The contract that a component was made for, if it is a plugin.
pub(super) fn contract_of(bytes: &[u8]) -> Result<String, GuestFault> {
    Ok(Surface::of_bytes(bytes)?.judge()?.name().to_owned())
}

fn stored(
    machine: &Machine,
    cache: Option<&Cache>,
    plugin: &Component,
    compatibility: &str,
) -> Option<component::Component> {
    let code = cache.and_then(|cache| cache.code(plugin, compatibility))?;
    // SAFETY: `deserialize` trusts its bytes. These were written by this program's `store_code` into a folder that belongs to
    // the user and that nobody else may write to, both checked by `Cache` before it reads; their SHA-256 was compared, so
    // they are whole. Who can write there can replace this program too.
    #[expect(unsafe_code, reason = "the one place; see SAFETY above")]
    unsafe { component::Component::deserialize(&machine.engine, code) }.ok()
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
