//! The byte stream to the client: stdin and stdout in the fastest form that they allow.

use std::pin::Pin;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ClientNotification, ClientRequest, JsonRpcMessage};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

use super::receipts::Receipts;

type Reader = Pin<Box<dyn AsyncRead + Send>>;
type Writer = Pin<Box<dyn AsyncWrite + Send>>;

/// Stdin and stdout as a transport.
pub(super) fn stdio(receipts: Receipts, end: Arc<End>) -> Wire {
    let (reader, writer) = streams();
    Wire { inner: AsyncRwTransport::new_server(reader, writer), begun: false, receipts, end }
}

/// The end of input, from either side.
#[derive(Debug, Default)]
pub(super) struct End {
    /// Told when no more input is read.
    pub(super) came: Notify,
    /// Asks to read no more.
    pub(super) wanted: Notify,
}

/// Clients under Node give their servers sockets, others pipes; both can be driven without a thread hand-off per message.
fn streams() -> (Reader, Writer) {
    #[cfg(unix)]
    if let Some((reader, writer)) = sockets() {
        return (Box::pin(reader), Box::pin(writer));
    }
    let (reader, writer) = rmcp::transport::stdio_pipes();
    (Box::pin(reader), Box::pin(writer))
}

#[cfg(unix)]
fn sockets() -> Option<(tokio::net::UnixStream, tokio::net::UnixStream)> {
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::fs::FileTypeExt;

    fn socket(descriptor: &impl AsFd) -> Option<tokio::net::UnixStream> {
        let owned: OwnedFd = descriptor.as_fd().try_clone_to_owned().ok()?;
        let file = std::fs::File::from(owned);
        if !file.metadata().ok()?.file_type().is_socket() {
            return None;
        }
        let stream = std::os::unix::net::UnixStream::from(OwnedFd::from(file));
        stream.set_nonblocking(true).ok()?;
        tokio::net::UnixStream::from_std(stream).ok()
    }
    Some((socket(&std::io::stdin())?, socket(&std::io::stdout())?))
}

/// A transport that knows which answers were written whole, and lets a client begin with notifications: rmcp would end the
/// program at one; some clients send `notifications/cancelled` for a probe that they gave up.
pub(super) struct Wire {
    inner: AsyncRwTransport<RoleServer, Reader, Writer>,
    begun: bool,
    receipts: Receipts,
    end: Arc<End>,
}

impl Transport<RoleServer> for Wire {
    type Error = std::io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answers = match &item {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => None,
        };
        let receipt = answers.and_then(|request| self.receipts.take(request));
        let sending = self.inner.send(item);
        async move {
            sending.await?;
            if let Some(receipt) = receipt {
                receipt.delivered();
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let received = tokio::select! {
                received = self.inner.receive() => received,
                () = self.end.wanted.notified() => None,
            };
            let Some(message) = received else {
                self.end.came.notify_one();
                return None;
            };
            if let JsonRpcMessage::Notification(notification) = &message
                && let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                && let Some(request) = &cancelled.params.request_id
            {
                // An answer that is made but not written is dropped: the client does not want it any more.
                drop(self.receipts.take(request));
            }
            match &message {
                JsonRpcMessage::Request(request) => {
                    self.begun = true;
                    if matches!(request.request, ClientRequest::CallToolRequest(_)) {
                        self.receipts.expect(request.id.clone());
                    }
                }
                _ if !self.begun => continue,
                _ => {}
            }
            return Some(message);
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}
