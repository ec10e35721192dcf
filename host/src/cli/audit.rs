//! `tickiti-relay audit`: what was let through, what was refused, what was sent.

mod since;

use std::collections::VecDeque;
use std::process::ExitCode;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::arguments::Audit;
use super::{VerbError, build, print};
use crate::audit::{self, Event, Line, Who};
pub(crate) use since::Since;

pub(super) fn run(options: &Audit) -> Result<ExitCode, VerbError> {
    let local = build::local()?;
    let mut kept: VecDeque<String> = VecDeque::new();
    let since = options.since.map(|since| since.from(OffsetDateTime::now_utc()));
    let odd = audit::read(&local.state, |text, line| {
        if wanted(options, since, &line) {
            kept.push_back(if options.json { text.to_owned() } else { shown(&line) });
            if options.last.is_some_and(|last| kept.len() > last) {
                kept.pop_front();
            }
        }
    });
    let odd = odd.map_err(|error| VerbError::Failed(format!("{}: {error}", audit::path(&local.state).display())))?;
    kept.iter().for_each(|line| print::out(line));
    if kept.is_empty() && !options.json {
        print::out(if local.audit {
            "Nothing of that was written down."
        } else {
            "No audit is written: TICKITI_RELAY_AUDIT is off."
        });
    }
    if odd > 0 {
        print::error(&format!("{odd} lines of the audit cannot be understood and were left out"));
    }
    Ok(ExitCode::SUCCESS)
}

fn wanted(options: &Audit, since: Option<OffsetDateTime>, line: &Line) -> bool {
    let (who, bad) = match &line.event {
        Event::Decision { who, allowed, .. } => (who, !allowed),
        Event::Request { who, outcome, .. } => (who, outcome != "done"),
    };
    let is = |wanted: &Option<String>, given: &str| wanted.as_ref().is_none_or(|wanted| wanted == given);
    is(&options.plugin, &who.plugin)
        && is(&options.tool, &who.tool)
        && is(&options.route, &who.route)
        && (bad || !options.refused)
        && since.is_none_or(|since| OffsetDateTime::parse(&line.time, &Rfc3339).is_ok_and(|time| time >= since))
}

/// A line for a person's eyes.
fn shown(line: &Line) -> String {
    let whose = |who: &Who| format!("{}  {}  ({})", who.route, who.tool, who.plugin);
    match &line.event {
        Event::Decision { who, allowed: true, .. } => format!("{}  let through  {}", line.time, whose(who)),
        Event::Decision { who, rule, .. } => {
            format!("{}  REFUSED      {}  rule {}", line.time, whose(who), rule.as_deref().unwrap_or("unknown"))
        }
        Event::Request { who, outcome, status, ms, attempts, write, .. } => {
            let status = status.map(|status| format!(", HTTP {status}")).unwrap_or_default();
            let write = write.as_ref().map(|write| format!(", {write}")).unwrap_or_default();
            let attempts = if *attempts > 1 { format!(", {attempts} attempts") } else { String::new() };
            format!("{}  {outcome:11}  {}{status}, {ms} ms{attempts}{write}", line.time, whose(who))
        }
    }
}
