//! `plugin verify`: is every plugin still what was trusted?

use std::process::ExitCode;

use super::super::{FAILED, VerbError, print};
use super::inspect::Bench;
use super::{still_at_work, unknown};
use crate::plugins::{Locked, against, differences};
use crate::sandbox::Digest;

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
            faults.extend(beside.iter().map(ToString::to_string));
        }
        verdicts.push(Verdict { plugin: plugin.name.clone(), faults });
    }
    if let Err(fault) = bench.folder.settings() {
        verdicts.push(Verdict { plugin: "settings".into(), faults: vec![fault.to_string()] });
    }
    let sound = verdicts.iter().all(|verdict| verdict.faults.is_empty());
    if json {
        print::json(&serde_json::json!({"ok": sound, "plugins": verdicts}));
    } else if verdicts.is_empty() {
        print::out("No plugin was added; the built-in ones are part of the program.");
    }
    for Verdict { plugin, faults } in verdicts.iter().filter(|_| !json) {
        match faults.as_slice() {
            [] => print::out(&format!("{plugin}: as it was trusted")),
            faults => print::out(&format!("{plugin}: BAD\n  {}", faults.join("\n  "))),
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn of(bench: &Bench, plugin: &Locked) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err(changed) = plugin.manifest() {
        faults.push(format!("{changed}: `tickiti-relay plugin trust {}` shows what changed", plugin.name));
    }
    let bytes = match bench.folder.stored(plugin.sha256) {
        Ok(bytes) => bytes,
        Err(fault) => {
            faults.push(format!(
                "{fault}: `tickiti-relay plugin update {} {}` brings it back",
                plugin.name, plugin.source
            ));
            return faults;
        }
    };
    let found = Digest::of(&bytes);
    if found != plugin.sha256 {
        faults.push(format!("its file is another: SHA-256 {found} and not {}", plugin.sha256));
        return faults;
    }
    match bench.compiler.run(&bench.folder.component(plugin.sha256), &still_at_work) {
        Err(fault) => faults.push(fault.to_string()),
        Ok(described) => {
            let trusted: Vec<_> = plugin.tools.iter().map(|tool| tool.definition.clone()).collect();
            faults.extend(differences(&trusted, &described.manifest.tools).iter().map(ToString::to_string));
        }
    }
    faults
}
