//! From an answer or a plugin's output to what the assistant gets.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::outputs::mark_of;
use super::result::{Item, ToolResult};
use super::stranger;
use crate::contract::{Blob, Content, Output, Tool};
use crate::files::{FileRefusal, Files, Written};
use crate::json;
use crate::limits;
use crate::marks::Marks;
use crate::upstream::{Answer, AnswerBody};

/// Why an output is no result.
pub(super) enum Fault {
    /// It could not be saved.
    File(FileRefusal),
    /// The plugin made it wrongly.
    Plugin(String),
}

/// The standard form of an answer: JSON token for token, text as it is.
pub(super) async fn answer(
    answer: Answer,
    route: &str,
    tool: &Tool,
    files: Arc<Files>,
) -> Result<ToolResult, FileRefusal> {
    let structured = match (&tool.output, &answer.body) {
        // MCP knows no other structured result than an object.
        (Some(_), AnswerBody::Json(text)) => serde_json::from_str(text).ok().map(Value::Object),
        _ => None,
    };
    let (text, ending) = match answer.body {
        AnswerBody::Json(text) => (text, "json"),
        AnswerBody::Text(text) => (text, "txt"),
        AnswerBody::Empty => (format!("The helpdesk answered {} without a body: done.", answer.status), "txt"),
    };
    let text = bounded(text, &format!("{route}.{ending}"), None, &files).await?;
    Ok(ToolResult { content: vec![Item::Text(text)], structured })
}

/// A plugin's own output, with what marks stand for in their places, and where files were saved. `stranger` is the plugin's name
/// where it is a third party's: what it wrote is quoted once the marks are gone, since what they stand for is its choice too.
pub(super) async fn output(
    output: Output,
    tool: &Tool,
    marks: &Marks,
    saved: Vec<Written>,
    stranger: Option<&str>,
    files: Arc<Files>,
) -> Result<ToolResult, Fault> {
    let mut content = Vec::with_capacity(output.content.len() + saved.len());
    for piece in output.content {
        content.push(item(piece, marks, stranger, &files).await?);
    }
    let mut structured = None;
    match output.structured {
        None => content.extend(saved.iter().map(|written| Item::Text(saved_words(written)))),
        Some(text) => {
            let compact =
                json::compact(&text).map_err(|wrong| Fault::Plugin(format!("a structured result that is {wrong}")))?;
            let compact = with_saved(compact.into_owned(), &saved);
            if tool.output.is_some() {
                let object = serde_json::from_str(&compact)
                    .map_err(|_| Fault::Plugin("a structured result that is no object, as its schema has it".into()))?;
                structured = Some(Value::Object(object));
            }
            if content.is_empty() {
                // Beside the object that the schema speaks of stands the same as text, for clients that know no other.
                let stranger = stranger.filter(|_| structured.is_none());
                let name = format!("{}.json", tool.name);
                content.push(Item::Text(bounded(compact, &name, stranger, &files).await.map_err(Fault::File)?));
            }
        }
    }
    let leaked = content.iter().any(|item| matches!(item, Item::Text(text) if marks.find(text).is_some()));
    if leaked {
        return Err(Fault::Plugin("a result with a mark inside a text".into()));
    }
    Ok(ToolResult { content, structured })
}

/// A structured result with the relay's own words under one member of its own: where files really are.
fn with_saved(mut text: String, saved: &[Written]) -> String {
    if saved.is_empty() || !text.ends_with('}') {
        return text;
    }
    let places: Vec<Value> = saved
        .iter()
        .map(|written| serde_json::json!({"path": written.path, "bytes": written.bytes, "sha256": written.sha256}))
        .collect();
    text.pop();
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push_str(&format!("\"relay\":{}}}", serde_json::json!({ "saved": places })));
    text
}

async fn item(piece: Content, marks: &Marks, stranger: Option<&str>, files: &Arc<Files>) -> Result<Item, Fault> {
    match piece {
        Content::Text(text) => {
            let text = match marks.get(&text) {
                None => text,
                Some(marked) => String::from_utf8(marked.bytes.to_vec())
                    .map_err(|_| Fault::Plugin("a text whose bytes are not UTF-8".into()))?,
            };
            Ok(Item::Text(bounded(text, "result.txt", stranger, files).await.map_err(Fault::File)?))
        }
        Content::Image(blob) => {
            blob_item(blob, "image", marks, files, |media_type, bytes| Item::Image { media_type, bytes }).await
        }
        Content::Audio(blob) => {
            blob_item(blob, "sound", marks, files, |media_type, bytes| Item::Audio { media_type, bytes }).await
        }
        Content::Document(document) => match document.blob {
            None => Ok(Item::Link { uri: document.uri, name: document.name }),
            Some(blob) => {
                let uri = document.uri;
                blob_item(blob, &document.name, marks, files, |media_type, bytes| Item::Document {
                    uri,
                    media_type,
                    bytes,
                })
                .await
            }
        },
    }
}

/// Bytes in a result: enclosed while small, saved otherwise.
async fn blob_item(
    blob: Blob,
    name: &str,
    marks: &Marks,
    files: &Arc<Files>,
    enclose: impl FnOnce(String, Bytes) -> Item,
) -> Result<Item, Fault> {
    let bytes = match mark_of(&blob.data).and_then(|mark| marks.get(mark)) {
        Some(marked) => marked.bytes.clone(),
        None => Bytes::from(blob.data),
    };
    if bytes.len() <= limits::ENCLOSED_BYTES {
        return Ok(enclose(blob.media_type, bytes));
    }
    let written = save(name.to_owned(), bytes, files).await.map_err(Fault::File)?;
    Ok(Item::Text(format!("Too large to enclose. {}", saved_words(&written))))
}

/// A text that fits a conversation; a longer one is saved whole, and its beginning shown. What a stranger wrote is shown quoted,
/// and saved as it is.
async fn bounded(text: String, name: &str, stranger: Option<&str>, files: &Arc<Files>) -> Result<String, FileRefusal> {
    let quoted = stranger.map(|plugin| stranger::quoted(plugin, &text));
    let shown = quoted.as_ref().unwrap_or(&text);
    if shown.len() <= limits::RESULT_TEXT_BYTES {
        return Ok(quoted.unwrap_or(text));
    }
    let end = shown.floor_char_boundary(limits::RESULT_TEXT_SHOWN_BYTES);
    let shown = shown.get(..end).unwrap_or_default().to_owned();
    let bytes = text.len();
    let written = save(name.to_owned(), Bytes::from(text), files).await?;
    Ok(format!(
        "This answer has {bytes} bytes, too many for a conversation. {} Ask for less (a smaller page, fewer fields), or read that file. It begins:\n{shown}",
        saved_words(&written)
    ))
}

async fn save(name: String, bytes: Bytes, files: &Arc<Files>) -> Result<Written, FileRefusal> {
    let files = Arc::clone(files);
    tokio::task::spawn_blocking(move || files.save(&name, &bytes))
        .await
        .unwrap_or_else(|_| Err(FileRefusal::interrupted()))
}

fn saved_words(written: &Written) -> String {
    format!("Saved: {} ({} bytes, sha256 {}).", written.path.display(), written.bytes, written.sha256)
}
