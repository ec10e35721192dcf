//! Joins what Laravel knows with our lists.

use crate::check::split_name;
use crate::error::TableError;
use crate::laravel::{self, Facts};
use crate::lists::{self, Listed};
use crate::path;
use crate::route::{Class, Encoding, Key, Method, Repeat, Route};
use crate::table::Table;

/// A table made from Laravel's list, with what a reviewer should look at.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The table.
    pub table: Table,
    /// Routes that are not in our lists: a GET counts as a read, all else as a write never to be repeated.
    pub unlisted: Vec<String>,
    /// Routes that our lists call a read and the server a write. They count as writes never to be repeated.
    pub doubted: Vec<String>,
}

/// Makes a table from what `php artisan route:list --json` prints.
///
/// # Errors
/// The text is not Laravel's list, holds no route of the API, or holds one that cannot be used.
pub fn from_laravel(text: &str) -> Result<Generated, TableError> {
    let lists = lists::all()?;
    let (mut routes, mut unlisted, mut doubted) = (Vec::new(), Vec::new(), Vec::new());
    for facts in laravel::read(text)? {
        let (family, action) = split_name(&facts.name);
        let listed = lists.get(family).and_then(|list| list.routes.get(action));
        let doubt = facts.is_write() && listed.is_some_and(|listed| listed.class == Class::Read);
        match listed {
            None => unlisted.push(facts.name.clone()),
            Some(_) if doubt => doubted.push(facts.name.clone()),
            Some(_) => {}
        }
        routes.push(route(&facts, listed, doubt));
    }
    let families = lists
        .into_iter()
        .filter(|(family, _)| routes.iter().any(|route| &route.family == family))
        .map(|(family, list)| (family, list.about))
        .collect();
    unlisted.sort();
    doubted.sort();
    Ok(Generated { table: Table::new(families, routes)?, unlisted, doubted })
}

fn route(facts: &Facts, listed: Option<&Listed>, doubt: bool) -> Route {
    let (family, action) = split_name(&facts.name);
    let reads = facts.method == Method::Get;
    let (class, repeat) = match listed {
        Some(_) if doubt => (Class::Write, Repeat::Never),
        Some(listed) => {
            let usual = if listed.class == Class::Read { Repeat::Harmless } else { Repeat::Never };
            (listed.class, listed.repeat.unwrap_or(usual))
        }
        None if reads => (Class::Read, Repeat::Harmless),
        None => (Class::Write, Repeat::Never),
    };
    let usual = if reads { Encoding::Query } else { Encoding::Json };
    let notes: Vec<&str> = listed
        .and_then(|listed| listed.note.as_deref())
        .into_iter()
        .chain(facts.remarks.iter().map(String::as_str))
        .collect();
    Route {
        name: facts.name.clone(),
        family: family.to_owned(),
        action: action.to_owned(),
        method: facts.method,
        params: path::placeholders(&facts.uri),
        uri: facts.uri.clone(),
        encoding: listed.and_then(|listed| listed.encoding).unwrap_or(usual),
        abilities: facts.abilities.clone(),
        role: facts.role,
        sysadmin: facts.sysadmin,
        plans: facts.plans.clone(),
        class,
        repeat,
        key: listed.and_then(|listed| listed.key).unwrap_or(Key::None),
        mails: listed.is_some_and(|listed| listed.mails),
        target: listed.and_then(|listed| listed.target.clone()),
        shows: listed.and_then(|listed| listed.shows.clone()),
        file_part: listed.and_then(|listed| listed.file_part.clone()),
        secret: listed.and_then(|listed| listed.secret.clone()),
        body: listed.map(Listed::fields).unwrap_or_default(),
        note: (!notes.is_empty()).then(|| notes.join(" ")),
        example: listed.and_then(|listed| listed.example.clone()),
    }
}
