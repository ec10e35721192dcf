//! Making a table from what Laravel prints.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails its test so")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tickiti_relay_routes::{
    Change, Class, Encoding, Key, Method, Repeat, Role, Table, TableError, changes, from_laravel,
};

const LIST: &str = include_str!("../fixtures/route-list.json");
const NEWER: &str = include_str!("../fixtures/newer-install.json");
const TABLE: &str = include_str!("../table.json");

fn line(name: &str, method: &str, uri: &str, middleware: &[&str]) -> Value {
    json!({"domain": null, "method": method, "uri": uri, "name": name, "action": "Closure", "middleware": middleware})
}

fn one(name: &str, method: &str, uri: &str, middleware: &[&str]) -> Result<Table, TableError> {
    Table::from_json(&json!([line(name, method, uri, middleware)]).to_string())
}

#[test]
fn laravels_list_of_october_becomes_exactly_the_table() {
    let generated = from_laravel(LIST).unwrap();
    assert_eq!(generated.table.to_json().unwrap(), TABLE, "run `cargo xtask routes routes/fixtures/route-list.json`");
    assert_eq!((generated.unlisted, generated.doubted), (vec![], vec![]));
    assert_eq!(&generated.table, Table::builtin());
    assert_eq!(Table::from_json(LIST).unwrap(), Table::from_json(TABLE).unwrap());
    assert_eq!(TABLE.lines().filter(|line| line.starts_with("{\"name\":")).count(), 155, "one route a line");
}

#[test]
fn the_route_for_agent_tasks_and_routes_outside_the_api_are_left_out() {
    for outside in ["api.v1.axial.agent_task.request", "\"api/create_ticket\"", "\"login\""] {
        assert!(LIST.contains(outside), "{outside} must be in the fixture for this test to say anything");
    }
    let table = Table::from_json(LIST).unwrap();
    assert_eq!(table.len(), 155);
    assert_eq!(table.get("axial.agent_task.request"), None);
}

#[test]
fn a_newer_installs_unknown_routes_are_graded_with_care() {
    let generated = from_laravel(NEWER).unwrap();
    let table = &generated.table;
    let unknown = [
        "knowledge.articles.delete",
        "knowledge.articles.update",
        "tickets.archive",
        "tickets.snooze",
        "tickets.timeline",
    ];
    assert_eq!(generated.unlisted, unknown);
    assert_eq!(table.families(), ["administration", "faqs", "knowledge", "tickets", "token"]);
    assert_eq!(table.family_about("knowledge"), None);
    assert!(table.family_about("tickets").is_some());

    // Not even an ability to read makes an unknown POST a read.
    let archive = table.get("tickets.archive").unwrap();
    assert_eq!((archive.class, archive.repeat, archive.key), (Class::Write, Repeat::Never, Key::None));
    assert_eq!(archive.abilities, ["tickets:read", "tickets:write"], "the alias `ability` is read like its class");

    let timeline = table.get("tickets.timeline").unwrap();
    assert_eq!((timeline.class, timeline.repeat, timeline.method), (Class::Read, Repeat::Harmless, Method::Get));
    assert_eq!((timeline.encoding, timeline.uri.as_str()), (Encoding::Query, "tickets/{ticket}/timeline/{entry}"));
    assert_eq!(timeline.params, ["ticket", "entry"]);
    assert!(timeline.note.as_ref().unwrap().contains("without entry"));

    let update = table.get("knowledge.articles.update").unwrap();
    assert_eq!((update.method, update.uri.as_str()), (Method::Put, "knowledge/articles/{article}"));
    assert_eq!((update.role, update.sysadmin), (Some(Role::Admin), false));
    assert_eq!(update.plans, ["has_knowledge", "has_ai_assistant"]);
    assert_eq!(update.abilities, ["knowledge:write", "templates:write"]);
    assert_eq!(update.note.as_deref(), Some("The token needs all of: knowledge:write; templates:write."));

    let delete = table.get("knowledge.articles.delete").unwrap();
    assert_eq!((delete.method, delete.class, delete.repeat), (Method::Delete, Class::Write, Repeat::Never));
    assert_eq!((delete.role, delete.sysadmin), (Some(Role::Staff), true));
    assert_eq!((delete.encoding, delete.note.as_deref()), (Encoding::Json, None));

    // What we know keeps its row.
    for known in ["tickets.respond", "tickets.query", "faqs", "token.show", "administration.users.update"] {
        assert_eq!(table.get(known), Table::builtin().get(known), "{known}");
    }
}

