//! What a component may import, and what each import is.

use wasmtime::Engine;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::sync::{filesystem as files, io, sockets as sync_sockets};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random, sockets};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsCtxView};

use super::World;
use crate::sandbox::instance::Inside;

/// Everything that a component may import, in any 0.2 version. Reviewed: each is in the table of [`linker`] and reaches
/// nothing outside.
const ALLOWED: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// Whether a component may import what has this name.
pub(in crate::sandbox) fn is_allowed(import: &str) -> bool {
    import.split_once('@').is_some_and(|(name, version)| version.starts_with("0.2.") && ALLOWED.contains(&name))
}

/// Answers come from the [`World`].
struct Virtual;

impl HasData for Virtual {
    type Data<'a> = &'a mut World;
}

/// Answers come from the table of handles alone.
struct Handles;

impl HasData for Handles {
    type Data<'a> = &'a mut ResourceTable;
}

/// A linker with the whole virtual world.
pub(in crate::sandbox) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Inside>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    let world: fn(&mut Inside) -> &mut World = |inside| &mut inside.world;

    cli::environment::add_to_linker::<_, Virtual>(l, world)?;
    cli::exit::add_to_linker::<_, Virtual>(l, world)?;
    cli::stderr::add_to_linker::<_, Virtual>(l, world)?;
    cli::stdin::add_to_linker::<_, Virtual>(l, world)?;
    cli::stdout::add_to_linker::<_, Virtual>(l, world)?;
    cli::terminal_input::add_to_linker::<_, Virtual>(l, world)?;
    cli::terminal_output::add_to_linker::<_, Virtual>(l, world)?;
    cli::terminal_stderr::add_to_linker::<_, Virtual>(l, world)?;
    cli::terminal_stdin::add_to_linker::<_, Virtual>(l, world)?;
    cli::terminal_stdout::add_to_linker::<_, Virtual>(l, world)?;
    clocks::monotonic_clock::add_to_linker::<_, Virtual>(l, world)?;
    clocks::wall_clock::add_to_linker::<_, Virtual>(l, world)?;
    random::insecure::add_to_linker::<_, Virtual>(l, world)?;
    random::insecure_seed::add_to_linker::<_, Virtual>(l, world)?;
    random::random::add_to_linker::<_, Virtual>(l, world)?;
    io::error::add_to_linker::<_, Handles>(l, |inside| &mut inside.world.table)?;
    io::poll::add_to_linker::<_, Virtual>(l, world)?;
    io::streams::add_to_linker::<_, Virtual>(l, world)?;

    filesystem::preopens::add_to_linker::<_, WasiFilesystem>(l, no_files)?;
    files::types::add_to_linker::<_, WasiFilesystem>(l, no_files)?;
    sockets::instance_network::add_to_linker::<_, WasiSockets>(l, no_sockets)?;
    sockets::ip_name_lookup::add_to_linker::<_, WasiSockets>(l, no_sockets)?;
    sockets::network::add_to_linker::<_, Virtual>(l, &sockets::network::LinkOptions::default(), world)?;
    sockets::tcp_create_socket::add_to_linker::<_, WasiSockets>(l, no_sockets)?;
    sync_sockets::tcp::add_to_linker::<_, WasiSockets>(l, no_sockets)?;
    sync_sockets::udp::add_to_linker::<_, WasiSockets>(l, no_sockets)?;
    sync_sockets::udp_create_socket::add_to_linker::<_, Virtual>(l, world)?;
    Ok(linker)
}

fn no_files(inside: &mut Inside) -> WasiFilesystemCtxView<'_> {
    WasiFilesystemCtxView { ctx: &mut inside.world.filesystem, table: &mut inside.world.table }
}

fn no_sockets(inside: &mut Inside) -> WasiSocketsCtxView<'_> {
    WasiSocketsCtxView { ctx: &mut inside.world.sockets, table: &mut inside.world.table }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reviewed_imports_are_allowed() {
        let refused = [
            "wasi:http/types@0.2.0",
            "wasi:cli/run@0.2.0",
            "wasi:cli/environment",
            "wasi:cli/environment@0.3.0",
            "wasi:cli/environment@0.20.0",
            "wasi:clocks/timezone@0.2.0",
            "wasi:cli/environment/x@0.2.0",
            "evil:cli/environment@0.2.0",
            "environment",
            "",
        ];
        assert_eq!(refused.iter().find(|name| is_allowed(name)), None);
        assert!(
            ALLOWED.iter().all(|name| is_allowed(&format!("{name}@0.2.0")) && is_allowed(&format!("{name}@0.2.12")))
        );
        assert!(ALLOWED.is_sorted());
    }
}
