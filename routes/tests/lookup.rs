//! Finding a route by name, by family, by path, and what was probably meant.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails its test so")]

use std::sync::Arc;

use tickiti_relay_routes::{Method, Table};

fn table(routes: &[(&str, &str, &str)]) -> Table {
    let row = |(name, method, uri): &(&str, &str, &str)| {
        format!(r#"{{"name":"api.v1.{name}","method":"{method}","uri":"api/v1/{uri}","middleware":[]}}"#)
    };
    Table::from_json(&format!("[{}]", routes.iter().map(row).collect::<Vec<_>>().join(","))).unwrap()
}

#[test]
fn a_route_is_found_by_name_and_by_action() {
    let table = Table::builtin();
    assert_eq!(table.get("tickets.respond").unwrap().uri, "tickets/respond");
    assert_eq!(table.get("faqs").unwrap().action, "(root)");
    assert_eq!(table.get("tickets.answer"), None);
    assert!(Arc::ptr_eq(table.action("tickets", "respond").unwrap(), table.get("tickets.respond").unwrap()));
    assert_eq!(table.action("mail", "respond"), None);
    let names: Vec<&str> = table.family("reports").map(|route| route.action.as_str()).collect();
    assert_eq!(names, ["agent_activity", "meta", "resolutions", "response_times", "volumes"]);
    assert_eq!(table.family("nothing").count(), 0);
    assert_eq!(table.family_about("nothing"), None);
    let mut sorted: Vec<&str> = table.iter().map(|route| route.name.as_str()).collect();
    sorted.sort_unstable();
    assert!(table.iter().map(|route| route.name.as_str()).eq(sorted));
}

#[test]
fn every_route_is_found_by_its_own_path() {
    for route in Table::builtin() {
        let path = route.params.iter().fold(route.uri.clone(), |path, name| path.replace(&format!("{{{name}}}"), "7"));
        let found = Table::builtin().by_path(route.method, &path).unwrap();
        assert_eq!(found.route.name, route.name);
        assert_eq!(found.values, route.params.iter().map(|name| (name.clone(), "7".to_owned())).collect::<Vec<_>>());
        assert_eq!(Table::builtin().methods(&path), [route.method], "{}", route.name);
    }
}

#[test]
fn a_placeholder_takes_one_whole_segment() {
    let table = Table::builtin();
    let found = table.by_path(Method::Post, "administration/users/12%2F3/queues/4/detach").unwrap();
    assert_eq!(found.route.name, "administration.users.queue_detach");
    let values = [("user", "12%2F3"), ("queue", "4")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(found.values, values);
    for path in [
        "administration/users//update",
        "administration/users/1/2/update",
        "administration/users/1",
        "tickets/respond/1",
    ] {
        assert_eq!(table.by_path(Method::Post, path), None, "{path}");
        assert!(table.methods(path).is_empty(), "{path}");
    }
    assert!(table.by_path(Method::Post, "/tickets/respond/").is_some());
    assert_eq!(table.by_path(Method::Get, "tickets/respond"), None);
    assert_eq!(table.methods("tickets/respond"), [Method::Post]);
}

#[test]
fn a_fixed_segment_wins_over_a_placeholder_and_the_left_one_decides() {
    let table = table(&[
        ("a.any", "POST", "a/{one}/{two}"),
        ("a.late", "POST", "a/{one}/x"),
        ("a.early", "POST", "a/x/{two}"),
        ("a.fixed", "POST", "a/x/x"),
        ("a.read", "GET|HEAD", "a/x/x"),
    ]);
    let found = |method, path| table.by_path(method, path).map(|found| found.route.name.clone());
    assert_eq!(found(Method::Post, "a/x/x").as_deref(), Some("a.fixed"));
    assert_eq!(found(Method::Post, "a/x/y").as_deref(), Some("a.early"));
    assert_eq!(found(Method::Post, "a/y/x").as_deref(), Some("a.late"));
    assert_eq!(found(Method::Post, "a/y/y").as_deref(), Some("a.any"));
    assert_eq!(found(Method::Get, "a/x/x").as_deref(), Some("a.read"));
    assert_eq!(table.methods("a/x/x").len(), 2);
}

#[test]
fn what_was_probably_meant_comes_first_and_at_most_three_are_offered() {
    let table = Table::builtin();
    for (meant, name) in [
        ("tickets.respnd", "tickets.respond"),
        ("ticket.respond", "tickets.respond"),
        ("tickets/respond", "tickets.respond"),
        ("tickets.responses-query", "tickets.responses_query"),
        ("respond", "tickets.respond"),
        ("api.v1.tickets.show", "tickets.show"),
        ("workflow.queue.index", "workflow.queues.index"),
        ("tickets.upload", "tickets.attachment_upload"),
        ("mail.sent.search", "mail.sent_mail.search"),
        ("stock_responses.list", "settings.stock_responses.index"),
        ("faq", "faqs"),
        ("templates.image-uplaod", "templates.image_upload"),
        ("tickets.mailboxes.index", "mail.mailboxes.index"),
        ("Settings.Watchlists.Create", "settings.watchlists.create"),
    ] {
        let near = table.nearest(meant);
        assert!((1..=3).contains(&near.len()), "{meant}: {near:?}");
        if meant == "stock_responses.list" {
            assert!(near.iter().all(|near| near.starts_with("settings.stock_responses.")), "{near:?}");
        } else {
            assert_eq!(near.first(), Some(&name), "{meant}: {near:?}");
        }
    }
    for nothing in ["", "xyzzy", "zzz.qqq", "zzz.index", "tickets.zzz", "🦀", "....", "tickets."] {
        assert!(table.nearest(nothing).is_empty(), "{nothing}: {:?}", table.nearest(nothing));
    }
}

#[test]
fn a_name_of_megabytes_is_cut_before_it_is_compared() {
    // Compared whole, this would take hours.
    let near = Table::builtin().nearest(&"tickets.".repeat(500_000));
    assert!(near.len() <= 3, "{near:?}");
}

#[test]
fn families_and_actions_have_their_own_nearest() {
    let table = Table::builtin();
    assert_eq!(table.nearest_family("ticket").first(), Some(&"tickets"));
    assert_eq!(table.nearest_family("Admin").first(), Some(&"administration"));
    assert_eq!(table.nearest_family("setings").first(), Some(&"settings"));
    assert!(table.nearest_family("xyzzy").is_empty());
    assert_eq!(table.nearest_action("tickets", "response").first(), Some(&"responses"));
    assert_eq!(table.nearest_action("workflow", "queue.move").first(), Some(&"queues.move"));
    assert!(table.nearest_action("tickets", "mailboxes").is_empty());
    assert!(table.nearest_action("nothing", "respond").is_empty());
}
