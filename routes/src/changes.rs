//! What differs between two tables, for a person to read.

use std::fmt;

use serde_json::Value;

use crate::route::Route;
use crate::table::Table;

/// One difference between an old table and a new one.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The new table alone has it.
    Added(Box<Route>),
    /// Both have it, with other values.
    Changed {
        /// Its name.
        name: String,
        /// Column, old value and new value, each as JSON; an absent value is `null`.
        columns: Vec<(String, Value, Value)>,
    },
    /// The old table alone has it.
    Removed {
        /// Its name.
        name: String,
    },
    /// The line on a family differs.
    About {
        /// The family.
        family: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Added(route) => {
                let Route { name, method, uri, class, repeat, .. } = route.as_ref();
                write!(formatter, "added    {name}: {method} {uri}, {class}, repeat {repeat}")
            }
            Change::Changed { name, columns } => {
                let columns: Vec<String> =
                    columns.iter().map(|(column, old, new)| format!("{column} {old} -> {new}")).collect();
                write!(formatter, "changed  {name}: {}", columns.join("; "))
            }
            Change::Removed { name } => write!(formatter, "removed  {name}"),
            Change::About { family } => write!(formatter, "changed  the line on the family {family}"),
        }
    }
}

/// What a reviewer has to look at when `old` becomes `new`, in the order of the names.
#[must_use]
pub fn changes(old: &Table, new: &Table) -> Vec<Change> {
    let mut names: Vec<&str> = old.iter().chain(new.iter()).map(|route| route.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut found: Vec<Change> = names
        .into_iter()
        .filter_map(|name| match (old.get(name), new.get(name)) {
            (None, Some(route)) => Some(Change::Added(Box::new(route.as_ref().clone()))),
            (Some(_), None) => Some(Change::Removed { name: name.to_owned() }),
            (Some(old), Some(new)) if old != new => {
                Some(Change::Changed { name: name.to_owned(), columns: columns(old, new) })
            }
            _ => None,
        })
        .collect();
    let mut families = old.families();
    families.retain(|family| new.families().contains(family) && old.family_about(family) != new.family_about(family));
    found.extend(families.into_iter().map(|family| Change::About { family: family.to_owned() }));
    found
}

fn columns(old: &Route, new: &Route) -> Vec<(String, Value, Value)> {
    // A route always becomes an object; were it ever not so, the change would be shown without its columns.
    let (Ok(Value::Object(old)), Ok(Value::Object(new))) = (serde_json::to_value(old), serde_json::to_value(new))
    else {
        return Vec::new();
    };
    let mut names: Vec<&String> = old.keys().collect();
    names.extend(new.keys().filter(|name| !old.contains_key(*name)));
    names
        .into_iter()
        .filter_map(|name| {
            let value = |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or(Value::Null);
            (old.get(name) != new.get(name)).then(|| (name.clone(), value(&old), value(&new)))
        })
        .collect()
}
