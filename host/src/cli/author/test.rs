//! `plugin test`: the golden cases of a plugin's folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use super::arguments::Test;
use super::component::Tried;
use super::golden::{Bench, Beyond, Case, Difference, compare, probe, updated};
use super::project::Project;
use crate::cli::arguments::Start;
use crate::cli::{FAILED, VerbError, build, print};

/// How one case went.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Its file, below the plugin's folder.
    case: String,
    /// Whether it holds.
    ok: bool,
    /// Whether `--update` wrote it anew.
    updated: bool,
    requests: usize,
    /// Failures that were tried in place of its answers.
    failures_tried: usize,
    /// What is to be looked at, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// What is wrong, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
    /// Where what happened is not what the case says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
}

/// How all went.
#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    cases: Vec<Outcome>,
    /// Tools of which no case speaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_case: Vec<String>,
}

pub(super) fn run(options: &Test, start: &Start) -> Result<ExitCode, VerbError> {
    let project = Project::at(&options.dir).map_err(|fault| VerbError::Failed(fault.to_string()))?;
    let cases = cases(&project.folder).map_err(VerbError::Failed)?;
    up_to_date(&project).map_err(VerbError::Failed)?;
    let tried = Tried::at(&project.component())?;
    // The failures that are tried are no news; what the plugin itself writes to stderr is, for who asks for it.
    if tried.local.log > tracing::Level::WARN {
        build::log(tried.local.log);
    }
    let routes = build::table(start.routes.as_deref())?;
    let folder = std::fs::canonicalize(project.folder.join("cases")).ok();
    let bench = Bench { manifest: tried.described.manifest, guest: tried.plugin as Arc<_>, routes, cases: folder };
    let report = build::runtime()?.block_on(report(&bench, &cases, options.update));
    if options.json {
        print::json(&report);
    } else {
        print::out(&told(&report));
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// The case files of a folder: name below it, and path.
fn cases(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let place = folder.join("cases");
    let none = || {
        format!(
            "{} holds no case: write one, for example {}, with `tool` and `arguments`, and let `tickiti-relay plugin test \
             --update` fill in the rest",
            place.display(),
            place.join("one.json").display()
        )
    };
    let entries = std::fs::read_dir(&place).map_err(|_| none())?;
    let mut found: Vec<(String, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.to_owned(), entry.path())))
        .filter(|(name, _)| name.ends_with(".json"))
        .map(|(name, path)| (format!("cases/{name}"), path))
        .collect();
    found.sort();
    if found.is_empty() { Err(none()) } else { Ok(found) }
}

/// Whether the component is there and no source is newer.
fn up_to_date(project: &Project) -> Result<(), String> {
    let path = project.component();
    let build = format!("`tickiti-relay plugin build {}`", print::word(&project.folder.display().to_string()));
    if !path.is_file() {
        return Err(format!("{} is not there yet: {build} makes it", path.display()));
    }
    match project.newer_source() {
        None => Ok(()),
        Some(source) => Err(format!("{} is newer than {}: {build} first", source.display(), path.display())),
    }
}

async fn report(bench: &Bench, cases: &[(String, PathBuf)], update: bool) -> Report {
    let mut outcomes = Vec::with_capacity(cases.len());
    let mut spoken = Vec::new();
    for (name, path) in cases {
        let mut outcome = Outcome { case: name.clone(), ..Outcome::default() };
        match read(path, bench) {
            Ok(case) => {
                spoken.push(case.tool.clone());
                let fault = one(bench, path, case, update, &mut outcome).await.err();
                outcome.faults.extend(fault);
            }
            Err(fault) => outcome.faults.push(fault),
        }
        outcome.ok = outcome.faults.is_empty() && outcome.differences.is_empty();
        outcomes.push(outcome);
    }
    let tools = bench.manifest.tools.iter().map(|tool| &tool.name);
    let without_case = tools.filter(|tool| !spoken.contains(tool)).cloned().collect();
    Report { ok: outcomes.iter().all(|outcome| outcome.ok), cases: outcomes, without_case }
}

fn read(path: &Path, bench: &Bench) -> Result<Case, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Case::parse(&text, &bench.routes).map_err(|fault| fault.to_string())
}

/// Runs one case, and with it what `--update` asks for.
async fn one(bench: &Bench, path: &Path, mut case: Case, update: bool, outcome: &mut Outcome) -> Result<(), String> {
    let beyond = if update { Beyond::Example } else { Beyond::Ends };
    let happened = bench.run(&case, case.exchanges.clone(), beyond).await?;
    outcome.requests = happened.seen.len();
    let mut differences = compare(&case, &happened);
    // No case may ask for that end, and none is written of it.
    if let Some(failure) = happened.failure() {
        differences.retain(|difference| !difference.at.starts_with("result"));
        outcome.differences = differences;
        return Err(failure);
    }
    if !differences.is_empty() && update {
        let new = updated(&case, &happened);
        std::fs::write(path, new.text()).map_err(|error| format!("it was not written: {error}"))?;
        outcome.updated = true;
        let assumed = happened.seen.iter().enumerate().filter(|(_, seen)| seen.assumed);
        outcome.notes.extend(assumed.map(|(number, _)| {
            format!(
                "exchanges/{number}/answer is only assumed: put in what your helpdesk answers, and run --update again"
            )
        }));
        case = new;
    } else {
        outcome.differences = differences;
    }
    if outcome.differences.is_empty() {
        let probed = probe(bench, &case).await?;
        outcome.failures_tried = probed.tried;
        outcome.faults = probed.faults;
    }
    Ok(())
}

/// The report for a person's eyes.
fn told(report: &Report) -> String {
    let mut lines = Vec::new();
    for outcome in &report.cases {
        let Outcome { case, requests, failures_tried, .. } = outcome;
        let word = match (outcome.ok, outcome.updated) {
            (true, true) => "written anew; look at what changed before you keep it",
            (true, false) => "ok",
            (false, _) => "FAILED",
        };
        let done = if outcome.ok {
            format!(" ({}, {})", counted(*requests, "request"), counted(*failures_tried, "failure tried"))
        } else {
            String::new()
        };
        lines.push(format!("{case}: {word}{done}"));
        lines.extend(outcome.notes.iter().map(|note| format!("  {note}")));
        lines.extend(outcome.faults.iter().map(|fault| format!("  {fault}")));
        lines.extend(outcome.differences.iter().map(ToString::to_string));
    }
    if report.cases.iter().any(|outcome| !outcome.differences.is_empty()) {
        lines.push("`-` is the case, `+` is what happened. If that is right, --update writes it into the case.".into());
    }
    lines.extend(report.without_case.iter().map(|tool| format!("The tool `{tool}` has no case.")));
    let failed = report.cases.iter().filter(|outcome| !outcome.ok).count();
    lines.push(format!("{}, {failed} failed.", counted(report.cases.len(), "case")));
    lines.join("\n")
}

fn counted(number: usize, what: &str) -> String {
    match (number, what.split_once(' ')) {
        (1, _) => format!("1 {what}"),
        (_, Some((noun, rest))) => format!("{number} {noun}s {rest}"),
        (_, None) => format!("{number} {what}s"),
    }
}
