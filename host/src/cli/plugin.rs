//! `tickiti-relay plugin`: what is trusted, and what it may do.

pub(super) mod arguments;
mod inspect;
mod page;
mod rights;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use tickiti_relay_routes::Table;

use super::arguments::{ForTheMoment, Start};
use super::{VerbError, author, print, terminal};
use crate::admit::Right;
use crate::config::Local;
use crate::plugins::{Folder, FolderFault, Lock, Locked, Momentary, Stray, differences, families, read_component};
use crate::sandbox::{Bounds, Code, Compiler, Component, Digest, Sandbox};
use arguments::{Add, Plugin, Trust, Trusted, Update};
use inspect::{Bench, Inspected};

pub(super) fn run(verb: &Plugin, start: &Start) -> Result<ExitCode, VerbError> {
    let bench = || Bench::new(start);
    match verb {
        Plugin::Add(options) => add(&bench()?, options),
        Plugin::List { json } => list(&bench()?, *json),
        Plugin::Show { name, json } => show(&bench()?, name, *json),
        Plugin::Grant { name, rights } => rights::grant(&bench()?, name, rights),
        Plugin::Revoke { name, rights, all } => rights::revoke(&bench()?, name, if *all { None } else { Some(rights) }),
        Plugin::Remove { name } => remove(&bench()?, name),
        Plugin::Update(options) => update(&bench()?, options),
        Plugin::Trust(options) => trust(&bench()?, options),
        Plugin::Verify { name, json } => verify::run(&bench()?, name.as_deref(), *json),
        Plugin::Author(verb) => author::run(verb, start),
    }
}

/// How third parties' components are compiled here.
pub(super) fn compiler(local: &Local) -> Result<Compiler, VerbError> {
    let program = std::env::current_exe()
        .map_err(|error| VerbError::Failed(format!("the program does not know its own path: {error}")))?;
    Ok(Compiler { program, cache: local.cache.clone(), bounds: Bounds::default() })
}

/// The plugin that is served for one command only.
pub(super) fn for_the_moment(
    moment: &ForTheMoment,
    local: &Local,
    routes: &Table,
    compiler: &Compiler,
    sandbox: &Sandbox,
) -> Result<Vec<Momentary>, VerbError> {
    let Some(path) = &moment.plugin else { return Ok(Vec::new()) };
    rights::check(&moment.grant, routes, &local.files, "Nothing was sent")?;
    let bytes = read_component(path)?;
    let sha256 = Digest::of(&bytes);
    let described = compiler
        .run(path, &still_at_work)
        .map_err(|fault| VerbError::Failed(format!("{}: {fault}", path.display())))?;
    let name = described.manifest.name.clone();
    let locked =
        inspect::locked(described, sha256, bytes.len() as u64, path.display().to_string(), moment.grant.clone());
    let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let guest = sandbox.plugin(Component::foreign(name, sha256, Code::File(path)));
    Ok(vec![Momentary { locked, guest }])
}

/// A sign of life while a component is compiled.
pub(super) fn still_at_work(so_far: Duration) {
    print::error(&format!("compiling: {} s so far", so_far.as_secs()));
}

impl From<FolderFault> for VerbError {
    fn from(fault: FolderFault) -> Self {
        let fix = fault.remedy().map(|remedy| format!("\nfix: {remedy}")).unwrap_or_default();
        Self::Failed(format!("{fault}{fix}"))
    }
}

