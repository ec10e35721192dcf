//! `TICKITI_RELAY_FILES` as a list of folders, and the folders that the relay keeps for itself.

use std::path::{Path, PathBuf};

use super::problem::ConfigProblem;
use super::variables::{CACHE, FILES, STATE};
use super::{Environment, shown, text};
use crate::files::Root;

/// What the relay calls its folders.
const NAME: &str = "tickiti-relay";

/// Reads a path list. On Unix the separator is `:`, so that the `ro` of `/folder:ro` stands as an element of its own; on
/// Windows it is `;`, and a drive has a colon too.
pub(super) fn path_list(list: &str, windows: bool) -> Result<Vec<Root>, ConfigProblem> {
    let mut roots: Vec<Root> = Vec::new();
    for element in list.split(if windows { ';' } else { ':' }) {
        let element = element.trim();
        if windows {
            let (path, writable) = element.strip_suffix(":ro").map_or((element, true), |path| (path, false));
            if path.is_empty() && !writable {
                return Err(ConfigProblem::ReadOnlyWhat { name: FILES });
            }
            if !path.is_empty() {
                roots.push(Root { path: path.into(), writable });
            }
        } else if element == "ro" {
            match roots.last_mut() {
                Some(root) if root.writable => root.writable = false,
                _ => return Err(ConfigProblem::ReadOnlyWhat { name: FILES }),
            }
        } else if !element.is_empty() {
            roots.push(Root { path: element.into(), writable: true });
        }
    }
    let mut once: Vec<Root> = Vec::new();
    for root in roots {
        match once.iter().find(|known| known.path == root.path) {
            Some(known) if known.writable != root.writable => {
                return Err(ConfigProblem::Twice { name: FILES, given: shown(&root.path.to_string_lossy()) });
            }
            Some(_) => {}
            None => once.push(root),
        }
    }
    Ok(once)
}

/// The user's home folder.
pub(super) fn home(env: Environment<'_>, windows: bool) -> Option<PathBuf> {
    absolute_in(env, if windows { "USERPROFILE" } else { "HOME" })
}

/// Folder of what must last.
pub(super) fn state(env: Environment<'_>, windows: bool) -> Result<PathBuf, ConfigProblem> {
    own(env, windows, STATE, "XDG_STATE_HOME", &[".local", "state"], "state")
}

/// Folder of what can be made again: for a user without a home, one in the state folder.
pub(super) fn cache(env: Environment<'_>, windows: bool, state: Option<&Path>) -> Result<PathBuf, ConfigProblem> {
    match (own(env, windows, CACHE, "XDG_CACHE_HOME", &[".cache"], "cache"), state) {
        (Err(ConfigProblem::NoHome { .. }), Some(state)) => Ok(state.join("cache")),
        (found, _) => found,
    }
}

/// The variable; else where the system keeps such folders (XDG base directories; on Windows the local application data).
fn own(
    env: Environment<'_>,
    windows: bool,
    name: &'static str,
    xdg: &str,
    beneath_home: &[&str],
    windows_name: &str,
) -> Result<PathBuf, ConfigProblem> {
    if let Some(given) = text(env, name)? {
        let path = PathBuf::from(&given);
        return if path.is_absolute() { Ok(path) } else { Err(ConfigProblem::Relative { name, given: shown(&given) }) };
    }
    let found = if windows {
        absolute_in(env, "LOCALAPPDATA").map(|folder| folder.join(NAME).join(windows_name))
    } else {
        absolute_in(env, xdg)
            .or_else(|| Some(beneath_home.iter().fold(home(env, windows)?, |path, part| path.join(part))))
            .map(|folder| folder.join(NAME))
    };
    found.ok_or(ConfigProblem::NoHome { name })
}

/// An absolute path in a variable of the system's; others are ignored, as the XDG specification asks.
fn absolute_in(env: Environment<'_>, name: &str) -> Option<PathBuf> {
    env(name).map(PathBuf::from).filter(|path| path.is_absolute() && path != Path::new(""))
}
