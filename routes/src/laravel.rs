//! What `php artisan route:list --json` says about a route.
//!
//! Laravel prints an array of objects: `domain`, `method` (`POST`, `GET|HEAD`), `uri` (`api/v1/tickets/respond`), `name`,
//! `action`, `middleware`. Aliases of middleware come resolved to class names with their parameters behind a colon;
//! middleware inside a group comes so only with `-vv`.

use serde::Deserialize;

use crate::error::TableError;
use crate::route::{Method, Role};

/// What the names of the API's routes begin with.
const NAMES: &str = "api.v1.";
/// What their paths begin with.
const PATHS: &str = "api/v1/";
/// Serves a running agent task's own token alone; every other gets 403.
const LEFT_OUT: &str = "api.v1.axial.agent_task.request";

/// One line of Laravel's list; what we do not use is not read.
#[derive(Debug, Deserialize)]
struct Line {
    method: String,
    uri: String,
    name: Option<String>,
    #[serde(default)]
    middleware: Middleware,
}

/// A list in every Laravel since 8, lines of text before.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Middleware {
    List(Vec<String>),
    Lines(String),
}

impl Default for Middleware {
    fn default() -> Self {
        Middleware::List(Vec::new())
    }
}

/// What the server demands for one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Without `api.v1.`.
    pub(crate) name: String,
    pub(crate) method: Method,
    /// Without `api/v1/`; every placeholder as `{name}`.
    pub(crate) uri: String,
    /// Abilities that are enough, all together.
    pub(crate) abilities: Vec<String>,
    pub(crate) role: Option<Role>,
    pub(crate) sysadmin: bool,
    pub(crate) plans: Vec<String>,
    /// What the columns cannot say, in sentences.
    pub(crate) remarks: Vec<String>,
}

impl Facts {
    /// Whether the server itself treats the route as a write: it asks for abilities, and none to read is enough.
    pub(crate) fn is_write(&self) -> bool {
        !self.abilities.is_empty() && !self.abilities.iter().any(|ability| ability.ends_with(":read"))
    }
}

/// The routes of the API in Laravel's list.
pub(crate) fn read(text: &str) -> Result<Vec<Facts>, TableError> {
    let lines: Vec<Line> =
        serde_json::from_str(text).map_err(|error| TableError::Shape { reason: error.to_string() })?;
    let listed = lines.len();
    let facts = lines.into_iter().filter_map(|line| facts(line).transpose()).collect::<Result<Vec<_>, _>>()?;
    if facts.is_empty() { Err(TableError::NoRoutes { listed }) } else { Ok(facts) }
}

fn facts(line: Line) -> Result<Option<Facts>, TableError> {
    let Some(full) = line.name.filter(|name| name != LEFT_OUT) else { return Ok(None) };
    let Some(name) = full.strip_prefix(NAMES) else { return Ok(None) };
    let Some(path) = line.uri.trim_start_matches('/').strip_prefix(PATHS) else {
        return Err(TableError::route(name, format!("its path `{}` does not begin with `{PATHS}`", line.uri)));
    };
    let Some(method) = method(&line.method) else {
        return Err(TableError::route(name, format!("the relay has no method for `{}`", line.method)));
    };
    let (uri, optional) = plain_path(path);
    let mut facts = Facts {
        name: name.to_owned(),
        method,
        uri,
        abilities: Vec::new(),
        role: None,
        sysadmin: false,
        plans: Vec::new(),
        remarks: Vec::new(),
    };
    let gates = match line.middleware {
        Middleware::List(list) => list,
        Middleware::Lines(text) => text.lines().map(str::to_owned).collect(),
    };
    facts.gates(&gates);
    facts.remarks.extend(
        optional.map(|name| format!("The server takes the path without {name} too; the relay always fills it.")),
    );
    Ok(Some(facts))
}

impl Facts {
    /// Reads roles, plans and abilities off the middleware.
    fn gates(&mut self, middleware: &[String]) {
        // Each must be met by one of its abilities.
        let mut demands: Vec<Vec<&str>> = Vec::new();
        for gate in middleware {
            let (class, parameters) = gate.split_once(':').unwrap_or((gate, ""));
            let parameters = || parameters.split(',').map(str::trim).filter(|one| !one.is_empty());
            match class.rsplit('\\').next().unwrap_or(class).to_ascii_lowercase().as_str() {
                "checkforanyability" | "ability" => demands.push(parameters().collect()),
                "checkabilities" | "abilities" => demands.extend(parameters().map(|one| vec![one])),
                "checkplanaccess" => self.plans.extend(parameters().map(str::to_owned)),
                "staff" => self.role = self.role.max(Some(Role::Staff)),
                "admin" => self.role = self.role.max(Some(Role::Admin)),
                "superuser" => self.role = self.role.max(Some(Role::Superuser)),
                "sysadmin" => self.sysadmin = true,
                _ => {}
            }
        }
        for ability in demands.iter().flatten() {
            if !self.abilities.iter().any(|known| known == ability) {
                self.abilities.push((*ability).to_owned());
            }
        }
        if demands.len() > 1 {
            let each: Vec<String> = demands.iter().map(|any| any.join(" or ")).collect();
            self.remarks.push(format!("The token needs all of: {}.", each.join("; ")));
        }
    }
}

/// The one method that the relay uses. Where a route takes several, POST goes first: it is the API's own, and what is not a
/// GET is graded with more care.
fn method(list: &str) -> Option<Method> {
    let given: Vec<&str> = list.split('|').map(str::trim).collect();
    [Method::Post, Method::Get, Method::Put, Method::Patch, Method::Delete]
        .into_iter()
        .find(|method| given.contains(&method.word()))
}

/// `{user:slug}` and `{entry?}` as `{user}` and `{entry}`, with the name of the last optional one.
fn plain_path(path: &str) -> (String, Option<String>) {
    let mut optional = None;
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| {
            let Some(inner) = crate::path::placeholder(segment) else { return segment.to_owned() };
            let name = inner.strip_suffix('?').unwrap_or(inner);
            let name = name.split_once(':').map_or(name, |(name, _)| name);
            if inner.ends_with('?') {
                optional = Some(name.to_owned());
            }
            format!("{{{name}}}")
        })
        .collect();
    (segments.join("/"), optional)
}