fn add(bench: &Bench, options: &Add) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    let inspected = bench.look(&options.source)?;
    let name = inspected.manifest().name.clone();
    if let Some(locked) = lock.get(&name) {
        return Err(VerbError::Failed(match locked.sha256 == inspected.sha256 {
            true => format!(
                "this very file is trusted already, as the plugin `{name}`; `tickiti-relay plugin grant {name} RIGHT` allows it more"
            ),
            false => format!(
                "a plugin `{name}` is there already; to replace it: tickiti-relay plugin update {name} {}",
                print::word(&options.source)
            ),
        }));
    }
    bench.judge(&inspected, &lock, None)?;
    rights::check(&options.grant, &bench.routes, &bench.local.files, rights::NOT_CHANGED)?;
    let narrowed = rights::narrowed(&name, &[], &options.grant, &bench.routes);
    let page = page::trust(&inspected, &options.grant, &bench.routes) + &narrowed;
    let grants = options.grant.iter().map(|right| format!(" --grant {}", print::word(&right.to_string())));
    let how = format!("plugin add {}{}", print::word(&options.source), grants.collect::<String>());
    agreed(&page, &format!("Trust it, and add it as `{name}`?"), &options.trust, &inspected, &how)?;
    let locked = inspected.locked(options.grant.clone());
    added(bench, &inspected, locked.clone())?;
    if options.json {
        print::json(&locked);
    } else {
        print::out(&(page::added(&locked, &bench.routes) + &narrowed));
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts a plugin into the store and into the lock file.
fn added(bench: &Bench, inspected: &Inspected, locked: Locked) -> Result<(), VerbError> {
    bench.folder.change(|lock| {
        if lock.get(&locked.name).is_some() {
            return Err(VerbError::Failed(format!("a plugin `{}` was added meanwhile", locked.name)));
        }
        bench.folder.store(&inspected.bytes)?;
        lock.plugins.push(locked);
        Ok(())
    })
}

/// Whether the component is the one that the person means, where they said which.
fn is_meant(trusted: &Trusted, inspected: &Inspected) -> Result<(), VerbError> {
    match trusted.sha256 {
        Some(wanted) if wanted != inspected.sha256 => Err(VerbError::Failed(format!(
            "its SHA-256 is {}, and not {wanted}: it is another file. Nothing was changed",
            inspected.sha256
        ))),
        _ => Ok(()),
    }
}

/// Fails unless somebody says yes: at the terminal, or beside the digest.
fn agreed(page: &str, question: &str, trusted: &Trusted, inspected: &Inspected, how: &str) -> Result<(), VerbError> {
    is_meant(trusted, inspected)?;
    if trusted.yes {
        return Ok(());
    }
    print::error_page(page);
    match terminal::yes(question) {
        Some(true) => Ok(()),
        Some(false) => Err(VerbError::Failed("nothing was changed".into())),
        None => {
            let digest = inspected.sha256;
            Err(VerbError::Failed(format!(
                "there is no terminal to ask in. If you trust it: tickiti-relay {how} --yes --sha256 {digest}"
            )))
        }
    }
}

fn list(bench: &Bench, json: bool) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    // A copy of what is trusted and served is none.
    let trusted = |stray: &Stray| {
        let alike = lock.plugins.iter().filter(|plugin| plugin.bytes == stray.bytes);
        let found = alike.map(|plugin| plugin.sha256).collect::<Vec<_>>();
        !found.is_empty() && read_component(&stray.path).is_ok_and(|bytes| found.contains(&Digest::of(&bytes)))
    };
    let strays: Vec<Stray> = bench.folder.strays().into_iter().filter(|stray| !trusted(stray)).collect();
    let notices = bench.served().examine();
    if json {
        let builtin: Vec<_> = families()
            .into_iter()
            .map(|name| serde_json::json!({"name": name, "grants": lock.grant_of_builtin(name).rights()}))
            .collect();
        let notices: Vec<_> = notices
            .iter()
            .map(|notice| serde_json::json!({"says": notice.to_string(), "fix": notice.remedy()}))
            .collect();
        print::json(
            &serde_json::json!({"plugins": lock.plugins, "builtin": builtin, "untrusted": strays, "notices": notices}),
        );
    } else {
        print::out(&page::list(&lock, &strays, &notices));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(bench: &Bench, name: &str, json: bool) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    match (lock.get(name), bench.builtin(name)) {
        (Some(locked), _) if json => print::json(locked),
        (Some(locked), _) => print::out(&page::show(locked, &bench.routes)),
        (None, Some(manifest)) => {
            let rights = lock.grant_of_builtin(name).rights().to_vec();
            if json {
                print::json(&serde_json::json!({"name": name, "grants": rights, "tools": manifest.tools}));
            } else {
                print::out(&page::show_builtin(manifest, &rights, &bench.routes));
            }
        }
        (None, None) => return Err(unknown(name, &lock)),
    }
    Ok(ExitCode::SUCCESS)
}

fn remove(bench: &Bench, name: &str) -> Result<ExitCode, VerbError> {
    let gone = bench.folder.change(|lock| {
        let at = lock.plugins.iter().position(|plugin| plugin.name == name).ok_or_else(|| unknown(name, lock))?;
        Ok::<_, VerbError>(lock.plugins.remove(at))
    })?;
    bench.forget(gone.sha256)?;
    print::out(&format!("{name} is removed. What it wrote to the helpdesk stays."));
    Ok(ExitCode::SUCCESS)
}

fn update(bench: &Bench, options: &Update) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    let name = &options.name;
    let before = lock.get(name).ok_or_else(|| unknown(name, &lock))?.clone();
    let inspected = bench.inspect(&options.source, &lock, Some(name))?;
    if inspected.manifest().name != *name {
        let other = &inspected.manifest().name;
        return Err(VerbError::Failed(format!(
            "that is the plugin `{other}` and not `{name}`; `plugin add` adds another one"
        )));
    }
    is_meant(&options.trust, &inspected)?;
    if inspected.sha256 == before.sha256 && before.manifest().is_ok() {
        return bring_back(bench, &before, &inspected);
    }
    replace(
        bench,
        &before,
        &inspected,
        &options.trust,
        &format!("plugin update {name} {}", print::word(&options.source)),
    )
}

