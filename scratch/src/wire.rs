//! A connection that can be cut after so many bytes, or reset instead of closed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Held by the one who decides what happens to a connection.
#[derive(Debug)]
pub(crate) struct Shears {
    left: AtomicUsize,
    reset: AtomicBool,
}

impl Shears {
    /// For a connection that is left alone so far.
    #[must_use]
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(usize::MAX), reset: AtomicBool::new(false) })
    }

    /// After so many more bytes are written, writing fails.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// When the connection ends, it is reset.
    pub(crate) fn reset_at_end(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

/// A stream under [`Shears`].
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    shears: Arc<Shears>,
}

impl Wire {
    /// Puts a stream under shears.
    #[must_use]
    pub(crate) fn new(stream: TcpStream, shears: Arc<Shears>) -> Self {
        Self { stream, shears }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.shears.reset.load(Ordering::SeqCst) {
            // A socket closed with no time to linger sends RST. Should this fail, it is closed as usual.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.shears.left.load(Ordering::SeqCst);
        if left == usize::MAX {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        let now = bytes.get(..left.min(bytes.len())).unwrap_or_default();
        if now.is_empty() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "cut on purpose")));
        }
        let written = std::task::ready!(Pin::new(&mut self.stream).poll_write(context, now))?;
        self.shears.left.store(left - written, Ordering::SeqCst);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.shears.reset.load(Ordering::SeqCst) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
