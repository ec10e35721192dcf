//! MCP on stdio: the only place that knows rmcp and JSON-RPC.

mod asking;
mod changes;
mod convert;
mod receipts;
mod server;
mod wire;

use std::sync::Arc;

use rmcp::ServiceExt;

use crate::limits;
use crate::relay::Relay;

/// Why serving ended otherwise than by the end of input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The client did not begin as MCP asks.
    #[error("the client did not begin as MCP asks: {0}")]
    Handshake(String),
    /// The serving task failed.
    #[error("serving ended unexpectedly: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Serves MCP on stdin and stdout until the end of input, or until the system asks the program to stop. Calls under way get
/// [`limits::SHUTDOWN`] to end; what is not over by then is dropped, and stays open in the ledger.
///
/// # Errors
/// When the client's first messages are no MCP, or serving fails from within.
pub async fn serve(relay: Arc<Relay>) -> Result<(), ServeError> {
    let (receipts, end) = (receipts::Receipts::default(), Arc::new(wire::End::default()));
    let plugins = Arc::new(changes::Watch::new(Arc::clone(&relay)));
    let server = server::Server::new(relay, receipts.clone(), Arc::clone(&plugins));
    let wire = wire::stdio(receipts, Arc::clone(&end));
    let serving = async {
        match server.serve(wire).await {
            Ok(running) => {
                // In the era without handshakes clients subscribe instead.
                let peer = running.peer().clone();
                let telling = tokio::spawn(async move {
                    let mut changes = plugins.changes();
                    while peer.peer_info().is_some() {
                        changes.changed().await;
                        if peer.notify_tool_list_changed().await.is_err() {
                            break;
                        }
                    }
                });
                let served = running.waiting().await.map(drop).map_err(ServeError::from);
                telling.abort();
                served
            }
            // A client that only looked whether the program starts, and went away.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(ServeError::Handshake(error.to_string())),
        }
    };
    let stopped = async {
        tokio::select! {
            () = end.came.notified() => {}
            () = asked_to_stop() => end.wanted.notify_one(),
        }
        tokio::time::sleep(limits::SHUTDOWN).await;
    };
    tokio::select! {
        served = serving => served,
        () = stopped => Ok(()),
    }
}

/// Waits for SIGTERM or SIGINT; on Windows for Ctrl-C.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Checks a key that a client gives to a call of its own accord.
///
/// # Errors
/// What a key must be.
pub fn client_key(text: &str) -> Result<String, String> {
    server::client_key(text)
}

/// `tools/list` as a client sees it, for `tickiti-relay tools --json` and for tests.
pub fn list(relay: &Relay) -> serde_json::Value {
    let tools: Vec<_> = relay.catalogue().iter().map(|entry| convert::tool(entry)).collect();
    serde_json::json!({ "tools": tools })
}

/// A result as `tools/call` answers it, for `tickiti-relay call --json`.
pub fn result(result: crate::relay::ToolResult) -> serde_json::Value {
    serde_json::json!(convert::result(result))
}

/// A failure as `tools/call` answers it, for `tickiti-relay call --json`.
pub fn error(text: &str) -> serde_json::Value {
    serde_json::json!(convert::error(text))
}
