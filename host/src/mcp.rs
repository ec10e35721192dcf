//! MCP on stdio: the only place that knows rmcp and JSON-RPC.

mod convert;
mod server;
mod wire;

use std::sync::Arc;

use rmcp::ServiceExt;

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

/// Serves MCP on stdin and stdout until the end of input.
///
/// # Errors
/// When the client's first messages are no MCP, or serving fails from within.
pub async fn serve(relay: Arc<Relay>) -> Result<(), ServeError> {
    let server = server::Server::new(relay);
    match server.serve(wire::stdio()).await {
        Ok(running) => {
            running.waiting().await?;
            Ok(())
        }
        // A client that only looked whether the program starts, and went away.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(ServeError::Handshake(error.to_string())),
    }
}

/// `tools/list` as a client sees it, for `tickiti-relay tools --json` and for tests.
pub fn list(relay: &Relay) -> serde_json::Value {
    let tools: Vec<_> = relay.catalogue.iter().map(|entry| convert::tool(entry)).collect();
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
