//! `plugin call`: one tool on a stand-in helpdesk that lives as long as the call.

use std::process::ExitCode;
use std::sync::Arc;

use secrecy::SecretString;
use tickiti_relay_scratch::{Helpdesk, Options};

use super::arguments::Call;
use super::component::{Tried, declared};
use super::scratchpad::Scratchpad;
use crate::admit::Policy;
use crate::audit::Audit;
use crate::cli::arguments::Start;
use crate::cli::{VerbError, build, call, print};
use crate::digest::Digest;
use crate::files::Files;
use crate::ledger::Ledger;
use crate::limits;
use crate::plugins::{Catalogue, Folder, Installed, Origin, Served, public_name};
use crate::relay::{Asked, Gate, NoOne, Relay, Told};
use crate::upstream::{Budget, Settings, Upstream};

/// The stand-in's token that may do everything.
const TOKEN: &str = "full";

pub(super) fn run(options: &Call, start: &Start) -> Result<ExitCode, VerbError> {
    let failed = |why: String| VerbError::Failed(why);
    let arguments = call::arguments(&options.args)?;
    let Tried { described, plugin, local, .. } = Tried::at(&options.file)?;
    build::log(local.log);
    let manifest = described.manifest;
    let prefix = format!("{}_", manifest.name);
    // Both of its names will do: the plugin's own, and the one that the assistant knows.
    let wanted = options.tool.strip_prefix(&prefix).unwrap_or(&options.tool);
    let tool =
        manifest.tools.iter().find(|tool| tool.name == wanted || tool.name == options.tool).ok_or_else(|| {
            let known: Vec<&str> = manifest.tools.iter().map(|tool| tool.name.as_str()).collect();
            failed(format!(
                "the plugin `{}` has no tool `{}`; it has: {}",
                manifest.name,
                options.tool,
                known.join(", ")
            ))
        })?;
    let public = public_name(&Origin::Added, &manifest.name, &tool.name);
    let settings = Folder::new(&local.state).settings()?.remove(&manifest.name);
    let installed = Installed {
        grant: declared(tool),
        origin: Origin::Added,
        settings: Ok(settings.unwrap_or_else(|| "{}".to_owned())),
        guest: plugin,
        manifest,
    };
    let routes = build::table(start.routes.as_deref())?;
    let (catalogue, faults) = Catalogue::new([installed], &routes);
    if let Some(fault) = faults.first() {
        let check =
            format!("`tickiti-relay plugin check {}` tells all", print::word(&options.file.display().to_string()));
        return Err(failed(format!("the relay would not serve it: {fault}. {check}")));
    }
    let helpdesk = Helpdesk::start(Options::default()).map_err(|error| failed(error.to_string()))?;
    let base = helpdesk.base().parse().map_err(|error| failed(format!("the stand-in has no address: {error}")))?;
    let token = SecretString::from(helpdesk.token(TOKEN).unwrap_or_default());
    let upstream = Upstream::new(Settings {
        base,
        token: &token,
        timeout: limits::REQUEST_TIMEOUT,
        proxy: None,
        authorities: Vec::new(),
    })
    .map_err(|unusable| failed(unusable.to_string()))?;
    let files = Files::new(local.files).map_err(|refusals| {
        VerbError::Configuration(refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    let pad = Scratchpad::new().map_err(|error| failed(format!("no folder for temporary files: {error}")))?;
    let relay = Relay {
        served: Served::fixed(catalogue),
        policy: Policy::default(),
        audit: Audit::off(),
        routes,
        files: Arc::new(files),
        redactor: Some(upstream.redactor().clone()),
        helpdesk: Arc::new(upstream),
        ledger: Ledger::new(pad.path(), Digest::of([]), "the stand-in"),
        gate: Gate::default(),
        budget: Budget::default(),
    };
    let watch = |told: Told| match told {
        Told::Progress(progress) => print::error(&progress.text),
        Told::Waiting(text) => print::error(&text),
    };
    let asked = Asked { tool: public, arguments, client_key: None };
    let ended = build::runtime()?.block_on(relay.call(asked, &watch, &NoOne));
    for request in helpdesk.requests() {
        print::error(&format!(
            "the stand-in was asked: {} {}: {}",
            request.method,
            request.path,
            answered(request.status)
        ));
    }
    Ok(call::told(&relay, ended, options.json))
}

fn answered(status: Option<u16>) -> String {
    status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}
