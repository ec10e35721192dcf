//! What a guest writes: kept up to a bound, cleaned, handed to the log when its turn is over.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::limits;
use crate::redact;
use crate::sandbox::instance::Who;

/// What one turn wrote to stdout and stderr, up to [`limits::GUEST_LOG_BYTES`] together.
#[derive(Default)]
pub(in crate::sandbox) struct Log {
    plugin: String,
    tool: String,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    dropped: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Log {
    pub(super) fn new(who: &Who) -> Self {
        let tool = who.call.as_ref().map_or("describe", |call| call.tool.as_str());
        Self { plugin: who.plugin.to_string(), tool: tool.to_owned(), ..Self::default() }
    }

    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let room = limits::GUEST_LOG_BYTES - self.stdout.len() - self.stderr.len();
        let (kept, dropped) = bytes.split_at(bytes.len().min(room));
        self.dropped = self.dropped.saturating_add(dropped.len() as u64);
        match stream {
            Stream::Stdout => self.stdout.extend_from_slice(kept),
            Stream::Stderr => self.stderr.extend_from_slice(kept),
        }
    }

    /// Hands everything to the relay's log, a line each, under the target `plugin`.
    pub(in crate::sandbox) fn emit(&self) {
        let Self { plugin, tool, .. } = self;
        for (stream, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            for line in String::from_utf8_lossy(bytes).lines().map(clean).filter(|line| !line.is_empty()) {
                tracing::info!(target: "plugin", plugin, tool, stream, "{line}");
            }
        }
        if self.dropped > 0 {
            tracing::info!(target: "plugin", plugin, tool, dropped = self.dropped, "it wrote more than is kept");
        }
    }

    /// The beginning of stderr on one line, where a panic's message stands; at most so many characters.
    pub(in crate::sandbox) fn stderr_start(&self, characters: usize) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let words: Vec<_> = text.split_whitespace().map(clean).filter(|word| !word.is_empty()).collect();
        words.join(" ").chars().take(characters).collect()
    }
}

/// What a guest wrote, in one line that no terminal obeys.
pub(in crate::sandbox) fn clean(text: &str) -> String {
    redact::clean(text).replace('\n', " ")
}

/// A stream into the log; always ready.
pub(super) struct LogStream {
    stream: Stream,
    log: Arc<Mutex<Log>>,
}

impl LogStream {
    pub(super) fn new(stream: Stream, log: Arc<Mutex<Log>>) -> Self {
        Self { stream, log }
    }
}

impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).write(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    /// Also bounds what `write-zeroes` makes in the host.
    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(limits::GUEST_LOG_BYTES)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_log_bytes_obeyed() {
        let mut log = Log::default();
        log.write(Stream::Stdout, &vec![b'x'; limits::GUEST_LOG_BYTES - 1]);
        log.write(Stream::Stderr, b"y");
        assert_eq!((log.stdout.len(), log.stderr.len(), log.dropped), (limits::GUEST_LOG_BYTES - 1, 1, 0));
    }

    #[test]
    fn guest_log_bytes_violated() {
        let mut log = Log::default();
        log.write(Stream::Stdout, &vec![b'x'; limits::GUEST_LOG_BYTES - 1]);
        log.write(Stream::Stderr, b"yz");
        log.write(Stream::Stdout, b"zz");
        assert_eq!((log.stdout.len(), log.stderr.len(), log.dropped), (limits::GUEST_LOG_BYTES - 1, 1, 3));
    }

    #[test]
    fn every_line_goes_to_the_log_with_its_plugin() {
        #[derive(Clone, Default)]
        struct Buffer(Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for Buffer {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().expect("a lock").extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(move || writer.clone()).finish();
        let mut log = Log { plugin: "mine".into(), tool: "find".into(), ..Log::default() };
        log.write(Stream::Stdout, b"one\n\ntwo \x1b[2J\r\n");
        log.write(Stream::Stderr, b"three");
        tracing::subscriber::with_default(subscriber, || log.emit());
        let text = String::from_utf8(buffer.0.lock().expect("a lock").clone()).expect("text");
        let fields = r#"plugin="mine" tool="find""#;
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                format!(" INFO plugin: one {fields} stream=\"stdout\""),
                format!(" INFO plugin: two  {fields} stream=\"stdout\""),
                format!(" INFO plugin: three {fields} stream=\"stderr\""),
            ]
        );
    }

    #[test]
    fn a_message_is_one_line_and_cut() {
        let mut log = Log::default();
        log.write(Stream::Stderr, b"thread panicked:\n\x1b[31m  on purpose\xff\n");
        assert_eq!(log.stderr_start(100), "thread panicked: on purpose\u{fffd}");
        assert_eq!(log.stderr_start(6), "thread");
    }
}
