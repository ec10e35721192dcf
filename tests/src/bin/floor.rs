//! The floor of the bench: a native MCP server on rmcp and reqwest with one tool, no plugins, no checks, no ledger.
//!
//! What the relay costs beyond this is what its promises cost. The tool is the relay's `list_queues`: one request, its answer
//! handed on as compact text.

use std::process::ExitCode;
use std::sync::Arc;

use reqwest::redirect;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};
use tickiti_relay_tests::binary::variable;

const TOOL: &str = "list_queues";

fn main() -> ExitCode {
    let served = || -> Option<()> {
        let base = variable("TICKITI_API_BASE")?.into_string().ok()?;
        let token = variable("TICKITI_API_TOKEN")?.into_string().ok()?;
        // An error means that there is a provider already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().redirect(redirect::Policy::none()).no_proxy().http1_only();
        let client = client.tls_certs_only([]).build().ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let floor = Floor { client, url: format!("{base}/api/v1/workflow/queues"), token };
        runtime.block_on(async { floor.serve(rmcp::transport::stdio_pipes()).await.ok()?.waiting().await.ok() })?;
        runtime.shutdown_background();
        Some(())
    };
    if served().is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Floor {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Floor {
    async fn ask(&self, arguments: JsonObject) -> Result<String, reqwest::Error> {
        let filters = arguments.get("filters").cloned().unwrap_or_else(|| json!({}));
        let request = self.client.post(&self.url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json").header("accept", "application/json");
        let answer = request.body(filters.to_string()).send().await?.error_for_status()?.bytes().await?;
        let compact = serde_json::from_slice::<Value>(&answer).map(|value| value.to_string());
        Ok(compact.unwrap_or_else(|_| String::from_utf8_lossy(&answer).into_owned()))
    }
}

impl ServerHandler for Floor {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("floor", env!("CARGO_PKG_VERSION")))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema =
            json!({"type": "object", "properties": {"filters": {"type": "object"}}, "additionalProperties": false});
        let schema = schema.as_object().cloned().unwrap_or_default();
        Ok(ListToolsResult::with_all_items(vec![Tool::new(TOOL, "Lists the queues.", Arc::new(schema))]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let answer = match self.ask(request.arguments.unwrap_or_default()).await {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
        };
        Ok(answer.into())
    }
}
