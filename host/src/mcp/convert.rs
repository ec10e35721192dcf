//! Between the relay's types and rmcp's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Resource, ResourceContents, Tool, ToolAnnotations};

use crate::contract::{Access, Effect};
use crate::plugins::{Entry, Origin};
use crate::relay::{Item, ToolResult};

/// A tool as `tools/list` shows it, with all four hints.
pub(super) fn tool(entry: &Entry) -> Tool {
    let described = &entry.tool;
    // A tool that makes files is no mere read, and one that may replace a file is destructive to the person's computer.
    let makes_files = described.files.iter().any(|file| file.access == Access::Output);
    let annotations = ToolAnnotations::new()
        .read_only(described.effect == Effect::Read && !makes_files)
        .destructive(described.effect == Effect::Destructive || makes_files)
        .idempotent(described.idempotent)
        // What a third party says of that is a hint; that it is one is certain.
        .open_world(described.open_world || entry.origin == Origin::Added);
    let tool = Tool::new(entry.public.clone(), described.description.clone(), object(&described.input))
        .with_title(described.title.clone())
        .with_annotations(annotations);
    match &described.output {
        Some(output) => tool.with_raw_output_schema(std::sync::Arc::new(object(output))),
        None => tool,
    }
}

/// A result as `tools/call` answers it.
pub(super) fn result(result: ToolResult) -> CallToolResult {
    let mut answer = CallToolResult::success(result.content.into_iter().map(item).collect());
    answer.structured_content = result.structured;
    answer
}

/// A failure as `tools/call` answers it: the assistant reads the text.
pub(super) fn error(text: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn item(item: Item) -> ContentBlock {
    match item {
        Item::Text(text) => ContentBlock::text(text),
        Item::Image { media_type, bytes } => ContentBlock::image(BASE64.encode(bytes), media_type),
        Item::Audio { media_type, bytes } => ContentBlock::audio(BASE64.encode(bytes), media_type),
        Item::Document { uri, media_type, bytes } => {
            ContentBlock::resource(ResourceContents::blob(BASE64.encode(bytes), uri).with_mime_type(media_type))
        }
        Item::Link { uri, name } => ContentBlock::resource_link(Resource::new(uri, name)),
    }
}

/// A schema as rmcp wants it. The catalogue let only objects in.
fn object(schema: &str) -> JsonObject {
    serde_json::from_str(schema).unwrap_or_default()
}
