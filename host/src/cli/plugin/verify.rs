//! `plugin verify`: is every plugin still what was trusted?

use std::process::ExitCode;

use super::super::{FAILED, VerbError, print};
use super::inspect::Bench;
use super::{still_at_work, unknown};
use crate::plugins::{Locked, Notice, against, differences};

/// How one plugin stands.
#[derive(serde::Serialize)]
struct Verdict {
    plugin: String,
    faults: Vec<String>,
}

pub(super) fn run(bench: &Bench, name: Option<&str>, json: bool) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    if let Some(name) = name
        && lock.get(name).is_none()
    {
        return Err(unknown(name, &lock));
    }
    let mut verdicts: Vec<Verdict> = Vec::new();
    for plugin in lock.plugins.iter().filter(|plugin| name.is_none_or(|name| name == plugin.name)) {
        let mut faults = of(bench, plugin);
        if let Ok(manifest) = plugin.manifest() {
            let beside = against(&manifest, &bench.builtin, &lock, Some(&plugin.name), &bench.routes);
            faults.extend(beside.into_iter().map(|fault| told(&Notice::Fault(fault))));
        }
        verdicts.push(Verdict { plugin: plugin.name.clone(), faults });
    }
    let notices = bench.served().notices();
    let of_settings = |notice: &&Notice| matches!(notice, Notice::Settings(_) | Notice::NoSuchPlugin { .. });
    let (notes, faults): (Vec<&Notice>, _) =
        notices.iter().filter(of_settings).partition(|notice| notice.is_harmless());
    if !faults.is_empty() {
        verdicts.push(Verdict { plugin: "settings".into(), faults: faults.into_iter().map(told).collect() });
    }
    let notes: Vec<String> = notes.into_iter().map(told).collect();
    let sound = verdicts.iter().all(|verdict| verdict.faults.is_empty());
    if json {
        print::json(&serde_json::json!({"ok": sound, "plugins": verdicts, "notes": notes}));
    } else if verdicts.is_empty() {
        print::out("No plugin was added; the built-in ones are part of the program.");
    }
    for Verdict { plugin, faults } in verdicts.iter().filter(|_| !json) {
        match faults.as_slice() {
            [] => print::out(&format!("{plugin}: as it was trusted")),
            faults => print::out(&format!("{plugin}: BAD\n  {}", faults.join("\n  "))),
        }
    }
    notes.iter().filter(|_| !json).for_each(|note| print::out(&format!("note: {note}")));
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// What is wrong, and what mends it.
fn told(notice: &Notice) -> String {
    format!("{notice}\n  fix: {}", notice.remedy())
}

fn of(bench: &Bench, plugin: &Locked) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err(changed) = plugin.manifest() {
        faults.push(told(&Notice::Changed { plugin: plugin.name.clone(), tool: changed.tool }));
    }
    if let Some(notice) = bench.folder.fault_of(plugin) {
        faults.push(told(&notice));
        return faults;
    }
    match bench.compiler.run(&bench.folder.component(plugin.sha256), &still_at_work) {
        Err(fault) => {
            faults.push(format!(
                "{fault}\n  fix: `tickiti-relay plugin update {} FILE` with one that can run",
                plugin.name
            ));
        }
        Ok(described) => {
            let trusted: Vec<_> = plugin.tools.iter().map(|tool| tool.definition.clone()).collect();
            faults.extend(differences(&trusted, &described.manifest.tools).iter().map(ToString::to_string));
        }
    }
    faults
}
