//! The verb `connect`: shows the change, makes it, and says what to do next.

use std::path::PathBuf;
use std::process::ExitCode;

use super::arguments::{Connect, ForTheMoment, Start};
use super::connect::{self, Change, Client, Launch};
use super::{VerbError, build, print};
use crate::config::{ProxyAddress, process_environment, variables};
use crate::plugins::Selection;

pub(super) fn run(options: &Connect, start: &Start) -> Result<ExitCode, VerbError> {
    let failed = |error: connect::ConnectError| VerbError::Failed(error.to_string());
    let project = options.project.as_deref();
    let change = if options.undo {
        connect::undo(options.client, project).map_err(failed)?
    } else {
        connect::connect(options.client, project, &launch(options.client, start)?).map_err(failed)?
    };
    if !options.dry_run && !change.unchanged {
        change.write().map_err(failed)?;
        if options.undo {
            change.forget_copy();
        }
    }
    if options.json {
        print::json(&serde_json::json!({
            "file": change.path,
            "copy": change.copy.as_ref().filter(|_| !options.undo),
            "entry": change.entry,
            "written": !options.dry_run && !change.unchanged,
        }));
    } else {
        print::out(&shown(&change, options));
    }
    Ok(ExitCode::SUCCESS)
}

/// How a client starts this very program, with what the environment says now. The token goes by its file, or by a reference
/// to the client's environment, never by itself: clients' files are copied, synchronised and committed. So does the address
/// of a proxy that holds a password.
fn launch(client: Client, start: &Start) -> Result<Launch, VerbError> {
    let command = std::env::current_exe()
        .map_err(|error| VerbError::Failed(format!("the program does not know its own path: {error}")))?;
    let set = |name: &str| {
        process_environment(name).and_then(|value| value.into_string().ok()).filter(|value| !value.trim().is_empty())
    };
    if set(variables::API_BASE).is_none() {
        let missing = format!("set {} first, so that it can be written into the client's entry", variables::API_BASE);
        return Err(VerbError::Configuration(missing));
    }
    let by_file = set(variables::API_TOKEN_FILE).is_some();
    let reference = client.reference(variables::API_TOKEN).filter(|_| set(variables::API_TOKEN).is_some() && !by_file);
    if !by_file && reference.is_none() {
        return Err(VerbError::Configuration(format!(
            "set {} first: a file that holds the token and nothing else and is yours alone (chmod 600). The token itself is \
             never written into a client's file",
            variables::API_TOKEN_FILE
        )));
    }
    let proxy = set(variables::PROXY).map(|given| proxy(client, given)).transpose()?;
    let local = build::local()?;
    if start.selection() != Selection::default() {
        // The entry outlives this moment, and nobody reads a client's log.
        let served = build::runtime()?.block_on(build::served(&local, start, &ForTheMoment::default()))?;
        let idle: Vec<String> = served.idle().iter().map(ToString::to_string).collect();
        if !idle.is_empty() {
            return Err(VerbError::Failed(format!("{}. Nothing was changed", idle.join("; "))));
        }
    }
    let names = variables::VARIABLES.iter().map(|variable| variable.name);
    let environment = names
        .filter_map(|name| match name {
            variables::API_TOKEN => reference.clone().map(|reference| (name.to_owned(), reference)),
            variables::PROXY => proxy.clone().map(|proxy| (name.to_owned(), proxy)),
            _ => set(name).map(|value| (name.to_owned(), value)),
        })
        .collect();
    Ok(Launch { command, arguments: start.written(), environment })
}

/// The proxy as it may stand in the client's file.
fn proxy(client: Client, given: String) -> Result<String, VerbError> {
    let name = variables::PROXY;
    let address =
        ProxyAddress::parse(given.trim()).map_err(|problem| VerbError::Configuration(format!("{name} {problem}")))?;
    if !address.has_credentials() {
        return Ok(given);
    }
    client.reference(name).ok_or_else(|| {
        VerbError::Configuration(format!(
            "{name} holds a password, which is never written into a client's file, and this client cannot take it from its \
             environment: set {name} without the password, and add that to the entry by hand if you must"
        ))
    })
}

fn shown(change: &Change, options: &Connect) -> String {
    let file = change.path.display();
    if change.unchanged {
        return format!("{file} is as wanted already.");
    }
    let mut lines = vec![match (options.dry_run, options.undo) {
        (true, false) => format!("{file} would get this entry:"),
        (true, true) => format!("{file} would be as before:"),
        (false, false) => format!("{file} has this entry now:"),
        (false, true) => format!("{file} is as before:"),
    }];
    match &change.entry {
        Some(entry) => lines.push(format!("\"tickiti\": {}", serde_json::to_string_pretty(entry).unwrap_or_default())),
        None => lines.push("no entry \"tickiti\"".into()),
    }
    if !options.dry_run && !options.undo {
        let written = change.entry.as_ref().map(ToString::to_string).unwrap_or_default();
        let referred =
            |name: &str| options.client.reference(name).is_some_and(|reference| written.contains(&reference));
        if referred(variables::API_TOKEN) {
            lines.push(format!(
                "The client takes the token from its own environment: {} must be set where it is started. A file \
                 ({}) is surer.",
                variables::API_TOKEN,
                variables::API_TOKEN_FILE
            ));
        }
        if referred(variables::PROXY) {
            lines.push(format!(
                "The client takes the proxy's address, which holds a password, from its own environment: {} must be set where \
                 it is started.",
                variables::PROXY
            ));
        }
        let copy: Option<&PathBuf> = change.copy.as_ref();
        lines.extend(
            copy.map(|copy| format!("How it was before is kept in {}; --undo brings it back.", copy.display())),
        );
        lines.push("Start the client anew. `tickiti-relay doctor` looks whether the relay itself is in order.".into());
    }
    lines.join("\n")
}
