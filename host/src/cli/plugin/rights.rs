//! `plugin grant` and `plugin revoke`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use tickiti_relay_routes::{Route, Table};

use super::super::{VerbError, print};
use super::inspect::Bench;
use super::{rights_of, unknown};
use crate::admit::{Narrowing, Right, local, local_names, narrowings, widened};
use crate::files::FileRules;
use crate::plugins::{Lock, families};

/// How a verb ends that was to change something and did not.
pub(super) const NOT_CHANGED: &str = "Nothing was changed";

pub(super) fn grant(bench: &Bench, name: &str, rights: &[Right]) -> Result<ExitCode, VerbError> {
    check(rights, &bench.routes, &bench.local.files, NOT_CHANGED)?;
    let mut before = Vec::new();
    let now = change(bench, name, |held| {
        before.clone_from(held);
        let new: Vec<Right> = rights.iter().filter(|right| !held.contains(right)).cloned().collect();
        held.extend(new);
        Ok(())
    })?;
    print::out(&format!("{}{}", told(name, &now), narrowed(name, &before, &now, &bench.routes)));
    // Rights of what is not served do nothing.
    let lock = bench.folder.read()?;
    if let Some(notice) = lock.get(name).and_then(|plugin| bench.folder.fault_of(plugin)) {
        print::error(&format!("warning: {notice}; {}", notice.remedy()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes rights back; all where none is named.
pub(super) fn revoke(bench: &Bench, name: &str, rights: Option<&[Right]>) -> Result<ExitCode, VerbError> {
    let now = change(bench, name, |held| {
        let Some(rights) = rights else {
            held.clear();
            return Ok(());
        };
        *held = without(name, held, rights, &bench.routes).map_err(VerbError::Failed)?;
        Ok(())
    })?;
    print::out(&told(name, &now));
    Ok(ExitCode::SUCCESS)
}

/// What is left without these rights, or why they cannot be taken: taking never gives.
fn without(name: &str, held: &[Right], rights: &[Right], routes: &Table) -> Result<Vec<Right>, String> {
    let mut left = held.to_vec();
    for right in rights {
        let at = left.iter().position(|known| known == right);
        let at = at.ok_or_else(|| {
            format!("`{right}` is not among its rights. It has: {}. Nothing was changed", listed(&left))
        })?;
        left.remove(at);
    }
    let opened = widened(held, &left, routes);
    let Some(Narrowing { whole, narrow, broader }) = opened.first() else { return Ok(left) };
    let both = rights.iter().chain(opened.iter().flat_map(|narrowing| &narrowing.broader));
    let wholes = opened.iter().map(|narrowing| &narrowing.whole);
    Err(format!(
        "without {} the plugin `{name}` could do more than now: {} would cover all of `{whole}`. To take those back as well: \
         tickiti-relay plugin revoke {name} {}. To allow all of it openly first: tickiti-relay plugin grant {name} {}. \
         Nothing was changed",
        quoted(narrow),
        quoted(broader),
        typed(both),
        typed(wholes)
    ))
}

/// Rights as a person types them, each once.
fn typed<'r>(rights: impl Iterator<Item = &'r Right>) -> String {
    let mut words: Vec<String> = Vec::new();
    for right in rights {
        let word = print::word(&right.to_string()).into_owned();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

fn quoted(rights: &[Right]) -> String {
    rights.iter().map(|right| format!("`{right}`")).collect::<Vec<_>>().join(" and ")
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

/// A line for each right that was given now and allows less than others that the plugin has: where somebody only adds, that is
/// not expected.
pub(super) fn narrowed(name: &str, before: &[Right], now: &[Right], routes: &Table) -> String {
    let known = narrowings(before, routes);
    let mut text = String::new();
    for narrowing in narrowings(now, routes) {
        if known.iter().any(|known| known.whole == narrowing.whole) {
            continue;
        }
        let Narrowing { whole, narrow, broader } = &narrowing;
        let narrow = narrow.iter().map(|right| format!("`{right}`")).collect::<Vec<_>>().join(" or ");
        text.push_str(&format!(
            "\nThis narrows: of `{whole}` only {narrow} passes, though {} would cover all of it. To allow all of it: \
             tickiti-relay plugin grant {name} {}",
            quoted(broader),
            typed([whole].into_iter())
        ));
    }
    text
}

pub(super) fn listed(rights: &[Right]) -> String {
    let all: Vec<String> = rights.iter().map(ToString::to_string).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// Rights that name nothing are slips of the pen, and a person would wonder why they do not work. What only looks like one is
/// told, and taken. `end` says what that leaves of the command.
pub(super) fn check(rights: &[Right], routes: &Table, files: &FileRules, end: &str) -> Result<(), VerbError> {
    let warnings =
        judged(rights, routes, files).map_err(|wrong| VerbError::Failed(format!("{}{end}", sentence(&wrong))))?;
    warnings.iter().for_each(|warning| print::error(&format!("warning: {warning}")));
    Ok(())
}

fn sentence(text: &str) -> String {
    format!("{text}{}", if text.ends_with('?') { " " } else { ". " })
}

/// What a person should know of these rights, or why one is none.
fn judged(rights: &[Right], routes: &Table, files: &FileRules) -> Result<Vec<String>, String> {
    let mut warnings = Vec::new();
    for right in rights {
        match right {
            Right::AllRoutes | Right::AllFolders => {}
            Right::Ability(ability) => known_ability(routes, ability)?,
            Right::Route { route, .. } if route.starts_with("relay.") => known_local(route)?,
            Right::Route { route, fixed } => {
                let known = routes.get(route).ok_or_else(|| unknown_route(routes, route))?;
                warnings.extend(fixed.iter().filter_map(|fixed| unknown_field(known, fixed.field())));
            }
            Right::Folder { path, .. } => {
                let within = files.within(&[(path.clone(), true)]);
                if within.roots.is_empty() {
                    let path = path.display();
                    return Err(format!(
                        "{path} lies in no folder of TICKITI_RELAY_FILES, which bounds what any plugin reaches"
                    ));
                }
            }
        }
    }
    Ok(warnings)
}

fn known_ability(routes: &Table, ability: &str) -> Result<(), String> {
    let known: BTreeSet<&str> = routes.iter().flat_map(|route| route.abilities.iter().map(String::as_str)).collect();
    if known.contains(ability) {
        return Ok(());
    }
    let all: Vec<&str> = known.into_iter().collect();
    Err(format!("`{ability}` is no ability that an endpoint asks for. There are: {}", all.join(", ")))
}

fn known_local(route: &str) -> Result<(), String> {
    if local(route).is_some() {
        return Ok(());
    }
    Err(format!("`{route}` is not an endpoint that the relay answers itself. There are: {}", local_names().join(", ")))
}

fn unknown_route(routes: &Table, route: &str) -> String {
    let near = routes.nearest(route).first().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{route}` is not an endpoint of this helpdesk{near}")
}

/// A field that the table does not know. It may be there all the same: what the table says of bodies is what is known of them.
fn unknown_field(route: &Route, field: &str) -> Option<String> {
    let named: Vec<&str> =
        route.params.iter().map(String::as_str).chain(route.body.iter().map(|field| field.name.as_str())).collect();
    let within = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    // Members of an object of which the table says nothing more.
    let free = |outer: &&str| within(outer, field) && !named.iter().any(|inner| within(outer, inner));
    if named.contains(&field) || named.iter().any(free) {
        return None;
    }
    let name = &route.name;
    // What stands in a list is out of a right's reach.
    let known: Vec<&str> = named.into_iter().filter(|name| !name.contains("[]")).collect();
    Some(match known.as_slice() {
        [] => format!("the table knows no fields of `{name}`, so nobody can tell whether `{field}` is one"),
        known => format!("the table knows no field `{field}` of `{name}`; known: {}", known.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(texts: &[&str]) -> Vec<Right> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn files() -> FileRules {
        FileRules { roots: Vec::new(), state: "/state".into(), private: Vec::new(), home: None, own: true }
    }

    #[test]
    fn a_field_that_the_table_does_not_know_is_told_and_taken() {
        let texts = [
            "tickets.query{qeueu=1}",
            "tickets.query{search_object.criteria.mode=raised}",
            "tickets.queues{x=1}",
            "administration.users.update{user=7,user_id=7}",
        ];
        let said = judged(&rights(&texts), Table::builtin(), &files()).unwrap();
        insta::assert_snapshot!(said.join("\n"));
        let known = [
            "tickets.query{row_limit=5}",
            "tickets.query{search_object.search_perspective=All}",
            "tickets.respond{is_internal=true}",
            "tickets.create{data.subject=*}",
        ];
        assert_eq!(judged(&rights(&known), Table::builtin(), &files()), Ok(Vec::new()));
    }

    #[test]
    fn rights_that_name_nothing_are_refused() {
        let texts = ["tickets:raed", "tickets.qeury", "relay.nonsense", "folder:/nowhere"];
        let said = texts.map(|text| judged(&rights(&[text]), Table::builtin(), &files()).unwrap_err());
        insta::assert_snapshot!(said.join("\n"));
        assert_eq!(judged(&rights(&local_names()), Table::builtin(), &files()), Ok(Vec::new()));
    }

    #[test]
    fn a_grant_that_narrows_says_so() {
        let routes = Table::builtin();
        let say = |before: &[&str], new: &[&str]| {
            let now = rights(&[before, new].concat());
            format!("{}{}", told("digest", &now), narrowed("digest", &rights(before), &now, routes))
        };
        let said = [
            say(&["tickets:read"], &["reports:read"]),
            say(&["tickets:read"], &["tickets.query{row_limit=5}"]),
            say(&["tickets:read", "tickets.query{row_limit=5}"], &["tickets.query{row_limit=6}"]),
            say(&["tickets.query{row_limit=5}"], &["tickets:read", "*"]),
            say(&["tickets.query"], &["tickets.query{row_limit=5}"]),
            say(&["folder:/srv"], &["folder:/srv/in:ro"]),
        ];
        insta::assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn taking_a_right_never_gives_one() {
        let routes = Table::builtin();
        let (write, narrow, other) =
            ("tickets:write", "tickets.respond{is_internal=true}", "tickets.respond{keep_status=true}");
        let take = |held: &[&str], taken: &[&str]| without("digest", &rights(held), &rights(taken), routes);
        let said = [
            take(&[write, narrow], &[narrow]),
            take(&[write, "*", narrow, other], &[narrow, other]),
            take(&["folder:/srv", "folder:/srv/in:ro"], &["folder:/srv/in:ro"]),
            take(&[write], &["tickets:read"]),
        ];
        insta::assert_snapshot!(said.map(Result::unwrap_err).join("\n\n"));
        assert_eq!(take(&[write, narrow], &[narrow, write]), Ok(Vec::new()));
        assert_eq!(take(&[write, narrow], &[write]), Ok(rights(&[narrow])));
        assert_eq!(take(&[write, narrow, other], &[narrow]), Ok(rights(&[write, other])));
        assert_eq!(take(&[write, narrow, "tickets.respond"], &[narrow]), Ok(rights(&[write, "tickets.respond"])));
        assert_eq!(take(&["tickets:read", narrow], &[narrow]), Ok(rights(&["tickets:read"])));
    }
}
