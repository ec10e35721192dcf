//! The order in which a program wrote, synced and sent, as `watch` saw it, and what is demanded of that order.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// What a system call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Bytes go to a file, a pipe or a socket. Written down before the kernel takes them.
    Write,
    /// A file's bytes are made to last. Written down when the kernel says that they do.
    Sync,
    /// A connection is asked for. Written down before the kernel takes it.
    Connect,
}

/// A line of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// See [`What`].
    pub what: What,
    /// Name of the system call: `pwrite64`.
    pub call: String,
    /// The thread.
    pub thread: u32,
    /// What the descriptor stands for: a path, `socket:[1234]`, `pipe:[5]`.
    pub on: String,
    /// Of a socket: the request line, and `key=…`; of a file: all long words; of a connection: where to.
    pub words: Vec<String>,
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Write => "write",
            What::Sync => "sync",
            What::Connect => "connect",
        };
        write!(out, "{what}\t{}\t{}\t{}\t{}", self.call, self.thread, self.on, self.words.join("\u{1f}"))
    }
}

impl FromStr for Event {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let broken = || format!("no line of a trace: {line}");
        let mut fields = line.split('\t');
        let mut field = || fields.next().ok_or_else(broken);
        let what = match field()? {
            "write" => What::Write,
            "sync" => What::Sync,
            "connect" => What::Connect,
            _ => return Err(broken()),
        };
        let (call, thread) = (field()?.to_owned(), field()?.parse().map_err(|_| broken())?);
        let on = field()?.to_owned();
        let words = field()?.split('\u{1f}').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Ok(Self { what, call, thread, on, words })
    }
}

/// What [`order`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Requests that write.
    pub requests: usize,
    /// Those among them that carried a key.
    pub keyed: usize,
    /// What was not as it must be, a sentence each.
    pub violations: Vec<String>,
}

/// Looks at each request that writes: before its first byte goes to a socket, a record of it was written to the ledger's log
/// and a sync of that log after it had come back.
///
/// A request with a key is found in the log by its key, which nothing else holds. Of those without, the first needs a page
/// that names its route once, the second one that names it twice, and so on; so there may be no more of them than fit on a page.
#[must_use]
pub fn order(events: &[Event], log: &str, is_write: impl Fn(&str) -> bool) -> Verdict {
    let mut verdict = Verdict::default();
    let mut unkeyed: HashMap<String, usize> = HashMap::new();
    for (at, event) in events.iter().enumerate() {
        let Some(request) = request(event).filter(|request| is_write(request)) else { continue };
        verdict.requests += 1;
        let (record, times) = match event.words.iter().find_map(|word| word.strip_prefix("key=")) {
            Some(key) => {
                verdict.keyed += 1;
                (key.to_owned(), 1)
            }
            None => {
                let route = route(request);
                let times = unkeyed.entry(route.clone()).or_default();
                *times += 1;
                (route, *times)
            }
        };
        let before = || events.iter().take(at).filter(|event| event.on.ends_with(log));
        let recorded = before().position(|event| event.what == What::Write && count(event, &record) >= times);
        match recorded {
            None => verdict.violations.push(format!("{request} was sent without a record of {record} ({times})")),
            Some(recorded) if !before().skip(recorded).any(|event| event.what == What::Sync) => {
                verdict
                    .violations
                    .push(format!("{request} was sent before the record of {record} ({times}) was synced"));
            }
            Some(_) => {}
        }
    }
    verdict
}

/// The route of a request, as the ledger calls it, where its path has no placeholders.
fn route(request: &str) -> String {
    let path = request.split(' ').nth(1).unwrap_or_default();
    path.strip_prefix("/api/v1/").unwrap_or(path).replace('/', ".")
}

fn count(event: &Event, text: &str) -> usize {
    event.words.iter().map(|word| word.matches(text).count()).sum()
}

/// `POST /api/v1/tickets`, when an event begins to send one.
fn request(event: &Event) -> Option<&str> {
    let to_socket = event.what == What::Write && event.on.starts_with("socket:");
    event.words.first().filter(|word| to_socket && word.contains(" /")).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "ledger.sqlite3-wal";

    fn event(what: What, on: &str, words: &[&str]) -> Event {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Event { what, call: "call".to_owned(), thread: 7, on: on.to_owned(), words }
    }

    fn record(key: &str) -> Event {
        event(What::Write, "/state/ledger.sqlite3-wal", &[&format!("w1{key}tickets.create")])
    }

    fn sync() -> Event {
        event(What::Sync, "/state/ledger.sqlite3-wal", &[])
    }

    fn send(words: &[&str]) -> Event {
        event(What::Write, "socket:[1]", words)
    }

    fn violations(events: &[Event]) -> usize {
        order(events, LOG, |request| request.starts_with("POST")).violations.len()
    }

    #[test]
    fn a_record_that_is_synced_before_the_send_is_in_order() {
        let keyed = ["POST /api/v1/tickets", "key=abc"];
        assert_eq!(violations(&[record("abc"), sync(), send(&keyed)]), 0);
        assert_eq!(violations(&[record("old"), sync(), record("abc"), sync(), send(&keyed), send(&["body"])]), 0);
        // Another's sync serves as well, when it comes after.
        assert_eq!(violations(&[record("abc"), record("xyz"), sync(), send(&keyed)]), 0);
    }

    #[test]
    fn with_sync_and_send_exchanged_it_is_found() {
        let keyed = ["POST /api/v1/tickets", "key=abc"];
        assert_eq!(violations(&[record("abc"), send(&keyed), sync()]), 1);
        assert_eq!(violations(&[sync(), record("abc"), send(&keyed)]), 1);
        assert_eq!(violations(&[send(&keyed), record("abc"), sync()]), 1);
        assert_eq!(violations(&[record("other"), sync(), send(&keyed)]), 1);
        let elsewhere = event(What::Sync, "/state/other.sqlite3-wal", &[]);
        assert_eq!(violations(&[record("abc"), elsewhere, send(&keyed)]), 1);
    }

    #[test]
    fn requests_without_a_key_are_counted() {
        let (once, twice) =
            (record("_workflow.queues.create"), record("1workflow.queues.create2workflow.queues.create"));
        let send = || send(&["POST /api/v1/workflow/queues/create"]);
        assert_eq!(violations(&[once.clone(), sync(), send()]), 0);
        assert_eq!(violations(&[once.clone(), sync(), twice.clone(), sync(), send(), send()]), 0);
        assert_eq!(violations(&[once.clone(), send(), sync()]), 1);
        assert_eq!(violations(&[once.clone(), sync(), send(), twice.clone(), send(), sync()]), 1);
        // A sync of nothing new is no second record.
        assert_eq!(violations(&[once, sync(), sync(), send(), send()]), 1);
        assert_eq!(violations(&[twice, send(), send(), sync()]), 2);
    }

    #[test]
    fn what_only_reads_needs_no_record() {
        let verdict = order(&[send(&["POST /read"])], LOG, |_| false);
        assert_eq!(verdict, Verdict::default());
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for event in
            [record("abc"), sync(), send(&["POST /a b", "key=1"]), event(What::Connect, "socket:[1]", &["1:2"])]
        {
            assert_eq!(event.to_string().parse(), Ok(event));
        }
        assert!("nonsense".parse::<Event>().is_err());
    }
}
