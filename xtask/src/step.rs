//! Runs one command as a step of a job: a heading, its output or a sign of life, and how long it took.

use std::fmt;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::say;

/// How often a step whose output is kept says that it is still at work.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How often the end of such a step is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// How long the last words of an ended program are waited for: a program it left behind may hold the pipe open.
const LAST_WORDS_WAIT: Duration = Duration::from_millis(500);
/// How many lines of a failed step's words are repeated in its error.
const LAST_WORDS: usize = 40;

/// Why a step did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such program.
    NotThere(String),
    /// The program did not start, or could not be waited for.
    NotRun(String, std::io::Error),
    /// It ended with something else than success; then its last words, when they were kept.
    Ended(ExitStatus, String),
    /// It was stopped because it took longer than it may; then its last words.
    TooLong(Duration, String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Failure::NotThere(program) => return write!(out, "`{program}` is not installed"),
            Failure::NotRun(program, error) => return write!(out, "`{program}` did not run: {error}"),
            Failure::Ended(status, words) => {
                write!(out, "{status}")?;
                words
            }
            Failure::TooLong(limit, words) => {
                write!(out, "stopped after {}", took(*limit))?;
                words
            }
        };
        if words.is_empty() { Ok(()) } else { write!(out, ":\n{words}") }
    }
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        match failure {
            // Its output was shown.
            Failure::Ended(status, words) if words.is_empty() => format!("the step above failed ({status})"),
            failure => failure.to_string(),
        }
    }
}

/// Runs `command` with its output shown as it comes; its input is ours.
pub(crate) fn shown(heading: &str, command: &mut Command) -> Result<(), Failure> {
    step(heading, || plainly(command))
}

/// [`shown`] without a heading, for a command whose stdout is the result of the job.
pub(crate) fn plainly(command: &mut Command) -> Result<(), Failure> {
    let status = start(command)?.wait().map_err(|error| not_run(command, error))?;
    ended(status, String::new)
}

/// Runs `command` with its stderr shown as it comes and each line of its stdout given to `line`, which shows what it wants.
pub(crate) fn watched(heading: &str, command: &mut Command, mut line: impl FnMut(&str)) -> Result<(), Failure> {
    step(heading, || {
        let mut child = start(command.stdout(Stdio::piped()))?;
        if let Some(stdout) = child.stdout.take() {
            for bytes in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                line(String::from_utf8_lossy(&bytes).trim_end_matches('\r'));
            }
        }
        let status = child.wait().map_err(|error| not_run(command, error))?;
        ended(status, String::new)
    })
}

/// Runs `command` quietly and answers its stdout. Its words come out only in the failure, and it is stopped after `limit`.
pub(crate) fn kept(heading: &str, command: &mut Command, limit: Duration) -> Result<String, Failure> {
    step(heading, || quietly(command, limit, Some(heading)))
}

/// [`kept`] without a heading, for questions that are answered at once.
pub(crate) fn asked(command: &mut Command, limit: Duration) -> Result<String, Failure> {
    quietly(command, limit, None)
}

/// `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn took(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn step<T>(heading: &str, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    say::heading(heading);
    let start = Instant::now();
    let result = run();
    let word = if result.is_ok() { "done" } else { "failed" };
    say::line(&format!("  {word}: {heading}, {}", took(start.elapsed())));
    result
}

fn quietly(command: &mut Command, limit: Duration, heading: Option<&str>) -> Result<String, Failure> {
    let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let stdout = Kept::read(child.stdout.take());
    let stderr = Kept::read(child.stderr.take());
    let (begun, mut next_sign) = (Instant::now(), SIGN_OF_LIFE);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| not_run(command, error))? {
            break status;
        }
        let so_far = begun.elapsed();
        if so_far >= limit {
            // It may have ended in this moment; then there is nothing to stop.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::TooLong(limit, last_words(&stderr.text())));
        }
        if let Some(heading) = heading.filter(|_| so_far >= next_sign) {
            say::line(&format!("  {heading}: {} so far", took(so_far)));
            next_sign += SIGN_OF_LIFE;
        }
        thread::sleep(LOOK);
    };
    let stdout = stdout.text();
    ended(status, || last_words(&format!("{stdout}{}", stderr.text())))?;
    Ok(stdout)
}

/// What a program says, collected on a thread of its own.
struct Kept {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Kept {
    fn read(pipe: Option<impl Read + Send + 'static>) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let reader = pipe.map(|mut pipe| {
            let bytes = Arc::clone(&bytes);
            thread::spawn(move || {
                let mut part = [0; 8192];
                while let Ok(count @ 1..) = pipe.read(&mut part) {
                    let read = part.get(..count).unwrap_or_default();
                    bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(read);
                }
            })
        });
        Kept { bytes, reader }
    }

    /// Everything until the pipe was closed, or what there is when something left behind keeps it open.
    fn text(&self) -> String {
        let end = Instant::now() + LAST_WORDS_WAIT;
        while self.reader.as_ref().is_some_and(|reader| !reader.is_finished()) && Instant::now() < end {
            thread::sleep(LOOK);
        }
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

fn start(command: &mut Command) -> Result<Child, Failure> {
    command.spawn().map_err(|error| not_run(command, error))
}

fn not_run(command: &Command, error: std::io::Error) -> Failure {
    let program = command.get_program().display().to_string();
    if error.kind() == ErrorKind::NotFound { Failure::NotThere(program) } else { Failure::NotRun(program, error) }
}

fn ended(status: ExitStatus, words: impl FnOnce() -> String) -> Result<(), Failure> {
    if status.success() { Ok(()) } else { Err(Failure::Ended(status, words())) }
}

fn last_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.get(lines.len().saturating_sub(LAST_WORDS)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_times() {
        assert_eq!(took(Duration::from_millis(420)), "0.4 s");
        assert_eq!(took(Duration::from_secs(61)), "61 s");
        assert_eq!(took(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn only_the_last_words_are_repeated() {
        let text: String = (0..100).map(|number| format!("line {number}\n\n")).collect();
        let words = last_words(&text);
        assert_eq!(words.lines().count(), LAST_WORDS);
        assert!(words.ends_with("line 99"));
        assert_eq!(last_words(""), "");
    }

    #[test]
    fn a_program_that_is_not_there_is_told_from_one_that_fails() {
        let failure = asked(&mut Command::new("no-such-program-here"), Duration::from_secs(5)).unwrap_err();
        assert!(matches!(failure, Failure::NotThere(_)), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_carries_the_words_and_success_the_output() {
        let shell = |script| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            asked(&mut command, Duration::from_secs(20))
        };
        assert_eq!(shell("echo out; echo err >&2").unwrap(), "out\n");
        let failure = shell("echo because >&2; exit 3").unwrap_err();
        assert!(matches!(&failure, Failure::Ended(_, words) if words == "because"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_over_its_time_is_stopped_even_when_it_leaves_one_behind() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo waiting >&2; sleep 5 & sleep 5"]);
        let failure = asked(&mut command, Duration::from_millis(300)).unwrap_err();
        assert!(matches!(&failure, Failure::TooLong(_, words) if words == "waiting"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn each_line_is_watched() {
        let mut lines = Vec::new();
        watched("lines", Command::new("printf").arg("one\r\ntwo\nthree"), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two", "three"]);
    }
}
