//! What a person reads about plugins.

use std::fmt::Write;

use tickiti_relay_routes::Table;

use super::super::print::word;
use super::inspect::Inspected;
use super::rights::listed;
use crate::admit::{Grant, Right, local};
use crate::contract::{Access, Effect, Manifest, Tool};
use crate::plugins::{Difference, Lock, Locked, Notice, Origin, Stray, asks, families, public_name, together};
use crate::redact::clean;
use crate::sandbox::Digest;

/// What is shown before somebody is asked to trust a component.
pub(super) fn trust(inspected: &Inspected, grants: &[Right], routes: &Table) -> String {
    let manifest = inspected.manifest();
    let mut text = head_of(inspected);
    tools(&mut text, manifest, Origin::Added, routes);
    can(&mut text, &manifest.tools, routes);
    granted(&mut text, &manifest.name, &manifest.tools, grants, routes);
    trimmed(&text)
}

/// What is shown before a component takes another's place.
pub(super) fn replaced(before: &Locked, inspected: &Inspected, changes: &[Difference], routes: &Table) -> String {
    let manifest = inspected.manifest();
    let mut text = head_of(inspected);
    let _ = writeln!(text, "  instead of {} ({})", before.version, before.sha256);
    let _ = writeln!(text, "\nWhat changes in its tools");
    for change in changes {
        let _ = writeln!(text, "  {}", clean(&change.to_string()));
    }
    if changes.is_empty() {
        text.push_str("  nothing that the assistant sees; its code is another\n");
    }
    can(&mut text, &manifest.tools, routes);
    granted(&mut text, &manifest.name, &manifest.tools, &before.grants, routes);
    trimmed(&text)
}

/// What is said when a plugin was added.
pub(super) fn added(locked: &Locked, routes: &Table) -> String {
    let names: Vec<String> =
        locked.tools.iter().map(|tool| public_name(&Origin::Added, &locked.name, &tool.definition.name)).collect();
    let mut text = format!("{} {} is trusted and served: {}.\n", locked.name, locked.version, names.join(", "));
    let definitions: Vec<Tool> = locked.tools.iter().map(|tool| tool.definition.clone()).collect();
    granted(&mut text, &locked.name, &definitions, &locked.grants, routes);
    trimmed(&text)
}

/// All about a plugin that was added.
pub(super) fn show(locked: &Locked, routes: &Table) -> String {
    let tools_of: Vec<Tool> = locked.tools.iter().map(|tool| tool.definition.clone()).collect();
    let manifest = Manifest {
        name: locked.name.clone(),
        version: locked.version.clone(),
        about: locked.about.clone(),
        tools: tools_of,
    };
    let mut text = head(&manifest, &locked.source, locked.sha256, locked.bytes, &locked.contract);
    let _ = writeln!(text, "  trusted    {}", locked.trusted);
    tools(&mut text, &manifest, Origin::Added, routes);
    can(&mut text, &manifest.tools, routes);
    granted(&mut text, &manifest.name, &manifest.tools, &locked.grants, routes);
    trimmed(&text)
}

/// All about a plugin that is part of the program.
pub(super) fn show_builtin(manifest: &Manifest, rights: &[Right], routes: &Table) -> String {
    let mut text = format!("{}: {}\n  part of the program\n", manifest.name, manifest.about);
    tools(&mut text, manifest, Origin::BuiltIn, routes);
    granted(&mut text, &manifest.name, &manifest.tools, rights, routes);
    trimmed(&text)
}

