//! This computer: configuration, folders, plugins.

use super::super::Finding;
use crate::config::{ConfigErrors, Connection, Local};
use crate::files::Files;
use crate::ledger::{Archive, Which};
use std::borrow::Cow;

use tickiti_relay_routes::Table;

use crate::admit::Policy;
use crate::plugins::{Folder, Selection, Served, Source, builtin, families};
use crate::sandbox::Sandbox;

pub(super) fn configuration(
    connection: &Result<Connection, ConfigErrors>,
    local: &Result<Local, ConfigErrors>,
) -> Vec<Finding> {
    let problems = [connection.as_ref().err(), local.as_ref().err()].into_iter().flatten().flat_map(|errors| &errors.0);
    let mut findings: Vec<Finding> = problems
        .map(|problem| {
            Finding::fault(
                "configuration",
                problem.to_string(),
                "correct the variable; `tickiti-relay --help` explains each",
            )
        })
        .collect();
    if let Ok(connection) = connection {
        findings.push(Finding::good("configuration", told(connection)));
    }
    findings
}

/// How the helpdesk is reached. No name or password of a proxy.
fn told(connection: &Connection) -> String {
    let mut says = format!("{}, {} ms for a request", connection.base, connection.timeout.as_millis());
    if let Some(proxy) = &connection.proxy {
        says.push_str(&format!(", through the proxy {proxy}"));
    }
    if let Some(authority) = &connection.authority {
        let count = authority.certificates().len();
        let s = if count == 1 { "" } else { "s" };
        says.push_str(&format!(", trusting {count} more certificate{s} from {}", authority.path().display()));
    }
    says
}

pub(super) fn folders(local: &Local) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Files::new(local.files.clone()) {
        Err(refusals) => {
            findings.extend(
                refusals.iter().map(|refusal| Finding::fault("files", refusal.to_string(), "name another folder")),
            );
        }
        Ok(files) => {
            let refused = files.check();
            findings.extend(refused.iter().map(|refusal| {
                Finding::fault("files", refusal.to_string(), "make the folder, or take it out of TICKITI_RELAY_FILES")
            }));
            if refused.is_empty() {
                findings.push(Finding::good("files", reach(&files)));
            }
        }
    }
    for (about, folder) in [("state", &local.state), ("cache", &local.cache)] {
        findings.push(match writable(folder) {
            Ok(()) => Finding::good(about, folder.display().to_string()),
            Err(error) => Finding::fault(
                about,
                format!("{}: {error}", folder.display()),
                format!("make it writable for you, or set TICKITI_RELAY_{} to another folder", about.to_uppercase()),
            ),
        });
    }
    findings
}

/// Whether writes can be recorded, without which none is sent; and whether somebody must settle some.
pub(super) async fn ledger(local: &Local) -> Finding {
    let archive = Archive::new(&local.state);
    match archive.list(Which::Unsettled).await {
        Err(fault) => Finding::fault("ledger", format!("{fault}; no write is sent"), fault.remedy()),
        Ok(open) if open.is_empty() => Finding::good("ledger", "writes are recorded; none is unsettled"),
        Ok(open) => Finding::note(
            "ledger",
            format!("nobody knows the end of {} writes; `tickiti-relay ledger list` shows them", open.len()),
        ),
    }
}

/// Which files tools reach.
fn reach(files: &Files) -> String {
    let rules = files.rules();
    let own = rules.own_folder();
    if rules.roots.is_empty() {
        return format!("tools read no files; they write to {} only", own.display());
    }
    let roots: Vec<String> = rules
        .roots
        .iter()
        .map(|root| format!("{} ({})", root.path.display(), if root.writable { "read and write" } else { "read" }))
        .collect();
    format!("tools reach {}", roots.join(", "))
}

/// Whether files can be made there, seen by making one.
fn writable(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(&probe)
}

/// The plugins, judged by the endpoints that the relay would know.
pub(super) async fn plugins(local: &Local, routes: Cow<'static, Table>) -> Vec<Finding> {
    let sandbox = Sandbox::new(Some(local.cache.clone()));
    let builtin = builtin(&sandbox).await;
    let mut findings = Vec::new();
    let tools: usize =
        builtin.iter().filter_map(|plugin| plugin.manifest.as_ref().ok()).map(|manifest| manifest.tools.len()).sum();
    let folder = Folder::new(&local.state);
    let served = Served::new(Source {
        folder: folder.clone(),
        sandbox,
        builtin,
        moment: Vec::new(),
        routes,
        selection: Selection::default(),
        policy: Policy::default(),
    });
    findings.push(Finding::good("plugins", format!("{} serve {tools} tools", families().join(", "))));
    match folder.read() {
        Ok(lock) if !lock.plugins.is_empty() => {
            let names: Vec<&str> = lock.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
            findings.push(Finding::good("plugins", format!("added: {}", names.join(", "))));
        }
        // A fault of the folder is among the notices.
        Ok(_) | Err(_) => {}
    }
    findings.extend(served.examine().iter().map(|notice| match notice.is_harmless() {
        true => Finding::note("plugins", format!("{notice}; {}", notice.remedy())),
        false => Finding::fault("plugins", notice.to_string(), notice.remedy()),
    }));
    for stray in folder.strays() {
        let path = stray.path.display();
        findings.push(Finding::note(
            "plugins",
            format!("{path} lies there untrusted and is not served; `plugin trust {path}` adds it"),
        ));
    }
    findings
}
