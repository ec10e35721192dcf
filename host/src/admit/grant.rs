//! What the person running the relay allows a plugin. Built-in plugins run under one too.

use std::path::PathBuf;

use tickiti_relay_routes::{Class, Route};

use super::body::Members;
use super::right::Right;

/// The rights of a plugin. None by default: a right that is not given does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    rights: Vec<Right>,
    /// Why nobody knows what was granted; then nothing is.
    unknown: Option<String>,
    giving: Giving,
}

/// How the person gives a plugin one more right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Giving {
    /// It is kept: `tickiti-relay plugin grant NAME RIGHT`.
    #[default]
    Kept,
    /// For one command only: `--grant RIGHT` beside the plugin's file.
    ForTheMoment,
}

impl Giving {
    /// What the person types before the right.
    pub fn command(self, plugin: &str) -> String {
        match self {
            Self::Kept => format!("tickiti-relay plugin grant {plugin}"),
            Self::ForTheMoment => "--grant".to_owned(),
        }
    }
}

/// Why a request is beyond a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beyond {
    /// No right covers the route.
    Route,
    /// The rights that name the route want other fields; each as a person wrote it.
    Fields(Vec<String>),
    /// The grants cannot be read.
    Unknown(String),
}

impl Grant {
    /// These rights.
    pub fn of(rights: impl IntoIterator<Item = Right>) -> Self {
        Self { rights: rights.into_iter().collect(), ..Self::default() }
    }

    /// Every route that the plugin's tools declare, and every folder of the relay's: what the built-in plugins run under
    /// unless the person says otherwise.
    pub fn all() -> Self {
        Self::of([Right::AllRoutes, Right::AllFolders])
    }

    /// These routes, by name.
    pub fn routes(names: impl IntoIterator<Item = String>) -> Self {
        Self::of(names.into_iter().map(|route| Right::Route { route, fixed: Vec::new() }))
    }

    /// Nothing, because nobody can tell what was granted.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { unknown: Some(why.into()), ..Self::default() }
    }

    /// The same for one command only.
    #[must_use]
    pub fn for_the_moment(self) -> Self {
        Self { giving: Giving::ForTheMoment, ..self }
    }

    /// How the person gives the plugin one more.
    pub fn giving(&self) -> Giving {
        self.giving
    }

    /// The rights, in the order in which they were given.
    pub fn rights(&self) -> &[Right] {
        &self.rights
    }

    /// Whether what `earlier` let through to this route is let through still: none of its rights is gone, and none is new that
    /// confines the route.
    pub fn keeps(&self, earlier: &Self, route: &str) -> bool {
        let confines =
            |right: &&Right| matches!(right, Right::Route { route: name, fixed } if name == route && !fixed.is_empty());
        earlier.rights.iter().all(|right| self.rights.contains(right))
            && self.rights.iter().filter(confines).all(|right| earlier.rights.contains(right))
    }

    /// Whether some request to this route could be within the grant.
    pub fn reaches(&self, route: &Route) -> bool {
        self.rights.iter().any(|right| covers(right, route))
    }

    /// Whether a request to this route, with this body, is within the grant.
    pub(super) fn judge(&self, route: &Route, body: &Members<'_>) -> Result<(), Beyond> {
        if let Some(why) = &self.unknown {
            return Err(Beyond::Unknown(why.clone()));
        }
        let named: Vec<&Right> = self.rights.iter().filter(|right| names(right, route)).collect();
        if named.is_empty() {
            return if self.reaches(route) { Ok(()) } else { Err(Beyond::Route) };
        }
        let fits = |right: &&Right| match right {
            Right::Route { fixed, .. } => fixed.iter().all(|field| field.holds(route.encoding, body)),
            _ => false,
        };
        if named.iter().any(fits) {
            Ok(())
        } else {
            Err(Beyond::Fields(named.iter().map(ToString::to_string).collect()))
        }
    }

    /// The folders of the grant, each once; `None` for all of the relay's.
    pub fn folders(&self) -> Option<Vec<(PathBuf, bool)>> {
        if self.rights.contains(&Right::AllFolders) {
            return None;
        }
        let mut folders: Vec<(PathBuf, bool)> = Vec::new();
        for right in &self.rights {
            let Right::Folder { path, writable } = right else { continue };
            match folders.iter_mut().find(|(known, _)| known == path) {
                Some((_, known)) => *known |= *writable,
                None => folders.push((path.clone(), *writable)),
            }
        }
        Some(folders)
    }
}

fn names(right: &Right, route: &Route) -> bool {
    matches!(right, Right::Route { route: name, .. } if *name == route.name)
}

/// Whether a right covers a route, by the route's class and never by what a plugin says.
pub(super) fn covers(right: &Right, route: &Route) -> bool {
    match right {
        Right::AllRoutes => true,
        Right::Route { .. } => names(right, route),
        Right::Ability(ability) => {
            let class = match route.class {
                Class::Read => true,
                Class::Write => !ability.ends_with(":read"),
                Class::Destructive | Class::Sensitive => false,
            };
            class && route.abilities.contains(ability)
        }
        Right::AllFolders | Right::Folder { .. } => false,
    }
}
