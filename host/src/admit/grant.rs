//! What the person running the relay allows a plugin. First-party plugins run under one too.

use std::collections::BTreeSet;

use tickiti_relay_routes::Route;

/// The routes that a plugin may reach. None by default: a right that is not given does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    routes: BTreeSet<String>,
    all: bool,
}

impl Grant {
    /// Every route that the plugin's tools declare: what the built-in plugins run under.
    pub fn all() -> Self {
        Self { routes: BTreeSet::new(), all: true }
    }

    /// These routes, by name.
    pub fn routes(names: impl IntoIterator<Item = String>) -> Self {
        Self { routes: names.into_iter().collect(), all: false }
    }

    /// Whether a request to this route is within the grant.
    pub fn allows(&self, route: &Route) -> bool {
        self.all || self.routes.contains(&route.name)
    }
}