fn trust(bench: &Bench, options: &Trust) -> Result<ExitCode, VerbError> {
    let lock = bench.folder.read()?;
    let Some(before) = options.what.to_str().and_then(|name| lock.get(name)).cloned() else {
        let source =
            in_folder(&bench.folder, &options.what).ok_or_else(|| unknown(&options.what.to_string_lossy(), &lock))?;
        let trust = Trusted { yes: options.trust.yes, sha256: options.trust.sha256 };
        let add_options =
            Add { source: source.display().to_string(), grant: options.grant.clone(), trust, json: false };
        return add(bench, &add_options);
    };
    if !options.grant.is_empty() {
        let rights: Vec<String> =
            options.grant.iter().map(|right| print::word(&right.to_string()).into_owned()).collect();
        return Err(VerbError::Failed(format!(
            "`--grant` goes with a file that is added, and `{0}` is there: its rights stay as they are. To allow it more: \
             tickiti-relay plugin grant {0} {1}. Nothing was changed",
            before.name,
            rights.join(" ")
        )));
    }
    let path = bench.folder.component(before.sha256);
    let inspected = bench.inspect(&path.display().to_string(), &lock, Some(&before.name))?;
    let name = &before.name;
    if inspected.manifest().name != *name {
        let other = &inspected.manifest().name;
        return Err(VerbError::Failed(format!(
            "its file is the plugin `{other}` now; `plugin remove {name}` takes it out"
        )));
    }
    is_meant(&options.trust, &inspected)?;
    let same = before.manifest().is_ok_and(|manifest| manifest == *inspected.manifest());
    if same && inspected.sha256 == before.sha256 {
        print::out(&format!("{name} is what was trusted: nothing changed."));
        return Ok(ExitCode::SUCCESS);
    }
    let inspected = Inspected { source: before.source.clone(), ..inspected };
    replace(bench, &before, &inspected, &options.trust, &format!("plugin trust {name}"))
}

/// Stores what is trusted already once more, for who lost it.
fn bring_back(bench: &Bench, trusted: &Locked, inspected: &Inspected) -> Result<ExitCode, VerbError> {
    let name = &trusted.name;
    let lost = bench.folder.fault_of(trusted).is_some();
    bench.folder.change(|lock| match lock.get(name) {
        Some(now) if now.sha256 == trusted.sha256 => Ok(bench.folder.store(&inspected.bytes).map(drop)?),
        _ => Err(VerbError::Failed(format!("`{name}` was changed meanwhile; nothing was changed"))),
    })?;
    let what = if lost { "its file is back, as it was trusted" } else { "the file is the same" };
    print::out(&format!("{name} is that already: {what}."));
    Ok(ExitCode::SUCCESS)
}

/// A file as it was named, or of that name in the folder of plugins.
fn in_folder(folder: &Folder, what: &Path) -> Option<PathBuf> {
    [what.to_owned(), folder.path().join(what)].into_iter().find(|path| path.is_file())
}

/// Puts another component in the place of a trusted one, after it was shown what changes.
fn replace(
    bench: &Bench,
    before: &Locked,
    inspected: &Inspected,
    trust: &Trusted,
    how: &str,
) -> Result<ExitCode, VerbError> {
    let name = before.name.clone();
    let tools: Vec<_> = before.tools.iter().map(|tool| tool.definition.clone()).collect();
    let changes = differences(&tools, &inspected.manifest().tools);
    let page = page::replaced(before, inspected, &changes, &bench.routes);
    agreed(&page, &format!("Trust it, and serve it as `{name}`?"), trust, inspected, how)?;
    bench.folder.change(|lock| {
        let place = lock.plugins.iter_mut().find(|plugin| plugin.name == name);
        let place = place.ok_or_else(|| VerbError::Failed(format!("`{name}` was removed meanwhile")))?;
        let grants = place.grants.clone();
        bench.folder.store(&inspected.bytes)?;
        *place = inspected.locked(grants);
        Ok::<_, VerbError>(())
    })?;
    if before.sha256 != inspected.sha256 {
        bench.forget(before.sha256)?;
    }
    let changed = if changes.is_empty() {
        "its tools are as before".to_owned()
    } else {
        format!("{} changes in its tools", changes.len())
    };
    print::out(&format!(
        "{name} {} is trusted and served: {changed}. Its rights are as before.",
        inspected.manifest().version
    ));
    Ok(ExitCode::SUCCESS)
}

/// Why nothing can be done to a plugin of this name.
fn unknown(name: &str, lock: &Lock) -> VerbError {
    if families().contains(&name) {
        return VerbError::Failed(format!(
            "the plugin `{name}` is part of the program, so there is nothing to replace, remove, trust or verify. \
             `tickiti-relay plugin revoke {name} --all` confines it"
        ));
    }
    let names: Vec<&str> = lock.plugins.iter().map(|plugin| plugin.name.as_str()).chain(families()).collect();
    VerbError::Failed(format!("there is no plugin `{}`. There are: {}", crate::redact::clean(name), names.join(", ")))
}

/// The rights of a plugin, whether built in or added.
fn rights_of<'l>(lock: &'l Lock, name: &str) -> Option<Vec<Right>> {
    let added = |plugin: &'l Locked| plugin.grants.clone();
    let builtin = || families().contains(&name).then(|| lock.grant_of_builtin(name).rights().to_vec());
    lock.get(name).map(added).or_else(builtin)
}
