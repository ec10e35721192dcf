//! A server to compare with: it mints a fresh key for every call and forgets it, and sends each request once.
//!
//! `cargo xtask soak --server` shows beside the relay what such a server does, and that the checker of histories sees it.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::redirect;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};
use tickiti_relay_routes::Table;
use tickiti_relay_tests::binary::variable;
use tickiti_relay_tests::random::Random;

const TOOLS: [&str; 4] = ["create_ticket", "respond_to_ticket", "list_queues", "tickiti_call"];

fn main() -> ExitCode {
    if serve().is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn serve() -> Option<()> {
    let text = |name| variable(name)?.into_string().ok();
    let patience = text("TICKITI_API_TIMEOUT_MS").and_then(|millis| millis.parse().ok()).unwrap_or(30_000);
    // An error means that there is a provider already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().redirect(redirect::Policy::none()).no_proxy().http1_only();
    let client = client.timeout(Duration::from_millis(patience)).tls_certs_only([]).build().ok()?;
    let server = FreshKeys {
        client,
        base: text("TICKITI_API_BASE")?,
        token: text("TICKITI_API_TOKEN")?,
        calls: AtomicU64::new(0),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async { server.serve(rmcp::transport::stdio_pipes()).await.ok()?.waiting().await.ok() })?;
    runtime.shutdown_background();
    Some(())
}

struct FreshKeys {
    client: reqwest::Client,
    base: String,
    token: String,
    calls: AtomicU64,
}

impl FreshKeys {
    async fn call(&self, tool: &str, mut arguments: JsonObject) -> Result<String, String> {
        let (route, body) = match tool {
            "create_ticket" => {
                let data: JsonObject = ["subject", "content"]
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), arguments.shift_remove(name)?)))
                    .collect();
                arguments.insert("data".to_owned(), Value::Object(data));
                ("tickets.create".to_owned(), Value::Object(arguments))
            }
            "respond_to_ticket" => ("tickets.respond".to_owned(), Value::Object(arguments)),
            "list_queues" => ("workflow.queues.index".to_owned(), json!({})),
            _ => {
                let word = |name| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
                let payload = arguments.get("payload").cloned().unwrap_or_else(|| json!({}));
                (format!("{}.{}", word("family"), word("action")), payload)
            }
        };
        let route = Table::builtin().get(&route).ok_or_else(|| format!("there is no route {route}"))?;
        let request = self.client.post(format!("{}/api/v1/{}", self.base, route.uri)).bearer_auth(&self.token);
        let request = request.header("idempotency-key", self.fresh_key()).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if status.is_success() { Ok(text) } else { Err(format!("HTTP {}: {text}", status.as_u16())) }
    }

    fn fresh_key(&self) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let count = self.calls.fetch_add(1, Ordering::SeqCst);
        let mut random = Random::named(now.as_nanos() as u64 ^ count, &std::process::id().to_string());
        format!("{:016x}{:016x}", random.number(), random.number())
    }
}

impl ServerHandler for FreshKeys {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("fresh-keys", env!("CARGO_PKG_VERSION")))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = Arc::new(json!({"type": "object"}).as_object().cloned().unwrap_or_default());
        let tools = TOOLS.map(|name| Tool::new(name, "As the relay's tool of this name.", Arc::clone(&schema)));
        Ok(ListToolsResult::with_all_items(tools.to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let answer = match self.call(&request.name, request.arguments.unwrap_or_default()).await {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
        };
        Ok(answer.into())
    }
}
