//! `plugin check`: a component as the relay will judge it before it is added, each finding with its place.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::arguments::Check;
use super::component::Tried;
use crate::cli::arguments::Start;
use crate::cli::{FAILED, VerbError, build, print};
use crate::contract::{Call, Guest, Manifest, Tool};
use crate::plugins::{Fault, Folder, Origin, Schema, against, builtin, public_name, read_component};
use crate::redact::clean;
use crate::sandbox::{Sandbox, foreign_imports};

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    bytes: usize,
    /// None where it could not be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<About>,
    /// What keeps it from being added.
    faults: Vec<Finding>,
    /// What does not, and is better looked at.
    hints: Vec<Finding>,
}

/// What the component is.
#[derive(Debug, Serialize)]
struct About {
    name: String,
    version: String,
    contract: String,
    sha256: String,
    /// As the assistant will know them.
    tools: Vec<String>,
    /// From the cache, as at the first call in a relay.
    load_ms: f64,
    /// A turn in a fresh instance, by tool: the longer of two.
    turn_ms: Vec<f64>,
}

/// One finding and its place: `tools/2/input/properties/x`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    at: String,
    what: String,
}

impl Finding {
    fn new(at: impl Into<String>, what: impl AsRef<str>) -> Self {
        Self { at: at.into(), what: clean(what.as_ref()).into_owned() }
    }
}

