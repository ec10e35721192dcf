//! Our lists: what Laravel does not know about a route.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::error::TableError;
use crate::route::{BodyField, Class, Encoding, Key, Repeat, Shows, Target};

/// One file a family.
const FILES: [(&str, &str); 13] = [
    ("administration", include_str!("../lists/administration.json")),
    ("axial", include_str!("../lists/axial.json")),
    ("faqs", include_str!("../lists/faqs.json")),
    ("idempotency_key", include_str!("../lists/idempotency_key.json")),
    ("interventions", include_str!("../lists/interventions.json")),
    ("mail", include_str!("../lists/mail.json")),
    ("reports", include_str!("../lists/reports.json")),
    ("settings", include_str!("../lists/settings.json")),
    ("supervisor", include_str!("../lists/supervisor.json")),
    ("templates", include_str!("../lists/templates.json")),
    ("tickets", include_str!("../lists/tickets.json")),
    ("token", include_str!("../lists/token.json")),
    ("workflow", include_str!("../lists/workflow.json")),
];

/// What we know about one family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    /// One line.
    pub(crate) about: String,
    /// By action.
    pub(crate) routes: BTreeMap<String, Listed>,
}

/// What we know about one route. Only the class must be given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) class: Class,
    /// When left out: harmless for a read, never for all else.
    pub(crate) repeat: Option<Repeat>,
    pub(crate) key: Option<Key>,
    #[serde(default)]
    pub(crate) mails: bool,
    /// When left out: query for a GET, json for all else.
    pub(crate) encoding: Option<Encoding>,
    pub(crate) file_part: Option<String>,
    pub(crate) target: Option<Target>,
    pub(crate) shows: Option<Shows>,
    pub(crate) secret: Option<String>,
    pub(crate) note: Option<String>,
    /// `name` or `name: about`.
    #[serde(default)]
    body: Vec<String>,
    pub(crate) example: Option<Value>,
}

impl Listed {
    /// The known body fields.
    pub(crate) fn fields(&self) -> Vec<BodyField> {
        let split = |line: &String| {
            let (name, about) = line.split_once(": ").unwrap_or((line, ""));
            BodyField { name: name.to_owned(), about: about.to_owned() }
        };
        self.body.iter().map(split).collect()
    }
}

/// All lists, by family.
pub(crate) fn all() -> Result<BTreeMap<String, Family>, TableError> {
    FILES
        .iter()
        .map(|(family, text)| match serde_json::from_str::<Family>(text) {
            Ok(list) => Ok(((*family).to_owned(), list)),
            Err(error) => Err(TableError::List { family: (*family).to_owned(), reason: error.to_string() }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::table::Table;

    #[test]
    fn every_entry_of_the_lists_is_a_route_of_the_table() {
        let mut listed: Vec<(String, String)> = Vec::new();
        for (family, list) in super::all().unwrap() {
            listed.extend(list.routes.into_keys().map(|action| (family.clone(), action)));
        }
        let mut routes: Vec<(String, String)> =
            Table::builtin().iter().map(|route| (route.family.clone(), route.action.clone())).collect();
        listed.sort();
        routes.sort();
        assert_eq!(listed, routes);
    }

    #[test]
    fn every_entry_has_one_line_per_body_field_and_no_field_twice() {
        for list in super::all().unwrap().values() {
            for (action, listed) in &list.routes {
                let mut names: Vec<String> = listed.fields().into_iter().map(|field| field.name).collect();
                let all = names.len();
                names.sort();
                names.dedup();
                assert_eq!(names.len(), all, "{action}");
                assert!(names.iter().all(|name| !name.is_empty() && !name.contains([' ', ':'])), "{action}: {names:?}");
            }
        }
    }
}