#[test]
fn no_route_is_trusted_that_is_not_in_our_lists() {
    let mut list: Vec<Value> = serde_json::from_str(LIST).unwrap();
    for line in &mut list {
        if let Some(name) = line["name"].as_str().map(|name| format!("{name}_new")) {
            line["name"] = json!(name);
        }
    }
    let generated = from_laravel(&json!(list).to_string()).unwrap();
    assert_eq!(generated.unlisted.len(), 156);
    for route in &generated.table {
        let expected = match route.method {
            Method::Get => (Class::Read, Repeat::Harmless),
            _ => (Class::Write, Repeat::Never),
        };
        assert_eq!((route.class, route.repeat), expected, "{}", route.name);
        assert_eq!((route.key, &route.target, &route.shows), (Key::None, &None, &None), "{}", route.name);
    }
}

#[test]
fn a_known_read_that_the_server_treats_as_a_write_is_doubted() {
    let text = json!([line("api.v1.tickets.queues", "POST", "api/v1/tickets/queues", &["abilities:tickets:write"])])
        .to_string();
    let generated = from_laravel(&text).unwrap();
    assert_eq!(generated.doubted, ["tickets.queues"]);
    let route = generated.table.get("tickets.queues").unwrap();
    assert_eq!((route.class, route.repeat), (Class::Write, Repeat::Never));
}

#[test]
fn the_highest_role_counts_in_any_order_and_any_namespace() {
    let role = |gates: &[&str]| one("api.v1.a.b", "POST", "api/v1/a/b", gates).unwrap().get("a.b").unwrap().role;
    assert_eq!(role(&["App\\Http\\Middleware\\Superuser", "App\\Http\\Middleware\\Staff"]), Some(Role::Superuser));
    assert_eq!(role(&["App\\Http\\Middleware\\Staff", "Other\\Admin"]), Some(Role::Admin));
    assert_eq!(role(&["staff"]), Some(Role::Staff));
    assert_eq!(role(&["App\\Http\\Middleware\\AdminLog", "api"]), None);
}

#[test]
fn several_methods_become_the_one_that_is_graded_with_most_care() {
    let method =
        |methods: &str| one("api.v1.a.b", methods, "api/v1/a/b", &[]).map(|table| table.get("a.b").unwrap().method);
    assert_eq!(method("GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"), Ok(Method::Post));
    assert_eq!(method("GET|HEAD"), Ok(Method::Get));
    assert_eq!(method("PUT|PATCH"), Ok(Method::Put));
    let error = method("OPTIONS").unwrap_err().to_string();
    assert!(error.contains("`a.b`") && error.contains("`OPTIONS`"), "{error}");
}

#[test]
fn older_laravels_give_middleware_as_lines() {
    let text = json!([{"method": "POST", "uri": "api/v1/a/b", "name": "api.v1.a.b",
        "middleware": "api\nLaravel\\Sanctum\\Http\\Middleware\\CheckForAnyAbility:a:read"}]);
    assert_eq!(Table::from_json(&text.to_string()).unwrap().get("a.b").unwrap().abilities, ["a:read"]);
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert!(Table::from_json(&format!("\u{feff}{LIST}")).is_ok());
    assert!(Table::from_json(&format!("\u{feff}\n{TABLE}")).is_ok());
}

#[test]
fn what_cannot_be_used_is_refused_in_a_sentence() {
    let said = |result: Result<Table, TableError>| result.unwrap_err().to_string();
    for (uri, word) in [
        ("api/v1/a/{b}.json", "only a part of a segment"),
        ("api/v1/a/{b}{c}", "only a part of a segment"),
        ("api/v1/a//b", "empty segment"),
        ("api/v1/a/{}", "empty segment or placeholder"),
        ("api/v1/a/../b", "segment of dots"),
        ("api/v1/a/b?c=d", "other characters"),
        ("api/v1/a/%2e%2e/b", "other characters"),
        ("api/v1/{a}/{a}", "same placeholder twice"),
        ("api/v2/a", "does not begin with `api/v1/`"),
        ("api/v1/", "is empty"),
    ] {
        let text = said(one("api.v1.a.b", "POST", uri, &[]));
        assert!(text.starts_with("Route `a.b` cannot be used:") && text.contains(word), "{uri}: {text}");
    }
    assert!(said(one("api.v1.a..b", "POST", "api/v1/a", &[])).contains("its name"));
    assert!(said(one("login", "POST", "login", &[])).contains("1 routes, but none"));
    assert!(said(Table::from_json("[]")).contains("php artisan route:list --json"));
    for text in ["", "null", "{}", "[{}]", "[1]", "{\"families\":{},\"routes\":[{}]}", "Your application"] {
        assert!(matches!(Table::from_json(text), Err(TableError::Shape { .. })), "{text}");
    }
    let first = line("api.v1.a.b", "POST", "api/v1/a/{b}", &[]);
    let other = line("api.v1.a.c", "POST", "api/v1/a/{c}", &[]);
    assert!(said(Table::from_json(&json!([first, first]).to_string())).contains("listed twice"));
    assert!(said(Table::from_json(&json!([first, other]).to_string())).contains("`a.b` and `a.c`"));
}

