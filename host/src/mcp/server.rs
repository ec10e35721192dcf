//! Answers MCP requests from the relay.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, ErrorCode, ErrorData, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig,
    SubscriptionFilter, Tool,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};

use super::asking::Questions;
use super::changes::Watch;
use super::convert;
use super::receipts::Receipts;
use crate::limits;
use crate::relay::{Asked, CallError, Ended, Relay, Told};

/// What an assistant should know before its first call. Clients cut it at 2 KB.
const INSTRUCTIONS: &str = include_str!("instructions.txt");
const _: () = assert!(INSTRUCTIONS.len() <= crate::limits::DESCRIPTION_BYTES);

/// Where a client puts a key of its own into `_meta` of `tools/call`.
const CLIENT_KEY: &str = "tickiti.com/idempotency-key";

/// Methods that MCP knows and whose parameters could not be read: rmcp hands them over as custom requests.
const KNOWN_METHODS: [&str; 4] = ["tools/call", "tools/list", "initialize", "ping"];

/// The relay as an MCP server.
pub(super) struct Server {
    relay: Arc<Relay>,
    receipts: Receipts,
    questions: Questions,
    plugins: Arc<Watch>,
}

impl Server {
    pub(super) fn new(relay: Arc<Relay>, receipts: Receipts, plugins: Arc<Watch>) -> Self {
        Self { relay, receipts, questions: Questions::default(), plugins }
    }

    async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let client_key = client_key_of(&context)?;
        let person = self.questions.person(&request, &context);
        let progress = ProgressSender::new(&context);
        let watch = |told: Told| progress.send(told);
        let asked =
            Asked { tool: request.name.to_string(), arguments: request.arguments.unwrap_or_default(), client_key };
        let call = guarded(self.relay.call(asked, &watch, &person));
        let ended = tokio::select! {
            ended = call => ended,
            // The client no longer wants an answer; dropping the call drops its request to the helpdesk.
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("cancelled", None)),
        };
        let Some(Ended { result, receipt }) = ended else {
            tracing::error!(target: "mcp", tool = %request.name, "a call panicked");
            return Ok(convert::error(PANICKED).into());
        };
        if let Err(CallError::ToBeConfirmed { question }) = &result {
            // What the call has written before stays open: the client calls again, and it is the same write then.
            return Ok(self.questions.ask(question, person.approved()).into());
        }
        self.receipts.keep(&context.id, receipt);
        match result {
            Ok(result) => Ok(convert::result(result).into()),
            Err(error @ (CallError::UnknownTool { .. } | CallError::OutOfService { .. })) => {
                Err(ErrorData::invalid_params(error.to_string(), None))
            }
            Err(error) => Ok(convert::error(&self.relay.redact(&error.for_assistant())).into()),
        }
    }
}

/// What the assistant reads when a call panicked. What it had sent stays open in the ledger.
const PANICKED: &str = "The relay itself failed while it worked on this call.\nOutcome: unknown. What it may have written is in the \
                        ledger.\nNext: look at unsettled_writes before you call again, and report this as a fault of the relay.";

/// Runs a call; none when it panicked.
async fn guarded<T>(call: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(call).catch_unwind().await.ok()
}

/// The key that the client gave to a call of its own accord.
fn client_key_of(context: &RequestContext<RoleServer>) -> Result<Option<String>, ErrorData> {
    let Some(given) = context.meta.get(CLIENT_KEY) else { return Ok(None) };
    let wrong = |why: &str| ErrorData::invalid_params(format!("_meta[\"{CLIENT_KEY}\"]: {why}"), None);
    let text = given.as_str().ok_or_else(|| wrong("a key is a text"))?;
    client_key(text).map(Some).map_err(|why| wrong(&why))
}

/// Checks a client's own key.
pub(super) fn client_key(text: &str) -> Result<String, String> {
    let plain =
        !text.is_empty() && text.len() <= limits::CLIENT_KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain {
        Ok(text.to_owned())
    } else {
        Err(format!("a key has 1 to {} visible ASCII characters", limits::CLIENT_KEY_BYTES))
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build())
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
        Ok(ListToolsResult::with_all_items(self.relay.catalogue().iter().map(|entry| convert::tool(entry)).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.relay.catalogue().get(name).map(|entry| convert::tool(entry))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Boxed, because rmcp moves the future of a request from hand to hand, and a call's is large.
        Box::pin(self.call(request, context)).await
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.plugins.changes();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                () = changes.changed() => {
                    if context.sink().notify_tool_list_changed().await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
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
    sender: Option<tokio::sync::mpsc::UnboundedSender<Told>>,
}

/// How far a notification about waiting moves the number that MCP wants to grow: so little that a plugin's next step still counts.
const WAITING_STEP: f64 = 0.001;

impl ProgressSender {
    fn new(context: &RequestContext<RoleServer>) -> Self {
        let Some(token) = context.meta.get_progress_token() else { return Self { sender: None } };
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Told>();
        let peer = context.peer.clone();
        tokio::spawn(async move {
            let mut last = -1.0;
            while let Some(told) = receiver.recv().await {
                let (done, total, text) = match told {
                    Told::Progress(progress) => (progress.done as f64, progress.total, progress.text),
                    Told::Waiting(text) => (f64::max(last, 0.0) + WAITING_STEP, None, text),
                };
                if done <= last {
                    continue;
                }
                last = done;
                let mut notification = ProgressNotificationParam::new(token.clone(), done).with_message(text);
                notification.total = total.map(|total| total as f64);
                if peer.notify_progress(notification).await.is_err() {
                    break;
                }
            }
        });
        Self { sender: Some(sender) }
    }

    fn send(&self, told: Told) {
        if let Some(sender) = &self.sender {
            // A client that went away needs no progress.
            let _ = sender.send(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_panics_is_told_apart_from_one_that_ends() {
        assert_eq!(guarded(async { 7 }).await, Some(7));
        assert_eq!(guarded(async { panic!("on purpose") }).await, None::<()>);
        let told = serde_json::json!(convert::error(PANICKED));
        assert_eq!(told["isError"], true);
        assert!(PANICKED.contains("\nOutcome: unknown.") && PANICKED.contains("\nNext: "));
    }

    #[test]
    fn client_key_bytes_obeyed_and_violated() {
        let longest = "k".repeat(limits::CLIENT_KEY_BYTES);
        assert_eq!(client_key(&longest), Ok(longest.clone()));
        for wrong in [&format!("{longest}k"), "", "a b", "a\nb", "ü"] {
            assert!(client_key(wrong).is_err(), "{wrong}");
        }
    }
}
