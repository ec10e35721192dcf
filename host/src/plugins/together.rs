//! What a plugin asks for, and what that can do together, in words for the person who is asked to trust it.

use std::collections::{BTreeMap, BTreeSet};

use tickiti_relay_routes::{Class, Route, Table};

use crate::contract::{Access, Tool};

/// What each tool asks for: its endpoints under the abilities that reach them, what must be named by itself last.
pub fn asks(tool: &Tool, routes: &Table) -> Vec<(String, Vec<String>)> {
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut named = Vec::new();
    for name in &tool.routes {
        match routes.get(name) {
            Some(route) if matches!(route.class, Class::Read | Class::Write) && !route.abilities.is_empty() => {
                asked.entry(ability(route)).or_default().push(name.clone());
            }
            _ => named.push(name.clone()),
        }
    }
    asked.into_iter().chain(named.into_iter().map(|name| (name, Vec::new()))).collect()
}

/// The least ability that reaches a route.
fn ability(route: &Route) -> String {
    let read = route.abilities.iter().find(|ability| route.class == Class::Read && ability.ends_with(":read"));
    read.or_else(|| route.abilities.first()).cloned().unwrap_or_default()
}

/// What all tools of a plugin can do together, if everything that they ask for is granted. One sentence each.
pub fn together(tools: &[Tool], routes: &Table) -> Vec<String> {
    let names: BTreeSet<&str> = tools.iter().flat_map(|tool| tool.routes.iter().map(String::as_str)).collect();
    let mut can = Vec::new();
    if names.contains("*") {
        can.push("asks for every endpoint of the helpdesk: it can do what you grant, and nothing else".to_owned());
    }
    let reached: Vec<&Route> = names.iter().filter_map(|name| routes.get(name)).map(AsRef::as_ref).collect();
    let of = |class: Class| reached.iter().copied().filter(move |route| route.class == class);
    if let Some(what) = nouns(of(Class::Read)) {
        can.push(format!("reads {what}: all that the token sees"));
    }
    if let Some(what) = nouns(of(Class::Write)) {
        can.push(format!("adds or changes {what}"));
    }
    if let Some(which) = listed(of(Class::Destructive)) {
        can.push(format!("deletes, or does what cannot be undone: {which}"));
    }
    if let Some(which) = listed(of(Class::Sensitive)) {
        can.push(format!("touches credentials, rights or where mail goes: {which}"));
    }
    if let Some(which) = listed(reached.iter().copied().filter(|route| route.secret.is_some())) {
        can.push(format!("gets new secrets to see: {which}"));
    }
    let mails = listed(reached.iter().copied().filter(|route| route.mails));
    if let Some(which) = &mails {
        can.push(format!("makes the helpdesk send mail, to whom it likes: {which}"));
    }
    let reads = reached.iter().any(|route| route.class == Class::Read && !route.abilities.is_empty());
    match (reads, &mails) {
        (true, Some(_)) => can.push("so it can mail what it reads to any address".to_owned()),
        (true, None) if of(Class::Write).next().is_some() => {
            can.push("so it can write what it reads where others read it".to_owned());
        }
        _ => {}
    }
    files(tools, &mut can);
    for name in names.iter().filter(|name| name.starts_with("relay.")) {
        can.push(match *name {
            "relay.settle_write" => {
                "says of writes whether they happened: after that an equal one is sent again".to_owned()
            }
            "relay.unsettled_writes" => "sees which writes nobody knows the end of".to_owned(),
            _ => "sees which endpoints there are".to_owned(),
        });
    }
    if can.is_empty() {
        can.push("sends nothing to the helpdesk and touches no file".to_owned());
    }
    can
}

fn files(tools: &[Tool], can: &mut Vec<String>) {
    let accesses: Vec<Access> = tools.iter().flat_map(|tool| tool.files.iter().map(|file| file.access)).collect();
    if accesses.iter().any(|access| *access != Access::Output) {
        can.push("reads files that the assistant names, in folders that you grant".to_owned());
    }
    if accesses.contains(&Access::Output) {
        can.push("makes files that the assistant names, in folders that you grant".to_owned());
    }
}