#[test]
fn every_rule_between_the_columns_is_checked() {
    let broken = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut table: Value = serde_json::from_str(TABLE).unwrap();
        let routes = table["routes"].as_array_mut().unwrap();
        change(routes.iter_mut().find(|route| route["name"] == name).unwrap());
        Table::from_json(&table.to_string())
    };
    assert!(broken("tickets.respond", &|route| route["note"] = json!("Another.")).is_ok());
    let rules: [(&str, &str, Value, &str); 14] = [
        ("tickets.show", "repeat", json!("never"), "harmless to repeat"),
        ("tickets.show", "mails", json!(true), "harmless to repeat"),
        ("tickets.show", "key", json!("sent"), "harmless to repeat"),
        ("tickets.respond", "repeat", json!("never"), "go together"),
        ("tickets.respond", "key", json!("sent"), "go together"),
        ("tickets.respond", "target", json!(null), "`target` and a `shows`"),
        ("tickets.respond", "shows", json!(null), "`target` and a `shows`"),
        ("tickets.split", "target", json!({"kind": "ticket", "members": ["x"]}), "only a keyed route"),
        ("faqs", "encoding", json!("json"), "encoding `query`"),
        ("tickets.show", "encoding", json!("query"), "encoding `query`"),
        ("tickets.show", "file_part", json!("file"), "only a multipart route"),
        ("tickets.show", "family", json!("mail"), "what its name says"),
        ("administration.users.update", "params", json!([]), "placeholders of its path"),
        ("tickets.show", "uri", json!("tickets/{show}"), "placeholders of its path"),
    ];
    for (name, column, value, words) in rules {
        let error = broken(name, &|route| route[column] = value.clone()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(words), "{name} {column}: {error}");
    }
    let error = broken("tickets.show", &|route| route["clas"] = json!("read")).unwrap_err();
    assert!(error.to_string().contains("clas"), "{error}");
}

#[test]
fn changes_are_told_route_by_route() {
    let mut list: Vec<Value> = serde_json::from_str(LIST).unwrap();
    list.retain(|line| line["name"] != "api.v1.faqs");
    list.push(line("api.v1.tickets.snooze", "POST", "api/v1/tickets/snooze", &["ability:tickets:write"]));
    let respond = list.iter_mut().find(|line| line["name"] == "api.v1.tickets.respond").unwrap();
    respond["uri"] = json!("api/v1/tickets/reply");
    let found = changes(Table::builtin(), &Table::from_json(&json!(list).to_string()).unwrap());
    let lines: Vec<String> = found.iter().map(Change::to_string).collect();
    assert_eq!(
        lines,
        [
            "removed  faqs",
            "changed  tickets.respond: uri \"tickets/respond\" -> \"tickets/reply\"",
            "added    tickets.snooze: POST tickets/snooze, write, repeat never",
        ]
    );
    assert!(changes(Table::builtin(), Table::builtin()).is_empty());
    let about = TABLE.replacen("Queues, ", "", 1);
    let lines: Vec<String> =
        changes(Table::builtin(), &Table::from_json(&about).unwrap()).iter().map(Change::to_string).collect();
    assert_eq!(lines, ["changed  the line on the family workflow"]);
}

fn run(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_routes-generate")).args(arguments).output().unwrap()
}

#[test]
fn the_command_writes_checks_and_tells() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("routes-generate-test.json");
    let (list, newer) = (home.join("fixtures/route-list.json"), home.join("fixtures/newer-install.json"));
    let (list, newer, out) = (list.as_path(), newer.as_path(), out.as_path());
    let (to, check) = (Path::new("--out"), Path::new("--check"));
    let text = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();

    let written = run(&[list, to, out]);
    assert!(written.status.success() && text(&written).contains("nothing changed"), "{written:?}");
    assert_eq!(std::fs::read_to_string(out).unwrap(), TABLE);
    assert!(run(&[list, to, out, check]).status.success());

    let other = run(&[newer, check, to, out]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    for words in
        ["look at  tickets.snooze:", "added    tickets.snooze:", "removed  mail.send", "is not what would be generated"]
    {
        assert!(text(&other).contains(words), "{words}: {}", text(&other));
    }
    assert_eq!(std::fs::read_to_string(out).unwrap(), TABLE, "--check writes nothing");

    for wrong in [&[][..], &[list, newer], &[list, to], &[Path::new("--what")]] {
        let said = run(wrong);
        assert_eq!(said.status.code(), Some(2), "{said:?}");
        assert!(said.stdout.is_empty() && String::from_utf8_lossy(&said.stderr).contains("usage:"), "{said:?}");
    }
    let missing = run(&[Path::new("no/such/file")]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no/such/file cannot be read"));
}
