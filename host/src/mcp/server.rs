//! Answers MCP requests from the relay.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod, CompleteRequestParams,
    CompleteResult, CustomRequest, CustomResult, ErrorCode, ErrorData, Implementation, ListPromptsRequestMethod,
    ListPromptsResult, ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities,
    ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use super::convert;
use crate::contract::Progress;
use crate::relay::{CallError, Relay};

/// What an assistant should know before its first call. Clients cut it at 2 KB.
const INSTRUCTIONS: &str = include_str!("instructions.txt");
const _: () = assert!(INSTRUCTIONS.len() <= crate::limits::DESCRIPTION_BYTES);

/// Methods that MCP knows and whose parameters could not be read: rmcp hands them over as custom requests.
const KNOWN_METHODS: [&str; 4] = ["tools/call", "tools/list", "initialize", "ping"];

/// The relay as an MCP server.
pub(super) struct Server {
    relay: Arc<Relay>,
}

impl Server {
    pub(super) fn new(relay: Arc<Relay>) -> Self {
        Self { relay }
    }

    async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let progress = ProgressSender::new(&context);
        let watch = |progress_made: Progress| progress.send(progress_made);
        let call = AssertUnwindSafe(self.relay.call(&request.name, arguments, &watch)).catch_unwind();
        let ended = tokio::select! {
            ended = call => ended,
            // The client no longer wants an answer; dropping the call drops its request to the helpdesk.
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("cancelled", None)),
        };
        match ended {
            Ok(Ok(result)) => Ok(convert::result(result)),
            Ok(Err(error @ CallError::UnknownTool { .. })) => Err(ErrorData::invalid_params(error.to_string(), None)),
            Ok(Err(error)) => Ok(convert::error(&self.relay.redact(&error.for_assistant()))),
            Err(_) => {
                tracing::error!(target: "mcp", tool = %request.name, "a call panicked");
                let text = "The relay itself failed while it worked on this call. Whether anything took effect is unknown: look \
                            before you call again. Please report this as a fault of the relay.";
                Ok(convert::error(text))
            }
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(
                Implementation::new("tickiti-relay", env!("CARGO_PKG_VERSION")).with_title("Tickiti Relay"),
            )
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.relay.catalogue.iter().map(|entry| convert::tool(entry)).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.relay.catalogue.get(name).map(|entry| convert::tool(entry))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.call(request, context).await.map(Into::into)
    }

    // rmcp answers these with empty lists even where the capability is not declared; MCP wants "method not found".
    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourceTemplatesRequestMethod>())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        if KNOWN_METHODS.contains(&request.method.as_str()) {
            let message = format!("the parameters of {} are not what MCP asks for", request.method);
            return Err(ErrorData::invalid_params(message, None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None))
    }
}

/// Sends progress notifications, in order and growing, if the client asked for them.
struct ProgressSender {
    sender: Option<tokio::sync::mpsc::UnboundedSender<Progress>>,
}

impl ProgressSender {
    fn new(context: &RequestContext<RoleServer>) -> Self {
        let Some(token) = context.meta.get_progress_token() else { return Self { sender: None } };
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Progress>();
        let peer = context.peer.clone();
        tokio::spawn(async move {
            let mut last = -1.0;
            while let Some(progress) = receiver.recv().await {
                let done = progress.done as f64;
                if done <= last {
                    continue;
                }
                last = done;
                let mut notification = ProgressNotificationParam::new(token.clone(), done).with_message(progress.text);
                notification.total = progress.total.map(|total| total as f64);
                if peer.notify_progress(notification).await.is_err() {
                    break;
                }
            }
        });
        Self { sender: Some(sender) }
    }

    fn send(&self, progress: Progress) {
        if let Some(sender) = &self.sender {
            // A client that went away needs no progress.
            let _ = sender.send(progress);
        }
    }
}
