//! `tickiti-relay doctor`: is everything in order? One line for each thing looked at, one fix for each fault.

mod checks;

use std::fmt::Write;
use std::process::ExitCode;

use super::{FAILED, VerbError, print};

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// In order.
    Good,
    /// Works, but a person should know.
    Note,
    /// Does not work.
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
struct Finding {
    /// What was looked at: `token`.
    about: &'static str,
    /// How it stands.
    state: State,
    /// In one sentence.
    says: String,
    /// What to do, for a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Finding {
    fn good(about: &'static str, says: impl Into<String>) -> Self {
        Self { about, state: State::Good, says: says.into(), fix: None }
    }

    fn note(about: &'static str, says: impl Into<String>) -> Self {
        Self { about, state: State::Note, says: says.into(), fix: None }
    }

    fn fault(about: &'static str, says: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { about, state: State::Fault, says: says.into(), fix: Some(fix.into()) }
    }
}

pub(super) fn run(json: bool, routes: Option<&std::path::Path>) -> Result<ExitCode, VerbError> {
    let findings = checks::all(routes)?;
    let faulty = findings.iter().any(|finding| finding.state == State::Fault);
    if json {
        print::json(&serde_json::json!({ "ok": !faulty, "findings": findings }));
    } else {
        print::out(&shown(&findings));
    }
    Ok(if faulty { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// The findings for a person's eyes.
fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    let width = findings.iter().map(|finding| finding.about.len()).max().unwrap_or_default();
    for finding in findings {
        let word = match finding.state {
            State::Good => "ok  ",
            State::Note => "note",
            State::Fault => "BAD ",
        };
        let _ = writeln!(text, "{word}  {:width$}  {}", finding.about, finding.says);
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "      {:width$}  fix: {fix}", "");
        }
    }
    let faults = findings.iter().filter(|finding| finding.state == State::Fault).count();
    match faults {
        0 => text.push_str("Everything is in order."),
        1 => text.push_str("One fault."),
        more => {
            let _ = write!(text, "{more} faults.");
        }
    }
    text
}
