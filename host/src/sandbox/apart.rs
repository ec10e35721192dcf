//! Compiling a third party's component in a program of its own, bounded by the system: bytes that nobody has looked at may keep
//! a compiler busy for ever, or crash it, and the relay must not notice.
//!
//! The program is this one, called with [`VERB`]. It compiles into the cache that both share, asks the component what it is,
//! and answers with one line of JSON.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::component::load_fault;
use super::{Code, Component, Digest, Sandbox};
use crate::contract::{GuestFault, Manifest};
use crate::limits;

/// The hidden verb that does it.
pub const VERB: &str = "compile-plugin";

/// How a component is compiled apart.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// This program.
    pub program: PathBuf,
    /// The folder of the cache that both share.
    pub cache: PathBuf,
    /// What it may use.
    pub bounds: Bounds,
}

/// What the program that compiles may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Processor time, to the second.
    pub cpu: Duration,
    /// Memory in bytes.
    pub memory: u64,
    /// From start to end.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { cpu: limits::COMPILER_CPU, memory: limits::COMPILER_MEMORY_BYTES, time: limits::COMPILER_TIME }
    }
}

/// What a component is, by its surface and by its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// Version of the contract that it was made for.
    pub contract: String,
    /// What it says it is.
    pub manifest: Manifest,
}

impl Compiler {
    /// Compiles the component in this file, asks it what it is, and waits for both. `watch` is told now and then how long that
    /// has taken so far.
    ///
    /// # Errors
    /// When the component is none of ours, cannot be compiled within the bounds, or does not say what it is.
    pub fn run(&self, component: &Path, watch: &dyn Fn(Duration)) -> Result<Described, GuestFault> {
        let failed = |error: std::io::Error| load_fault(format!("the program that compiles it did not run: {error}"));
        let mut command = Command::new(&self.program);
        command.arg(VERB).arg("--cache").arg(&self.cache);
        command.arg("--cpu-seconds").arg(self.bounds.cpu.as_secs().to_string());
        command.arg("--memory-bytes").arg(self.bounds.memory.to_string()).arg(component);
        // It needs nothing of ours, and must not know the token.
        command.env_clear().stdout(Stdio::piped()).stderr(Stdio::null());
        // Nothing is written there. The system closes it when this process ends, however it ends, and then the other ends too.
        command.stdin(Stdio::piped());
        let mut child = Stopped(command.spawn().map_err(failed)?);
        let stdout = child.0.stdout.take().ok_or_else(|| load_fault("the program that compiles it has no stdout"))?;
        let reader = std::thread::spawn(move || {
            let mut answer = Vec::new();
            stdout.take(limits::COMPILER_ANSWER_BYTES + 1).read_to_end(&mut answer).map(|_| answer)
        });
        let status = self.wait(&mut child.0, watch)?;
        let answer = reader.join().ok().and_then(Result::ok).unwrap_or_default();
        if answer.len() as u64 > limits::COMPILER_ANSWER_BYTES {
            let most = limits::COMPILER_ANSWER_BYTES;
            return Err(GuestFault::Answer { reason: format!("what it says it is holds more than {most} bytes") });
        }
        match serde_json::from_slice::<Result<Described, GuestFault>>(&answer) {
            Ok(described) if status.success() => described,
            _ => Err(self.ended(status)),
        }
    }

    fn wait(&self, child: &mut Child, watch: &dyn Fn(Duration)) -> Result<ExitStatus, GuestFault> {
        let (began, mut sign) = (Instant::now(), limits::COMPILER_SIGN);
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(error) => return Err(load_fault(format!("the program that compiles it was lost: {error}"))),
            }
            let so_far = began.elapsed();
            if so_far > self.bounds.time {
                return Err(load_fault(format!("compiling it took longer than {} s", self.bounds.time.as_secs())));
            }
            if so_far > sign {
                watch(so_far);
                sign += limits::COMPILER_SIGN;
            }
            std::thread::sleep(limits::GUEST_TICK);
        }
    }

    /// What an end without a word means.
    fn ended(&self, status: ExitStatus) -> GuestFault {
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            if status.signal() == Some(rustix::process::Signal::XCPU.as_raw()) {
                let seconds = self.bounds.cpu.as_secs();
                return load_fault(format!("compiling it takes more than {seconds} s of processor time"));
            }
            if status.signal().is_some() {
                let mebibytes = self.bounds.memory / limits::MIB as u64;
                return load_fault(format!(
                    "compiling it ended suddenly, most likely for want of memory: it may have {mebibytes} MiB"
                ));
            }
        }
        load_fault(format!("compiling it ended without an answer ({status})"))
    }
}

/// A program that does not outlive who waits for it.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // It has most likely ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The other side: bounds this process, compiles the component in this file into the cache, and asks it what it is.
///
/// # Errors
/// As [`Compiler::run`].
pub async fn compile_here(
    cache: PathBuf,
    component: &Path,
    cpu: Duration,
    memory: u64,
) -> Result<Described, GuestFault> {
    bound(cpu, memory)?;
    end_with_who_waits()?;
    let bytes = std::fs::read(component).map_err(|error| load_fault(format!("{}: {error}", component.display())))?;
    let digest = Digest::of(&bytes);
    let contract = super::load::contract_of(&bytes)?;
    let sandbox = Sandbox::new(Some(cache));
    let plugin = sandbox.plugin(Component::foreign("a plugin", digest, Code::Bytes(bytes.into())));
    let manifest = plugin.describe().await?;
    // Its manifest may have been known: the code must be there too.
    plugin.ready().await?;
    Ok(Described { contract, manifest })
}

/// Ends this process when nobody waits for it any more: then its stdin comes to an end. Who compiles reads nothing from there.
#[expect(clippy::exit, reason = "the compiler on the other threads cannot be asked to end")]
fn end_with_who_waits() -> Result<(), GuestFault> {
    let watch = || {
        // What it holds, and how it ends, is nobody's concern.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(1)
    };
    let begun = std::thread::Builder::new().name("who waits".into()).spawn(watch);
    begun.map(drop).map_err(|error| load_fault(format!("the compiler cannot be watched: {error}")))
}

#[cfg(unix)]
fn bound(cpu: Duration, memory: u64) -> Result<(), GuestFault> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bounds = [
        (Resource::Cpu, cpu.as_secs()),
        // Not its address space, of which wasm reserves much and uses little.
        (Resource::Data, memory),
        (Resource::Core, 0),
        (Resource::Fsize, limits::COMPILED_BYTES as u64),
    ];
    for (resource, most) in bounds {
        let limit = Rlimit { current: Some(most), maximum: Some(most.saturating_add(1)) };
        setrlimit(resource, limit).map_err(|error| load_fault(format!("the compiler cannot be bounded: {error}")))?;
    }
    Ok(())
}

/// Elsewhere only its time is bounded, by who waits for it.
#[cfg(not(unix))]
fn bound(_: Duration, _: u64) -> Result<(), GuestFault> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
