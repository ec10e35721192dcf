//! The table: every route by name, by family and by path.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::check;
use crate::error::TableError;
use crate::generate;
use crate::near;
use crate::path::{self, Found};
use crate::route::{Method, Route};

/// The text of the table that is built in.
const BUILTIN: &str = include_str!("../table.json");

/// All routes of an install.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// In the order of their names.
    routes: Vec<Arc<Route>>,
    /// Where each name stands in `routes`.
    names: HashMap<String, usize>,
    /// What each family is about. A family of a newer install may have no line.
    families: BTreeMap<String, String>,
}

/// The shape of `table.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text<R> {
    families: BTreeMap<String, String>,
    routes: Vec<R>,
}

impl Table {
    /// The reviewed table of the 155 endpoints of October 2026, parsed when it is first asked for.
    #[must_use]
    pub fn builtin() -> &'static Table {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| match Table::from_json(BUILTIN) {
            Ok(table) => table,
            // The text is part of the program and a test reads it: no table can get here that does not parse.
            Err(error) => unreachable!("the built-in table: {error}"),
        })
    }

    /// Reads a table of our own (a JSON object), or what `php artisan route:list --json` prints (a JSON array), which is
    /// then joined with our lists as `routes-generate` does.
    ///
    /// # Errors
    /// The text is neither, or a route in it breaks a rule of the table.
    pub fn from_json(text: &str) -> Result<Table, TableError> {
        // Some editors and shells begin a text file with a byte order mark.
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.chars().next() {
            Some('[') => generate::from_laravel(text).map(|generated| generated.table),
            _ => {
                let Text { families, routes } = serde_json::from_str::<Text<Route>>(text)
                    .map_err(|error| TableError::Shape { reason: error.to_string() })?;
                Table::new(families, routes)
            }
        }
    }

    pub(crate) fn new(families: BTreeMap<String, String>, mut routes: Vec<Route>) -> Result<Table, TableError> {
        check::all(&routes)?;
        routes.sort_by(|one, other| one.name.cmp(&other.name));
        let names = routes.iter().enumerate().map(|(at, route)| (route.name.clone(), at)).collect();
        Ok(Table { routes: routes.into_iter().map(Arc::new).collect(), names, families })
    }

    /// The table as text, one route a line, so that a change of one route is a change of one line.
    ///
    /// # Errors
    /// Never in practice: every part of a table can be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut lines = Vec::new();
        for route in &self.routes {
            lines.push(serde_json::to_string(route.as_ref())?);
        }
        let mut families = Vec::new();
        for (family, about) in &self.families {
            families.push(format!("{}:{}", serde_json::to_string(family)?, serde_json::to_string(about)?));
        }
        Ok(format!("{{\"families\":{{\n{}\n}},\"routes\":[\n{}\n]}}\n", families.join(",\n"), lines.join(",\n")))
    }

    /// The route with this name: `tickets.respond`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Route>> {
        self.names.get(name).and_then(|at| self.routes.get(*at))
    }

    /// The route of a family's action: `tickets`, `respond`.
    #[must_use]
    pub fn action(&self, family: &str, action: &str) -> Option<&Arc<Route>> {
        self.family(family).find(|route| route.action == action)
    }

    /// All routes, in the order of their names.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Route>> {
        self.routes.iter()
    }

    /// How many routes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// Names of the families, sorted.
    #[must_use]
    pub fn families(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.routes.iter().map(|route| route.family.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The routes of one family, in the order of their names; none for a family that does not exist.
    pub fn family<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a Arc<Route>> + use<'a, 'n> {
        self.routes.iter().filter(move |route| route.family == name)
    }

    /// One line on what a family is about, when we know.
    #[must_use]
    pub fn family_about(&self, name: &str) -> Option<&str> {
        self.families.get(name).map(String::as_str)
    }

    /// The route that answers a request: `path` is what comes after `/api/v1/`, still percent-encoded, without a query.
    #[must_use]
    pub fn by_path(&self, method: Method, path: &str) -> Option<Found<'_>> {
        path::best(self.routes.iter().filter(|route| route.method == method), path)
    }

    /// The methods that a path takes, to tell a wrong method (405) from an unknown path (404).
    #[must_use]
    pub fn methods(&self, path: &str) -> Vec<Method> {
        path::methods(self.routes.iter(), path)
    }

    /// Up to three names that are likely meant by a name that does not exist, the likeliest first.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Vec<&str> {
        near::routes(self, name)
    }

    /// Up to three families that are likely meant.
    #[must_use]
    pub fn nearest_family(&self, name: &str) -> Vec<&str> {
        near::closest(name, self.families().into_iter())
    }

    /// Up to three actions of a family that are likely meant.
    #[must_use]
    pub fn nearest_action(&self, family: &str, action: &str) -> Vec<&str> {
        near::closest(action, self.family(family).map(|route| route.action.as_str()))
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = &'a Arc<Route>;
    type IntoIter = std::slice::Iter<'a, Arc<Route>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