/// All plugins, a line each, and what is wrong with them.
pub(super) fn list(lock: &Lock, strays: &[Stray], notices: &[Notice]) -> String {
    let builtin = families()
        .into_iter()
        .map(|name| (name.to_owned(), "built in".to_owned(), lock.grant_of_builtin(name).rights().to_vec()));
    let added = lock.plugins.iter().map(|plugin| (plugin.name.clone(), plugin.version.clone(), plugin.grants.clone()));
    let rows: Vec<_> = builtin.chain(added).collect();
    let width = |of: fn(&(String, String, Vec<Right>)) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (first, second) = (width(|row| row.0.len()), width(|row| row.1.len()));
    let mut text = String::new();
    for (name, version, rights) in &rows {
        let _ = writeln!(text, "{name:first$}  {version:second$}  may: {}", listed(rights));
    }
    for notice in notices {
        let word = if notice.is_harmless() { "note" } else { "BAD" };
        let (says, fix) = (clean(&notice.to_string()).into_owned(), clean(&notice.remedy()).into_owned());
        let _ = writeln!(text, "\n{word}: {says}\n  fix: {fix}");
    }
    for stray in strays {
        let path = stray.path.display();
        let _ = writeln!(
            text,
            "\nuntrusted, not served: {path}\n  to look at it and trust it: tickiti-relay plugin trust {}",
            word(&path.to_string())
        );
    }
    trimmed(&text)
}

fn head_of(inspected: &Inspected) -> String {
    let Inspected { source, sha256, bytes, described } = inspected;
    head(&described.manifest, source, *sha256, bytes.len() as u64, &described.contract)
}

fn head(manifest: &Manifest, source: &str, sha256: Digest, bytes: u64, contract: &str) -> String {
    let Manifest { name, version, about, .. } = manifest;
    let size = crate::relay::in_bytes(bytes);
    format!(
        "{name} {version}: {}\n  from       {}, {size}\n  sha256     {sha256}\n  contract   {contract}\n",
        clean(about),
        clean(source)
    )
}

fn tools(text: &mut String, manifest: &Manifest, origin: Origin, routes: &Table) {
    let _ = writeln!(text, "\nTools, as the assistant will read of them");
    for tool in &manifest.tools {
        let effect = match tool.effect {
            Effect::Read => "reads",
            Effect::Write => "writes",
            Effect::Destructive => "may destroy",
        };
        let _ =
            writeln!(text, "  {}: {} ({effect})", public_name(&origin, &manifest.name, &tool.name), clean(&tool.title));
        for line in clean(&tool.description).lines() {
            let _ = writeln!(text, "    | {line}");
        }
        for (right, names) in asks(tool, routes) {
            let names = if names.is_empty() { String::new() } else { format!("  for {}", names.join(", ")) };
            let _ = writeln!(text, "    asks for {right}{names}");
        }
        for file in &tool.files {
            let does = match file.access {
                Access::Text => "reads as text",
                Access::Image => "sends as an image",
                Access::Bytes => "sends",
                Access::Output => "makes",
            };
            let _ = writeln!(text, "    {does} the file in the argument {}", file.at);
        }
    }
}

fn can(text: &mut String, tools: &[Tool], routes: &Table) {
    let _ = writeln!(text, "\nTogether, with all that it asks for, it");
    for sentence in together(tools, routes) {
        let _ = writeln!(text, "  - {sentence}");
    }
}

/// What it may do, and which of its endpoints that leaves out.
fn granted(text: &mut String, name: &str, tools: &[Tool], rights: &[Right], routes: &Table) {
    let _ = writeln!(text, "\nIt may: {}", listed(rights));
    let grant = Grant::of(rights.to_vec());
    let known = |route: &str| local(route).or_else(|| routes.get(route));
    let covered = |route: &String| route == "*" || known(route).is_some_and(|known| grant.reaches(known));
    let mut left: Vec<&str> =
        tools.iter().flat_map(|tool| &tool.routes).filter(|route| !covered(route)).map(String::as_str).collect();
    left.sort_unstable();
    left.dedup();
    if !left.is_empty() {
        let _ = writeln!(text, "Not granted, so refused: {}", left.join(", "));
        let _ = writeln!(text, "To allow: tickiti-relay plugin grant {name} {}", left.join(" "));
    }
}

fn trimmed(text: &str) -> String {
    text.trim_end().to_owned()
}
