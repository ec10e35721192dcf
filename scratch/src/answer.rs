//! Bodies of answers: whole, cut short, in pieces, or without end.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Long enough for what was sent before to leave the computer.
const FLUSH: Duration = Duration::from_millis(20);
const ENDLESS_PIECE: Bytes = Bytes::from_static(&[b' '; 16 * 1024]);

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    bytes: Bytes,
    shape: Shape,
    pause: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum Shape {
    Whole,
    Truncated { told: u64 },
    Pieces { bytes: usize, every: Duration },
    Endless,
}

impl Answer {
    /// All at once.
    #[must_use]
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self { bytes, shape: Shape::Whole, pause: None }
    }

    /// The first bytes under the length of all, then the end of the connection.
    #[must_use]
    pub(crate) fn truncated(bytes: &Bytes, sent: usize) -> Self {
        let told = bytes.len() as u64;
        // At least one byte must be missing, or it would be whole.
        let sent = sent.min(bytes.len().saturating_sub(1));
        Self { bytes: bytes.slice(..sent), shape: Shape::Truncated { told }, pause: None }
    }

    /// Piece by piece.
    #[must_use]
    pub(crate) fn pieces(bytes: Bytes, piece: usize, every: Duration) -> Self {
        Self { bytes, shape: Shape::Pieces { bytes: piece.max(1), every }, pause: None }
    }

    /// Spaces for ever.
    #[must_use]
    pub(crate) fn endless() -> Self {
        Self { bytes: Bytes::new(), shape: Shape::Endless, pause: None }
    }

    fn wait(&mut self, time: Duration, context: &mut Context<'_>) -> Poll<()> {
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(pause.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(())
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.shape {
            Shape::Whole if self.bytes.is_empty() => Poll::Ready(None),
            Shape::Whole => Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes))))),
            Shape::Truncated { .. } if self.bytes.is_empty() => {
                ready!(self.wait(FLUSH, context));
                Poll::Ready(Some(Err(io::Error::other("cut on purpose"))))
            }
            Shape::Truncated { .. } => Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes))))),
            Shape::Pieces { .. } if self.bytes.is_empty() => Poll::Ready(None),
            Shape::Pieces { bytes, every } => {
                ready!(self.wait(every, context));
                let piece = bytes.min(self.bytes.len());
                Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(piece)))))
            }
            Shape::Endless => Poll::Ready(Some(Ok(Frame::data(ENDLESS_PIECE)))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.shape {
            Shape::Truncated { told } => SizeHint::with_exact(told),
            Shape::Whole | Shape::Pieces { .. } => SizeHint::with_exact(self.bytes.len() as u64),
            Shape::Endless => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.shape, Shape::Whole | Shape::Pieces { .. }) && self.bytes.is_empty()
    }
}
