//! From what the assistant gave to what the plugin gets: checked, put in order, with its files opened.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::{CallError, Done};
use crate::admit::{Grant, Refusal};
use crate::contract::{Access, Call, File};
use crate::files::{FileRefusal, Files};
use crate::json;
use crate::limits;
use crate::marks::{Marked, Marks};
use crate::plugins::{Entry, Problem};

/// A call made ready.
pub(super) struct Ready {
    /// What the plugin gets.
    pub(super) call: Arc<Call>,
    /// The files that it may make: the pointer of the argument, and the path given there.
    pub(super) outputs: Vec<(String, String)>,
    /// Whether it may replace files that the relay did not make.
    pub(super) overwrite: bool,
}

/// Checks arguments against the tool's schema, orders them, and opens the files that they name.
pub(super) async fn prepare(
    entry: &Entry,
    grant: &Grant,
    arguments: Map<String, Value>,
    files: &Arc<Files>,
    marks: &mut Marks,
) -> Result<Ready, CallError> {
    let settings = entry.settings.clone().map_err(|why| CallError::Refused {
        refusal: Refusal::SettingsUnknown { plugin: entry.plugin.clone(), why },
        done: Done::default(),
    })?;
    let schema = entry.schema();
    let text = json::order(&arguments, schema.value());
    if text.len() > limits::ARGUMENTS_BYTES {
        let expected =
            format!("are {} bytes long, more than {}; give long texts as files", text.len(), limits::ARGUMENTS_BYTES);
        return Err(CallError::Arguments {
            tool: entry.public.clone(),
            problems: vec![Problem { at: String::new(), expected }],
        });
    }
    let arguments = Value::Object(arguments);
    let problems = schema.problems(&arguments);
    if !problems.is_empty() {
        return Err(CallError::Arguments { tool: entry.public.clone(), problems });
    }
    let mut inputs = Vec::new();
    let mut outputs = Vec::new();
    for argument in &entry.tool.files {
        for (at, path) in named(&arguments, &argument.at) {
            granted(entry, grant, &at, argument.access == Access::Output)?;
            match argument.access {
                Access::Output => outputs.push((at, path)),
                access => inputs.push((at, path, access)),
            }
        }
    }
    let opened =
        open(inputs, files, marks).await.map_err(|refusal| CallError::File { refusal, done: Done::default() })?;
    let overwrite = arguments.get("overwrite").and_then(Value::as_bool).unwrap_or(false);
    let call = Call { tool: entry.tool.name.clone(), arguments: text, settings, now: now(), files: opened };
    Ok(Ready { call: Arc::new(call), outputs, overwrite })
}

/// Whether the plugin has any folder for what an argument names.
fn granted(entry: &Entry, grant: &Grant, at: &str, writable: bool) -> Result<(), CallError> {
    let folders = grant.folders();
    if folders.is_none_or(|folders| folders.iter().any(|(_, may_write)| *may_write || !writable)) {
        return Ok(());
    }
    let at = at.trim_start_matches('/').replace('/', ".");
    let refusal = Refusal::NoFolder { plugin: entry.plugin.clone(), at, writable, giving: grant.giving() };
    Err(CallError::Refused { refusal, done: Done::default() })
}

/// Opens files and gives each a mark. Reading is blocking, so it happens off the thread that serves.
async fn open(
    inputs: Vec<(String, String, Access)>,
    files: &Arc<Files>,
    marks: &mut Marks,
) -> Result<Vec<File>, FileRefusal> {
    if inputs.is_empty() {
        return Ok(Vec::new());
    }
    let files = Arc::clone(files);
    let opened = tokio::task::spawn_blocking(move || {
        inputs
            .into_iter()
            .map(|(at, path, access)| files.read(&path, access).map(|file| (at, path, file)))
            .collect::<Result<Vec<_>, _>>()
    })
    .await
    .map_err(|_| FileRefusal::interrupted())??;
    opened
        .into_iter()
        .map(|(at, path, file)| {
            let marked = Marked { name: file.name.clone(), media_type: file.media_type.to_owned(), bytes: file.bytes };
            let mark = marks.add(marked).ok_or_else(|| FileRefusal::too_many_bytes(&path, limits::MARKED_BYTES))?;
            Ok(File { at, name: file.name, size: file.size, text: file.text, mark })
        })
        .collect()
}

/// The strings at a pointer with `*` for every item of an array, each with its own pointer.
fn named(arguments: &Value, pattern: &str) -> Vec<(String, String)> {
    let mut places = vec![(String::new(), arguments)];
    for token in pattern.split('/').skip(1) {
        places = places
            .into_iter()
            .flat_map(|(at, value)| match (token, value) {
                ("*", Value::Array(items)) => {
                    items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect::<Vec<_>>()
                }
                (name, value) => value.get(name).map(|value| (format!("{at}/{name}"), value)).into_iter().collect(),
            })
            .collect();
    }
    places.into_iter().filter_map(|(at, value)| value.as_str().map(|path| (at, path.to_owned()))).collect()
}

/// The call's clock: UTC, to the second.
fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}
