//! `plugin grant` and `plugin revoke`.

use std::process::ExitCode;

use super::super::{VerbError, print};
use super::inspect::Bench;
use super::{rights_of, unknown};
use crate::admit::Right;
use crate::plugins::{Lock, families};

pub(super) fn grant(bench: &Bench, name: &str, rights: &[Right]) -> Result<ExitCode, VerbError> {
    check(bench, rights)?;
    let now = change(bench, name, |held| {
        let new: Vec<Right> = rights.iter().filter(|right| !held.contains(right)).cloned().collect();
        held.extend(new);
        Ok(())
    })?;
    print::out(&told(name, &now));
    Ok(ExitCode::SUCCESS)
}

/// Takes rights back; all where none is named.
pub(super) fn revoke(bench: &Bench, name: &str, rights: Option<&[Right]>) -> Result<ExitCode, VerbError> {
    let now = change(bench, name, |held| {
        let Some(rights) = rights else {
            held.clear();
            return Ok(());
        };
        for right in rights {
            let at = held.iter().position(|known| known == right).ok_or_else(|| {
                VerbError::Failed(format!(
                    "`{right}` is not among its rights. It has: {}. Nothing was changed",
                    listed(held)
                ))
            })?;
            held.remove(at);
        }
        Ok(())
    })?;
    print::out(&told(name, &now));
    Ok(ExitCode::SUCCESS)
}

fn change(
    bench: &Bench,
    name: &str,
    change: impl FnOnce(&mut Vec<Right>) -> Result<(), VerbError>,
) -> Result<Vec<Right>, VerbError> {
    bench.folder.change(|lock: &mut Lock| {
        let mut held = rights_of(lock, name).ok_or_else(|| unknown(name, lock))?;
        change(&mut held)?;
        if let Some(plugin) = lock.plugins.iter_mut().find(|plugin| plugin.name == name) {
            plugin.grants = held.clone();
        } else if families().contains(&name) {
            lock.builtin.insert(name.to_owned(), held.clone());
        }
        Ok(held)
    })
}

fn told(name: &str, rights: &[Right]) -> String {
    format!("{name} may now: {}", listed(rights))
}

pub(super) fn listed(rights: &[Right]) -> String {
    let all: Vec<String> = rights.iter().map(ToString::to_string).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// Rights that name nothing are slips of the pen, and a person would wonder why they do not work.
pub(super) fn check(bench: &Bench, rights: &[Right]) -> Result<(), VerbError> {
    for right in rights {
        let wrong = match right {
            Right::AllRoutes | Right::AllFolders => None,
            Right::Ability(ability) => unknown_ability(bench, ability),
            Right::Route { route, .. } if route.starts_with("relay.") => None,
            Right::Route { route, .. } if bench.routes.get(route).is_some() => None,
            Right::Route { route, .. } => {
                let near = bench
                    .routes
                    .nearest(route)
                    .first()
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                Some(format!("`{route}` is not an endpoint of this helpdesk{near}"))
            }
            Right::Folder { path, .. } => {
                let within = bench.local.files.within(&[(path.clone(), true)]);
                within.roots.is_empty().then(|| {
                    format!(
                        "{} lies in no folder of TICKITI_RELAY_FILES, which bounds what any plugin reaches",
                        path.display()
                    )
                })
            }
        };
        if let Some(wrong) = wrong {
            let stop = if wrong.ends_with('?') { "" } else { "." };
            return Err(VerbError::Failed(format!("{wrong}{stop} Nothing was changed")));
        }
    }
    Ok(())
}

fn unknown_ability(bench: &Bench, ability: &str) -> Option<String> {
    let known: std::collections::BTreeSet<&str> =
        bench.routes.iter().flat_map(|route| route.abilities.iter().map(String::as_str)).collect();
    let all: Vec<&str> = known.iter().copied().collect();
    (!known.contains(ability))
        .then(|| format!("`{ability}` is no ability that an endpoint asks for. There are: {}", all.join(", ")))
}
