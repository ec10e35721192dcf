//! The built-in table: what its rows hold, how they are found.

use std::collections::BTreeMap;

use serde_json::Value;
use tickiti_relay_routes::{Class, Encoding, Key, Method, Repeat, Role, Route, Table};

/// The tools that exist, and so the only ones that can show a write.
const TOOLS: [&str; 16] = [
    "create_ticket",
    "respond_to_ticket",
    "query_tickets",
    "get_ticket",
    "list_responses",
    "get_attachment",
    "query_responses",
    "export_responses",
    "list_perspectives",
    "list_watchlists",
    "list_stock_responses",
    "list_queues",
    "list_workflow",
    "run_report",
    "list_endpoints",
    "tickiti_call",
];

fn names(keep: impl Fn(&Route) -> bool) -> Vec<&'static str> {
    Table::builtin().iter().filter(|route| keep(route)).map(|route| route.name.as_str()).collect()
}

fn counts<K: Ord>(key: impl Fn(&Route) -> K) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for route in Table::builtin() {
        *counts.entry(key(route)).or_default() += 1;
    }
    counts
}

#[test]
fn the_table_has_155_routes_in_13_families() {
    let families = counts(|route| route.family.clone());
    let expected = [
        ("administration", 33),
        ("axial", 8),
        ("faqs", 1),
        ("idempotency_key", 1),
        ("interventions", 1),
        ("mail", 15),
        ("reports", 5),
        ("settings", 20),
        ("supervisor", 11),
        ("templates", 9),
        ("tickets", 30),
        ("token", 1),
        ("workflow", 20),
    ];
    assert_eq!(families, expected.map(|(family, count)| (family.to_owned(), count)).into());
    assert_eq!(Table::builtin().len(), 155);
    assert_eq!(Table::builtin().families(), expected.map(|(family, _)| family));
}

#[test]
fn the_demands_of_the_server_are_those_that_were_counted() {
    let roles = counts(|route| route.role);
    let expected = [(None, 42), (Some(Role::Staff), 20), (Some(Role::Admin), 82), (Some(Role::Superuser), 11)];
    assert_eq!(roles, expected.into());
    assert_eq!(names(|route| route.sysadmin).len(), 12);
    assert_eq!(names(|route| route.plans == ["has_ai_assistant"]).len(), 10);
    assert_eq!(names(|route| !route.plans.is_empty()).len(), 30);
    assert_eq!(names(|route| route.abilities.is_empty()), ["faqs", "idempotency_key.create", "token.show"]);
    assert_eq!(names(|route| route.method == Method::Get), ["faqs"]);
    let with_params =
        ["administration.users.queue_detach", "administration.users.queue_upsert", "administration.users.update"];
    assert_eq!(names(|route| !route.params.is_empty()), with_params);
}

#[test]
fn the_classes_are_those_that_were_reviewed() {
    let classes = counts(|route| route.class);
    let expected = [(Class::Read, 59), (Class::Write, 42), (Class::Destructive, 26), (Class::Sensitive, 28)];
    assert_eq!(classes, expected.into());
    // The server's own view: what some token for reading may call, or any caller, changes nothing.
    for route in Table::builtin() {
        let server_reads =
            route.abilities.is_empty() || route.abilities.iter().any(|ability| ability.ends_with(":read"));
        assert_eq!(route.class == Class::Read, server_reads, "{}", route.name);
    }
}

#[test]
fn whatever_deletes_or_touches_credentials_says_so() {
    for route in Table::builtin() {
        let last = route.action.rsplit('.').next().unwrap_or_default();
        if last.contains("delete") || last.starts_with("reset_") {
            assert!(route.class >= Class::Destructive, "{}", route.name);
        }
        let grave = [
            "api_tokens.",
            "mailboxes.",
            "excluded.",
            "escalations.",
            "users.",
            "ai.",
            "custom_domain.",
            "generate_token",
        ];
        if route.class != Class::Read && grave.iter().any(|word| route.action.contains(word)) {
            assert_eq!(route.class, Class::Sensitive, "{}", route.name);
        }
    }
}

#[test]
fn six_routes_are_keyed_and_seven_send_a_key_that_nobody_demands() {
    let six = [
        "mail.send",
        "tickets.close",
        "tickets.create",
        "tickets.participants_add",
        "tickets.participants_remove",
        "tickets.respond",
    ];
    assert_eq!(names(|route| route.key == Key::Demanded), six);
    assert_eq!(names(|route| route.repeat == Repeat::Keyed), six);
    let seven = [
        "settings.stock_responses.create",
        "settings.stock_responses.delete",
        "settings.stock_responses.update",
        "templates.create",
        "templates.update",
        "tickets.response_delete",
        "tickets.response_update",
    ];
    assert_eq!(names(|route| route.key == Key::Sent), seven);
    assert_eq!(names(|route| route.key == Key::Sent && route.repeat != Repeat::Never), [""; 0]);
}

