//! `watch FILE COMMAND …` runs a command, its three streams handed through, and writes to FILE in which order the command
//! wrote, synced and connected: a line of `tickiti_relay_tests::kills::trace` each. It ends as the command does.
//!
//! The command runs under ptrace, so that the order is seen and not inferred: a thread that comes back from a sync goes on only
//! after its line is written, and one that wants to send waits for its line, too. Linux only; elsewhere it says so.

use std::process::ExitCode;

#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "watch/linux.rs"]
mod linux;

#[expect(clippy::print_stderr, reason = "a program for tests tells its user here")]
fn main() -> ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
    match linux::watch() {
        Ok(code) => code,
        Err(why) => {
            eprintln!("watch: {why}");
            ExitCode::FAILURE
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        eprintln!("watch: system calls are watched on Linux only; nothing was run");
        ExitCode::SUCCESS
    }
}