/// What the routes are about, each family once.
fn nouns<'r>(routes: impl Iterator<Item = &'r Route>) -> Option<String> {
    let families: BTreeSet<&str> = routes.map(|route| route.family.as_str()).collect();
    let words: Vec<&str> = families.into_iter().map(noun).collect();
    joined(&words)
}

fn noun(family: &str) -> &str {
    match family {
        "administration" => "users, teams, API keys and settings of the install",
        "axial" => "skills of the AI assistant",
        "interventions" => "interventions",
        "mail" => "mailboxes and sent mail",
        "reports" => "reports",
        "settings" => "views, watchlists, hashtags and stock responses",
        "supervisor" => "the health and the jobs of the install",
        "templates" => "templates",
        "tickets" => "tickets with their whole threads",
        "token" => "what the token may do",
        "workflow" => "queues and workflow rules",
        other => other,
    }
}

fn listed<'r>(routes: impl Iterator<Item = &'r Route>) -> Option<String> {
    let names: Vec<&str> = routes.map(|route| route.name.as_str()).collect();
    joined(&names)
}

fn joined(words: &[&str]) -> Option<String> {
    match words {
        [] => None,
        [one] => Some((*one).to_owned()),
        [all @ .., last] => Some(format!("{} and {last}", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Effect, FileArgument};

    fn tool(routes: &[&str], files: &[Access]) -> Tool {
        Tool {
            name: "x".into(),
            title: "X".into(),
            description: "X.".into(),
            input: r#"{"type":"object"}"#.into(),
            output: None,
            effect: Effect::Destructive,
            idempotent: false,
            open_world: false,
            routes: routes.iter().map(|route| (*route).to_owned()).collect(),
            files: files.iter().map(|access| FileArgument { at: "/path".into(), access: *access }).collect(),
        }
    }

    #[test]
    fn what_tools_do_together_is_more_than_each_alone() {
        let told = |tools: &[Tool]| together(tools, Table::builtin()).join("\n");
        let all = [
            told(&[tool(&[], &[])]),
            told(&[tool(&["tickets.query", "settings.stock_responses.index"], &[])]),
            told(&[tool(&["tickets.query"], &[]), tool(&["tickets.respond", "mail.send"], &[])]),
            told(&[tool(
                &["settings.hashtags.index", "settings.stock_responses.update"],
                &[Access::Text, Access::Output],
            )]),
            told(&[tool(&["tickets.delete", "administration.api_tokens.create", "relay.settle_write", "*"], &[])]),
        ];
        insta::assert_snapshot!(all.join("\n--\n"), @"
        sends nothing to the helpdesk and touches no file
        --
        reads views, watchlists, hashtags and stock responses and tickets with their whole threads: all that the token sees
        --
        reads tickets with their whole threads: all that the token sees
        adds or changes mailboxes and sent mail and tickets with their whole threads
        makes the helpdesk send mail, to whom it likes: mail.send and tickets.respond
        so it can mail what it reads to any address
        --
        reads views, watchlists, hashtags and stock responses: all that the token sees
        adds or changes views, watchlists, hashtags and stock responses
        so it can write what it reads where others read it
        reads files that the assistant names, in folders that you grant
        makes files that the assistant names, in folders that you grant
        --
        asks for every endpoint of the helpdesk: it can do what you grant, and nothing else
        deletes, or does what cannot be undone: tickets.delete
        touches credentials, rights or where mail goes: administration.api_tokens.create
        gets new secrets to see: administration.api_tokens.create
        says of writes whether they happened: after that an equal one is sent again
        ");
    }

    #[test]
    fn a_tool_asks_by_the_least_ability() {
        let asked = asks(
            &tool(&["tickets.query", "tickets.show", "tickets.respond", "tickets.delete", "token.show", "*"], &[]),
            Table::builtin(),
        );
        insta::assert_debug_snapshot!(asked, @r#"
        [
            (
                "tickets:read",
                [
                    "tickets.query",
                    "tickets.show",
                ],
            ),
            (
                "tickets:write",
                [
                    "tickets.respond",
                ],
            ),
            (
                "tickets.delete",
                [],
            ),
            (
                "token.show",
                [],
            ),
            (
                "*",
                [],
            ),
        ]
        "#);
    }
}