#[test]
fn reads_are_harmless_and_of_the_writes_only_three() {
    assert_eq!(names(|route| route.class == Class::Read && route.repeat != Repeat::Harmless), [""; 0]);
    let three = ["tickets.attachment_upload", "tickets.link", "tickets.unlink"];
    assert_eq!(names(|route| route.class != Class::Read && route.repeat == Repeat::Harmless), three);
}

#[test]
fn a_keyed_write_names_its_target_in_members_of_its_body() {
    for route in Table::builtin().iter().filter(|route| route.repeat == Repeat::Keyed) {
        let target = route.target.as_ref().unwrap();
        assert!(["ticket", "originator", "recipient"].contains(&target.kind.as_str()), "{}", route.name);
        for member in &target.members {
            assert!(route.body.iter().any(|field| &field.name == member), "{}: {member}", route.name);
        }
    }
    assert_eq!(names(|route| route.target.is_some() && route.repeat != Repeat::Keyed), [""; 0]);
}

#[test]
fn a_call_that_shows_a_write_exists_and_only_reads() {
    for route in Table::builtin() {
        let Some(shows) = &route.shows else { continue };
        assert!(TOOLS.contains(&shows.tool.as_str()), "{}: {}", route.name, shows.tool);
        assert_ne!(route.class, Class::Read, "{}", route.name);
        let argument = |name: &str| shows.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        match shows.tool.as_str() {
            "tickiti_call" => {
                let asked = Table::builtin().action(argument("family"), argument("action")).unwrap();
                assert_eq!(asked.class, Class::Read, "{}", route.name);
            }
            "list_workflow" => {
                assert!(
                    ["resolution-categories", "interventions", "escalations"].contains(&argument("kind")),
                    "{}",
                    route.name
                );
            }
            tool => assert!(
                tool.starts_with("list_") || tool.starts_with("get_") || tool == "query_tickets",
                "{}",
                route.name
            ),
        }
        for member in placeholders(&shows.arguments) {
            assert!(route.body.iter().any(|field| field.name == member), "{}: {member}", route.name);
        }
    }
}

fn placeholders(template: &Value) -> Vec<String> {
    match template {
        Value::String(text) => {
            text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).map(str::to_owned).into_iter().collect()
        }
        Value::Array(items) => items.iter().flat_map(placeholders).collect(),
        Value::Object(members) => members.values().flat_map(placeholders).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn writes_that_nothing_shows_are_known_by_name() {
    let unseen = [
        "administration.diagnostics.upload",
        "administration.storage.delete_closed",
        "administration.storage.delete_orphaned",
        "administration.storage.retention",
        "interventions.accept",
        "mail.mailboxes.set_password",
        "settings.stock_responses.image_upload",
        "templates.image_upload",
        "tickets.attachment_upload",
        "workflow.business_hours.update",
    ];
    assert_eq!(names(|route| route.class != Class::Read && route.shows.is_none()), unseen);
}

#[test]
fn five_routes_take_files_and_two_of_them_do_not_say_how() {
    let five = [
        "administration.branding.app_logo",
        "administration.branding.email_logo",
        "settings.stock_responses.image_upload",
        "templates.image_upload",
        "tickets.attachment_upload",
    ];
    assert_eq!(names(|route| route.encoding == Encoding::Multipart), five);
    assert_eq!(names(|route| route.file_part.as_deref() == Some("file")), five[2..]);
    for logo in &five[..2] {
        assert!(Table::builtin().get(logo).unwrap().note.as_ref().unwrap().contains("name of its part"));
    }
}

#[test]
fn answers_with_a_new_credential_are_marked_and_the_upload_has_an_example() {
    let secrets = ["administration.api_tokens.create", "workflow.interventions.generate_token"];
    assert_eq!(names(|route| route.secret.is_some()), secrets);
    assert_eq!(names(|route| route.example.is_some()), ["tickets.attachment_upload"]);
    let example = Table::builtin().get("tickets.attachment_upload").unwrap().example.as_ref().unwrap();
    assert_eq!(example.pointer("/data/sha256").and_then(Value::as_str).map(str::len), Some(64));
    assert!(example.pointer("/data/file_size").is_some_and(Value::is_u64));
}

#[test]
fn what_an_assistant_reads_is_short() {
    for route in Table::builtin() {
        assert!(route.note.as_ref().is_none_or(|note| note.len() <= 160), "{}: {:?}", route.name, route.note);
        for field in &route.body {
            assert!(field.about.len() <= 90, "{}: {}", route.name, field.about);
        }
    }
    for family in Table::builtin().families() {
        let about = Table::builtin().family_about(family).unwrap();
        assert!(about.len() <= 100 && about.ends_with('.'), "{family}: {about}");
    }
}