pub(super) fn run(options: &Check, start: &Start) -> Result<ExitCode, VerbError> {
    let mut report = report(options, start)?;
    report.ok = report.faults.is_empty();
    if options.json {
        print::json(&report);
    } else {
        print::out(&told(&report));
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn report(options: &Check, start: &Start) -> Result<Report, VerbError> {
    let bytes = read_component(&options.file)?;
    let mut report = Report { bytes: bytes.len(), ..Report::default() };
    match foreign_imports(&bytes) {
        Err(fault) => report.faults.push(Finding::new("", fault.to_string())),
        Ok(foreign) => {
            report.faults.extend(foreign.into_iter().map(|name| {
                Finding::new(format!("imports/{name}"), "a plugin may import nothing but the empty WASI 0.2")
            }))
        }
    }
    if !report.faults.is_empty() {
        return Ok(report);
    }
    let tried = match Tried::at(&options.file) {
        Ok(tried) => tried,
        Err(VerbError::Failed(why)) => {
            report.faults.push(Finding::new("", why));
            return Ok(report);
        }
        Err(other) => return Err(other),
    };
    let manifest = &tried.described.manifest;
    let routes = build::table(start.routes.as_deref())?;
    let lock = Folder::new(&tried.local.state).read()?;
    let runtime = build::runtime()?;
    let builtin = runtime.block_on(builtin(&Sandbox::new(Some(tried.local.cache.clone()))));
    let faults = against(manifest, &builtin, &lock, Some(&manifest.name), &routes);
    report.faults.extend(faults.iter().map(|fault| placed(fault, manifest)));
    report.hints = hints(manifest);
    let (about, called) = runtime.block_on(timed(&tried));
    report.faults.extend(called);
    report.plugin = Some(about);
    Ok(report)
}

/// A fault with its place in what `describe` answered.
fn placed(fault: &Fault, manifest: &Manifest) -> Finding {
    let number = fault.tool.as_ref().and_then(|name| manifest.tools.iter().position(|tool| tool.name == *name));
    let parts = number.map(|number| format!("tools/{number}")).into_iter().chain([fault.at.clone()]);
    let at: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    Finding::new(at.join("/"), &fault.reason)
}

/// What an author may have overlooked.
fn hints(manifest: &Manifest) -> Vec<Finding> {
    let mut hints = Vec::new();
    if !is_version(&manifest.version) {
        hints.push(Finding::new("version", "it is no semantic version, as `1.2.0`"));
    }
    for (number, tool) in manifest.tools.iter().enumerate() {
        let mut hint = |at: String, what: &str| hints.push(Finding::new(format!("tools/{number}/{at}"), what));
        if tool.routes.is_empty() {
            hint("routes".into(), "it declares no endpoint, so it can send nothing");
        }
        if tool.routes.iter().any(|route| route == "*") {
            hint("routes".into(), "it asks for every endpoint: a person will rather grant those that it names");
        }
        let Ok(schema) = Schema::new(&tool.input) else { continue };
        let schema = schema.value();
        for (name, about) in schema.get("properties").and_then(|all| all.as_object()).into_iter().flatten() {
            if about.get("description").is_none() && about.get("$ref").is_none() {
                hint(format!("input/properties/{name}"), "it has no description, and the assistant must guess");
            }
        }
        if schema.get("additionalProperties") != Some(&serde_json::Value::Bool(false)) {
            hint("input".into(), "without `\"additionalProperties\": false` a misspelt argument is let through");
        }
        for (file, argument) in tool.files.iter().enumerate() {
            let first = argument.at.split('/').nth(1).unwrap_or_default();
            if schema.pointer(&format!("/properties/{first}")).is_none() {
                hint(format!("files/{file}/at"), "it names no argument of the schema, so no file will ever be there");
            }
        }
    }
    hints
}

/// `1.2.0`, perhaps with a tail as `-beta.1`.
fn is_version(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let all: Vec<&str> = numbers.split('.').collect();
    all.len() == 3 && all.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Loads it and makes each tool's first turn twice: how long that takes, and which tools fail at a call that their schema
/// allows.
async fn timed(tried: &Tried) -> (About, Vec<Finding>) {
    let manifest = &tried.described.manifest;
    let mut faults = Vec::new();
    let began = Instant::now();
    if let Err(fault) = tried.plugin.ready().await {
        faults.push(Finding::new("", fault.to_string()));
    }
    let load_ms = milliseconds(began);
    let mut turn_ms = Vec::with_capacity(manifest.tools.len());
    for (number, tool) in manifest.tools.iter().enumerate() {
        let mut longest: f64 = 0.0;
        for _ in 0..2 {
            let began = Instant::now();
            let reply = tried.plugin.start(call(tool)).await;
            longest = longest.max(milliseconds(began));
            if let (Err(fault), true) = (reply, takes_nothing(tool)) {
                let finding = Finding::new(format!("tools/{number}"), format!("called with `{{}}`, {fault}"));
                if !faults.contains(&finding) {
                    faults.push(finding);
                }
            }
        }
        turn_ms.push(longest);
    }
    let about = About {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        contract: tried.described.contract.clone(),
        sha256: tried.sha256.to_string(),
        tools: manifest.tools.iter().map(|tool| public_name(&Origin::Added, &manifest.name, &tool.name)).collect(),
        load_ms,
        turn_ms,
    };
    (about, faults)
}

/// Whether a call without arguments is a right one, so that it must not fail the plugin.
fn takes_nothing(tool: &Tool) -> bool {
    Schema::new(&tool.input).is_ok_and(|schema| schema.problems(&serde_json::json!({})).is_empty())
}

fn call(tool: &Tool) -> Arc<Call> {
    Arc::new(Call {
        tool: tool.name.clone(),
        arguments: "{}".into(),
        settings: "{}".into(),
        now: "2026-11-22T09:00:00Z".into(),
        files: Vec::new(),
    })
}

fn milliseconds(since: Instant) -> f64 {
    // To the hundredth: more would be noise.
    (since.elapsed().as_micros() as f64 / 10.0).round() / 100.0
}

/// The report for a person's eyes.
fn told(report: &Report) -> String {
    let mut lines = Vec::new();
    if let Some(about) = &report.plugin {
        lines.push(format!("{} {}, contract {}", clean(&about.name), clean(&about.version), about.contract));
        lines.push(format!("  {} bytes, SHA-256 {}", report.bytes, about.sha256));
        lines.push(format!("  loaded in {} ms", about.load_ms));
        for (tool, turn) in about.tools.iter().zip(&about.turn_ms) {
            lines.push(format!("  {}: a turn takes {turn} ms", clean(tool)));
        }
    }
    let shown = |word: &str, finding: &Finding| match finding.at.as_str() {
        "" => format!("{word}: {}", finding.what),
        at => format!("{word} at {}: {}", clean(at), finding.what),
    };
    lines.extend(report.faults.iter().map(|fault| shown("FAULT", fault)));
    lines.extend(report.hints.iter().map(|hint| shown("hint", hint)));
    lines.push(match report.faults.len() {
        0 => "The relay takes it. `tickiti-relay plugin add` adds it.".to_owned(),
        1 => "1 fault: the relay does not take it.".to_owned(),
        number => format!("{number} faults: the relay does not take it."),
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Access, Effect, FileArgument};

    fn manifest(change: impl FnOnce(&mut Tool)) -> Manifest {
        let input =
            r#"{"type":"object","properties":{"x":{"type":"string","description":"X."}},"additionalProperties":false}"#;
        let mut tool = Tool {
            name: "look".into(),
            title: "Look".into(),
            description: "Looks.".into(),
            input: input.into(),
            output: None,
            effect: Effect::Read,
            idempotent: true,
            open_world: false,
            routes: vec!["tickets.query".into()],
            files: Vec::new(),
        };
        change(&mut tool);
        Manifest { name: "digest".into(), version: "1.0.0".into(), about: "Looks.".into(), tools: vec![tool] }
    }

    #[test]
    fn what_an_author_may_have_overlooked_is_hinted_at() {
        assert_eq!(hints(&manifest(|_| ())), []);
        let mut found = Vec::new();
        found.extend(hints(&Manifest { version: "one".into(), ..manifest(|_| ()) }));
        found.extend(hints(&manifest(|tool| tool.routes.clear())));
        found.extend(hints(&manifest(|tool| tool.routes = vec!["*".into()])));
        found.extend(hints(&manifest(|tool| tool.input = r#"{"type":"object","properties":{"x":{}}}"#.into())));
        let file = FileArgument { at: "/y".into(), access: Access::Text };
        found.extend(hints(&manifest(|tool| tool.files = vec![file])));
        let lines: Vec<String> = found.iter().map(|hint| format!("{}: {}", hint.at, hint.what)).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_version_has_three_numbers() {
        assert!(["1.2.3", "0.1.0-beta.1", "1.0.0+5"].into_iter().all(is_version));
        assert!(!["1.2", "one", "1.2.x", "", "1..2", "1.2.3.4"].into_iter().any(is_version));
    }

    #[test]
    fn a_fault_is_placed_in_what_the_plugin_said() {
        let fault = |tool: Option<&str>, at: &str| Fault {
            plugin: "digest".into(),
            tool: tool.map(str::to_owned),
            at: at.into(),
            reason: "no".into(),
        };
        let placed = |fault| placed(&fault, &manifest(|_| ())).at;
        assert_eq!(placed(fault(Some("look"), "input/properties/x")), "tools/0/input/properties/x");
        assert_eq!(placed(fault(None, "name")), "name");
        assert_eq!(placed(fault(Some("look"), "")), "tools/0");
    }
}
