//! Follows every thread of the command from system call to system call.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode, ExitStatus};

use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tickiti_relay_tests::kills::trace::{Event, What};

/// How much of what is written is looked at.
const LOOKED_AT: usize = 256 * 1024;
/// The shortest word of a file that is worth a place in the trace: keys and digests are longer.
const WORD: usize = 16;
/// What `PTRACE_GET_SYSCALL_INFO` calls the two ends of a call.
const ENTERED: u8 = 1;
const LEFT: u8 = 2;

pub(super) fn watch() -> Result<ExitCode, String> {
    let mut arguments = std::env::args_os().skip(1);
    let usage = "watch FILE COMMAND [ARGUMENT…]";
    let path = arguments.next().ok_or(usage)?;
    let command: Vec<_> = arguments.collect();
    if command.is_empty() {
        return Err(usage.to_owned());
    }
    let mut trace = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    // It stops itself before it becomes the command, so that nothing of the command is missed.
    let child = Command::new("sh").args(["-c", "kill -STOP $$; exec \"$@\"", "sh"]).args(&command).spawn();
    let child =
        i32::try_from(child.map_err(|error| format!("sh: {error}"))?.id()).map_err(|error| error.to_string())?;
    let child = Pid::from_raw(child);
    let failed = |doing: &'static str| move |error: nix::Error| format!("{doing}: {error}");
    waitpid(child, Some(WaitPidFlag::WUNTRACED)).map_err(failed("waiting for the command"))?;
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(child, options).map_err(failed("taking hold of the command"))?;
    kill(child, Signal::SIGCONT).map_err(failed("letting the command go on"))?;
    loop {
        let status = waitpid(None, Some(WaitPidFlag::__WALL)).map_err(failed("waiting"))?;
        match status {
            WaitStatus::Exited(ended, code) if ended == child => {
                return Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)));
            }
            WaitStatus::Signaled(ended, signal, _) if ended == child => {
                return Err(format!("the command was ended: {}", ExitStatus::from_raw(signal as i32)));
            }
            WaitStatus::PtraceSyscall(thread) => {
                if let Some(event) = event(thread) {
                    writeln!(trace, "{event}").map_err(|error| format!("the trace: {error}"))?;
                }
                go_on(thread, None);
            }
            WaitStatus::PtraceEvent(thread, ..) => go_on(thread, None),
            // `SIGCONT` is what let it begin; all others are the command's affair.
            WaitStatus::Stopped(thread, signal) => go_on(thread, Some(signal)),
            _ => {}
        }
    }
}

/// To the next system call. A thread that was ended meanwhile is told of by `waitpid`.
fn go_on(thread: Pid, signal: Option<Signal>) {
    let _ = ptrace::syscall(thread, signal);
}

/// A system call's number, its first three arguments and its result.
struct Registers {
    number: i64,
    arguments: [u64; 3],
    result: u64,
}

#[cfg(target_arch = "x86_64")]
fn registers(thread: Pid) -> Option<Registers> {
    let all = ptrace::getregs(thread).ok()?;
    let number = i64::try_from(all.orig_rax).ok()?;
    Some(Registers { number, arguments: [all.rdi, all.rsi, all.rdx], result: all.rax })
}

#[cfg(target_arch = "aarch64")]
fn registers(thread: Pid) -> Option<Registers> {
    let all = ptrace::getregs(thread).ok()?.regs;
    let number = i64::try_from(all[8]).ok()?;
    Some(Registers { number, arguments: [all[0], all[1], all[2]], result: all[0] })
}

/// What a stop is about, if it is one of those that are written down.
fn event(thread: Pid) -> Option<Event> {
    let end = ptrace::syscall_info(thread).ok()?.op;
    let Registers { number, arguments, result } = registers(thread)?;
    let (what, call) = match number {
        libc::SYS_fsync => (What::Sync, "fsync"),
        libc::SYS_fdatasync => (What::Sync, "fdatasync"),
        libc::SYS_connect => (What::Connect, "connect"),
        libc::SYS_sendto => (What::Write, "sendto"),
        libc::SYS_sendmsg => (What::Write, "sendmsg"),
        libc::SYS_write => (What::Write, "write"),
        libc::SYS_writev => (What::Write, "writev"),
        libc::SYS_pwrite64 => (What::Write, "pwrite64"),
        _ => return None,
    };
    let wanted = if what == What::Sync { end == LEFT && result == 0 } else { end == ENTERED };
    if !wanted {
        return None;
    }
    let [descriptor, from, count] = arguments;
    let memory = Memory::of(thread)?;
    let on = std::fs::read_link(format!("/proc/{thread}/fd/{}", descriptor as i32)).ok()?;
    let on = on.to_string_lossy().replace(['\t', '\n'], " ");
    let words = match number {
        libc::SYS_connect => vec![address(&memory.bytes(from, count))],
        libc::SYS_writev => words(&on, &memory.pieces(from, count)),
        // Of `struct msghdr` the array of pieces and its length stand at 16 and 24.
        libc::SYS_sendmsg => words(&on, &memory.pieces(memory.number(from + 16)?, memory.number(from + 24)?)),
        _ if what == What::Write => words(&on, &memory.bytes(from, count)),
        _ => Vec::new(),
    };
    let thread = u32::try_from(thread.as_raw()).ok()?;
    Some(Event { what, call: call.to_owned(), thread, on, words })
}

/// Memory of the command, read while its thread stands still.
struct Memory(File);

impl Memory {
    fn of(thread: Pid) -> Option<Self> {
        File::open(format!("/proc/{thread}/mem")).ok().map(Self)
    }

    fn bytes(&self, from: u64, count: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(LOOKED_AT).min(LOOKED_AT)];
        match self.0.read_exact_at(&mut bytes, from) {
            Ok(()) => bytes,
            Err(_) => Vec::new(),
        }
    }

    fn number(&self, at: u64) -> Option<u64> {
        self.bytes(at, 8).try_into().ok().map(u64::from_ne_bytes)
    }

    /// The bytes of an array of `struct iovec`.
    fn pieces(&self, array: u64, count: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for place in 0..count.min(1024) {
            let at = array + place * 16;
            if let (Some(from), Some(length)) = (self.number(at), self.number(at + 8)) {
                bytes.extend(self.bytes(from, length));
            }
        }
        bytes
    }
}

/// Of a request its first line and its key; of a file all long words. Nothing else: a request holds the token.
fn words(on: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    if on.starts_with("socket:") {
        let mut lines = text.split("\r\n");
        let Some(first) = lines.next().and_then(|line| line.strip_suffix(" HTTP/1.1")) else { return Vec::new() };
        let key = lines.take_while(|line| !line.is_empty()).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("idempotency-key").then(|| format!("key={}", value.trim()))
        });
        return std::iter::once(first.to_owned()).chain(key).collect();
    }
    if !on.starts_with('/') {
        return Vec::new();
    }
    let of_a_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':');
    let words = text.split(|letter| !of_a_word(letter)).filter(|word| word.len() >= WORD);
    words.map(str::to_owned).collect()
}

/// `127.0.0.1:9191`, from a `struct sockaddr_in`; other families by their number.
fn address(bytes: &[u8]) -> String {
    match *bytes {
        [2, 0, high, low, a, b, c, d, ..] => format!("{a}.{b}.{c}.{d}:{}", u16::from_be_bytes([high, low])),
        [family, ..] => format!("family {family}"),
        [] => "nowhere".to_owned(),
    }
}
