//! Keeps every byte of a stream.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A stream that is read to its end by a thread of its own.
pub(super) struct Record {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Mutex<Option<JoinHandle<()>>>,
}

impl Record {
    /// Reads a stream.
    pub(super) fn of(stream: impl Read + Send + 'static) -> Self {
        Self::read(stream, None)
    }

    /// Reads a stream and hands its lines out, too; a last one without an end also.
    pub(super) fn lines(stream: impl Read + Send + 'static) -> (Self, Receiver<Vec<u8>>) {
        let (sender, lines) = channel();
        (Self::read(stream, Some(sender)), lines)
    }

    fn read(mut stream: impl Read + Send + 'static, sender: Option<Sender<Vec<u8>>>) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut line = Vec::new();
            let mut piece = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                let piece = piece.get(..count).unwrap_or_default();
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
                let Some(sender) = &sender else { continue };
                for part in piece.split_inclusive(|byte| *byte == b'\n') {
                    line.extend_from_slice(part);
                    if line.ends_with(b"\n") {
                        line.pop();
                        // Nobody may be listening any more; the bytes are still kept.
                        let _ = sender.send(std::mem::take(&mut line));
                    }
                }
            }
            if let (Some(sender), false) = (&sender, line.is_empty()) {
                let _ = sender.send(line);
            }
        });
        Self { bytes, reader: Mutex::new(Some(reader)) }
    }

    /// Waits until the stream has ended.
    pub(super) fn to_end(&self) {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            let _ = reader.join();
        }
    }

    /// What came so far.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came so far, as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// All that came, as text.
    pub(super) fn text_at_end(&self) -> String {
        self.to_end();
        self.text()
    }
}
