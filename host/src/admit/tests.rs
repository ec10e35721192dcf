use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;
use tickiti_relay_routes::{Class, Table};

use super::*;
use crate::contract::{Access, FileArgument};
use crate::marks::Marked;

fn tool(effect: Effect, routes: &[&str]) -> Tool {
    Tool {
        name: "probe".into(),
        title: String::new(),
        description: String::new(),
        input: r#"{"type":"object"}"#.into(),
        output: None,
        effect,
        idempotent: false,
        open_world: false,
        routes: routes.iter().map(|route| (*route).to_owned()).collect(),
        files: vec![FileArgument { at: "/path".into(), access: Access::Bytes }],
    }
}

fn request(route: &str, input: serde_json::Value) -> Request {
    Request { route: route.into(), input: input.to_string(), accept: vec![], hold: None }
}

fn ask(tool: &Tool, grant: &Grant, request: &Request) -> Result<Admitted, Refusal> {
    admit(
        request,
        Rules {
            tool,
            plugin: "probe",
            grant: &Arc::new(grant.clone()),
            policy: Policy::default(),
            routes: Table::builtin(),
        },
        &Marks::default(),
    )
}

fn any(request: &Request) -> Result<Admitted, Refusal> {
    ask(&tool(Effect::Destructive, &["*"]), &Grant::all(), request)
}

fn text(admitted: &Admitted) -> String {
    match admitted.body() {
        Body::Json(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Piece::DataUri(marked) => format!("<{}>", marked.name),
            })
            .collect(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_request_of_a_declared_route_is_let_through_with_its_body_as_written() {
    let request = Request {
        route: "tickets.query".into(),
        input: "{ \"b\": 1.0, \"a\": [ 1e400, \"x y\" ] }".into(),
        accept: vec![413],
        hold: Some("/data".into()),
    };
    let admitted = ask(&tool(Effect::Read, &["tickets.query"]), &Grant::all(), &request).unwrap();
    assert_eq!(admitted.path(), "/api/v1/tickets/query");
    assert_eq!(text(&admitted), r#"{"b":1.0,"a":[1e400,"x y"]}"#);
    assert_eq!((admitted.accept(), admitted.hold()), ([413].as_slice(), Some("/data")));
}

#[test]
fn every_rule_says_no_for_itself() {
    let grant = Grant::all();
    let reader = tool(Effect::Read, &["tickets.query", "tickets.respond"]);
    let writer = tool(Effect::Write, &["*"]);
    let empty = json!({});
    let refusals = [
        ask(&reader, &grant, &request("tickets.qurey", empty.clone())),
        ask(&reader, &grant, &request("tickets.show", empty.clone())),
        ask(&reader, &grant, &request("tickets.respond", empty.clone())),
        ask(&writer, &grant, &request("tickets.delete", empty.clone())),
        ask(&reader, &Grant::routes(["tickets.show".into()]), &request("tickets.query", empty.clone())),
        ask(&reader, &grant, &request("tickets.query", json!([]))),
        ask(&writer, &grant, &request("administration.users.update", empty)),
        ask(&writer, &grant, &request("administration.users.update", json!({"user": ".."}))),
        ask(&writer, &grant, &request("faqs", json!({"x": {"y": 1}}))),
    ];
    let texts: Vec<String> = refusals.into_iter().map(|refusal| refusal.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    `tickets.qurey` is not an endpoint of this helpdesk; the nearest: `tickets.query`, `tickets.queues`. `list_endpoints` names them all
    the tool `probe` did not declare the endpoint `tickets.show`, so it may not use it; this is a fault of its plugin
    the endpoint `tickets.respond` is a write, and the tool `probe` says of itself that it does less; this is a fault of its plugin
    the endpoint `tickets.delete` is destructive, and the tool `probe` says of itself that it does less; this is a fault of its plugin
    the endpoint `tickets.query` (a read) is not granted to the plugin `probe`. Only the person who runs the relay can allow it, with: tickiti-relay plugin grant probe tickets.query
    the body for `tickets.query` is not a JSON object
    the endpoint `administration.users.update` needs `user`, a text or number that is not empty: give it in the payload
    `user` goes into the path of the endpoint `administration.users.update` and cannot be that: give one id, without slashes, dots alone or control characters
    `x` cannot be sent to `faqs`: that endpoint is a GET, its values are texts, numbers, true or false, and lists of those
    ");
}

#[test]
fn what_the_relay_answers_itself_is_judged_by_the_same_rules() {
    let settle = request("relay.settle_write", json!({"id": "w3", "happened": false}));
    let all = Grant::all();
    let writer = tool(Effect::Write, &["relay.settle_write"]);
    assert!(ask(&writer, &all, &settle).is_ok_and(|admitted| admitted.is_local()));
    let named = |right: &str| Grant::of([right.parse().unwrap()]);
    let rules = [
        ask(&tool(Effect::Write, &["*"]), &all, &settle),
        ask(&tool(Effect::Read, &["relay.settle_write"]), &all, &settle),
        ask(&writer, &named("tickets:write"), &settle),
        ask(&writer, &named("relay.settle_write{id=w999999}"), &settle),
        ask(
            &tool(Effect::Read, &["relay.endpoints"]),
            &named("relay.settle_write"),
            &request("relay.endpoints", json!({})),
        ),
    ];
    let rules = rules.map(|ended| ended.unwrap_err().rule());
    assert_eq!(rules, ["not-declared", "beyond-effect", "not-granted", "fixed-fields", "not-granted"]);
    assert!(ask(&writer, &named("relay.settle_write{id=w3}"), &settle).is_ok());
    assert!(any(&request("tickets.query", json!({}))).is_ok_and(|admitted| !admitted.is_local()));
}

#[test]
fn a_body_larger_than_allowed_is_refused_and_one_as_large_is_not() {
    let of = |bytes: usize| {
        let fill = "x".repeat(bytes - r#"{"a":""}"#.len());
        request("tickets.query", json!({ "a": fill }))
    };
    assert!(any(&of(limits::INPUT_BYTES)).is_ok());
    assert!(matches!(any(&of(limits::INPUT_BYTES + 1)), Err(Refusal::InputTooLarge { .. })));
}

#[test]
fn placeholders_take_one_segment_and_stay_in_the_body() {
    let admitted =
        any(&request("administration.users.queue_upsert", json!({"user": 7, "queue": "a b", "can_view": true})))
            .unwrap();
    assert_eq!(admitted.path(), "/api/v1/administration/users/7/queues/a%20b");
    assert_eq!(text(&admitted), r#"{"user":7,"queue":"a b","can_view":true}"#);
    for (value, path) in [
        (json!(0), "0"),
        (json!(false), "false"),
        (json!("ä"), "%C3%A4"),
        (json!("%2e%2e"), "%252e%252e"),
        (json!("a?b#c"), "a%3Fb%23c"),
    ] {
        let admitted = any(&request("administration.users.update", json!({ "user": value }))).unwrap();
        assert_eq!(admitted.path(), format!("/api/v1/administration/users/{path}/update"));
    }
}

#[test]
fn a_placeholder_that_is_no_segment_is_refused() {
    for value in [
        json!(".."),
        json!("."),
        json!("..."),
        json!("a/b"),
        json!("../.."),
        json!("a\\b"),
        json!("\u{0}"),
        json!("a\nb"),
        json!([1]),
        json!({}),
    ] {
        let refusal = any(&request("administration.users.update", json!({ "user": value }))).unwrap_err();
        assert!(matches!(refusal, Refusal::BadPlaceholder { .. }), "{value}: {refusal}");
    }
    for value in [json!(""), json!(null)] {
        let refusal = any(&request("administration.users.update", json!({ "user": value }))).unwrap_err();
        assert!(matches!(refusal, Refusal::MissingPlaceholder { .. }), "{value}: {refusal}");
    }
}

#[test]
fn a_request_stays_a_request_to_its_route() {
    let widgets = |action: &str, uri: &str, params: &[&str]| {
        json!({
            "name": format!("widgets.{action}"), "family": "widgets", "action": action, "method": "POST", "uri": uri,
            "params": params, "encoding": "json", "abilities": [], "role": null, "class": "write", "repeat": "never",
            "key": "none"
        })
    };
    let rows = [
        widgets("touch", "widgets/{id}", &["id"]),
        widgets("purge", "widgets/purge", &[]),
        widgets("part", "widgets/{id}/parts/{part}", &["id", "part"]),
        widgets("purge_parts", "widgets/{id}/parts/purge", &["id"]),
    ];
    let routes = Table::from_json(&json!({"families": {}, "routes": rows}).to_string()).unwrap();
    let tool = tool(Effect::Destructive, &["*"]);
    let grant = Arc::new(Grant::all());
    let ask = |action: &str, input| {
        let rules = Rules { tool: &tool, plugin: "probe", grant: &grant, policy: Policy::default(), routes: &routes };
        let request = request(&format!("widgets.{action}"), input);
        admit(&request, rules, &Marks::default()).map(|admitted| admitted.path().to_owned())
    };
    let half = Request { input: r#"{"a":["\ud800"]}"#.into(), ..request("tickets.query", json!({})) };
    assert_eq!(ask("touch", json!({"id": 5})).unwrap(), "/api/v1/widgets/5");
    assert_eq!(ask("part", json!({"id": "purge", "part": 1})).unwrap(), "/api/v1/widgets/purge/parts/1");
    let refusals = [
        ask("touch", json!({"id": "purge"})),
        ask("part", json!({"id": 1, "part": "purge"})),
        ask("touch", json!({"id": 5, "_method": "DELETE"})),
        any(&half).map(|_| String::new()),
    ];
    let texts: Vec<String> = refusals.into_iter().map(|refusal| refusal.unwrap_err().to_string()).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn the_last_of_two_equal_members_fills_the_placeholder_as_the_server_reads_it() {
    let request = Request {
        route: "administration.users.update".into(),
        input: r#"{"user":"1","user":"2"}"#.into(),
        accept: vec![],
        hold: None,
    };
    assert_eq!(any(&request).unwrap().path(), "/api/v1/administration/users/2/update");
}

#[test]
fn files_stand_where_their_marks_stood() {
    let mut marks = Marks::default();
    let file =
        |name: &str| Marked { name: name.into(), media_type: "image/png".into(), bytes: Bytes::from_static(b"x") };
    let (one, two) = (marks.add(file("one.png")).unwrap(), marks.add(file("two.png")).unwrap());
    let tool = tool(Effect::Write, &["*"]);
    let grant = Arc::new(Grant::all());
    let rules =
        Rules { tool: &tool, plugin: "probe", grant: &grant, policy: Policy::default(), routes: Table::builtin() };
    let input = json!({"data": {"content": format!("a<img src=\"{two}\">b<img src=\"{one}\">")}});
    let admitted = admit(&request("tickets.create", input), rules, &marks).unwrap();
    assert_eq!(text(&admitted), r#"{"data":{"content":"a<img src=\"<two.png>\">b<img src=\"<one.png>\">"}}"#);

    let input = json!({"file": format!("{one}/shown.png"), "template_id": 5});
    let admitted = admit(&request("templates.image_upload", input), rules, &marks).unwrap();
    let Body::Multipart(parts) = admitted.body() else { panic!("not multipart") };
    assert!(
        matches!(&parts[0].value, PartValue::File(shown, marked) if shown == "shown.png" && marked.name == "one.png")
    );
    assert!(matches!(&parts[1].value, PartValue::Text(text) if text == "5"));

    let refusal =
        admit(&request("tickets.show", json!({"file": format!("{one}/shown.png")})), rules, &marks).unwrap_err();
    assert!(matches!(refusal, Refusal::TakesNoFile { .. }), "{refusal}");
}

#[test]
fn a_mark_never_leaves_as_the_letters_that_it_is() {
    let mut marks = Marks::default();
    let file = Marked { name: "a.txt".into(), media_type: "text/plain".into(), bytes: Bytes::from_static(b"x") };
    let mark = marks.add(file).unwrap();
    let tool = tool(Effect::Destructive, &["*"]);
    let grant = Arc::new(Grant::all());
    let rules =
        Rules { tool: &tool, plugin: "probe", grant: &grant, policy: Policy::default(), routes: Table::builtin() };
    let strays = [
        ("faqs", json!({"q": format!("see {mark}")})),
        ("faqs", json!({"q": [mark]})),
        ("faqs", json!({ mark.clone(): "x" })),
        ("tickets.attachment_upload", json!({"file": format!("see {mark}")})),
        ("tickets.attachment_upload", json!({"file": {"deep": mark}})),
        ("tickets.attachment_upload", json!({ mark.clone(): "x" })),
        ("administration.users.update", json!({"user": mark})),
    ];
    for (route, input) in strays {
        let refusal = admit(&request(route, input), rules, &marks).unwrap_err();
        assert!(matches!(refusal, Refusal::StrayMark { .. }), "{route}: {refusal}");
    }
    let refusal = admit(&request("faqs", json!({"q": format!("{mark}/a.txt")})), rules, &marks).unwrap_err();
    assert!(matches!(refusal, Refusal::TakesNoFile { .. }), "{refusal}");
    assert!(
        admit(&request("tickets.attachment_upload", json!({"file": format!("{mark}/a.txt")})), rules, &marks).is_ok()
    );
}

#[test]
fn an_effect_bounds_the_classes() {
    let table = [
        (Effect::Read, [true, false, false, false]),
        (Effect::Write, [true, true, false, true]),
        (Effect::Destructive, [true, true, true, true]),
    ];
    for (effect, expected) in table {
        let found =
            [Class::Read, Class::Write, Class::Destructive, Class::Sensitive].map(|class| allows(effect, class));
        assert_eq!(found, expected, "{effect:?}");
    }
}

fn granted(rights: &[&str], route: &str, input: serde_json::Value) -> Result<(), &'static str> {
    let grant = Grant::of(rights.iter().map(|right| right.parse().unwrap()));
    ask(&tool(Effect::Destructive, &["*"]), &grant, &request(route, input)).map(drop).map_err(|refusal| refusal.rule())
}

#[test]
fn a_right_covers_what_it_names_by_the_class_of_the_route() {
    let (none, all) = (Err("not-granted"), Ok(()));
    let empty = || json!({});
    assert_eq!(granted(&[], "tickets.query", empty()), none);
    assert_eq!(granted(&["tickets:read"], "tickets.query", empty()), all);
    assert_eq!(granted(&["tickets:write"], "tickets.query", empty()), all, "as with the token's own abilities");
    assert_eq!(granted(&["tickets:read"], "tickets.respond", empty()), none);
    assert_eq!(granted(&["tickets:write"], "tickets.respond", empty()), all);
    assert_eq!(granted(&["settings:read"], "tickets.query", empty()), none);
    // What destroys, and what touches credentials, must be named.
    assert_eq!(granted(&["tickets:write"], "tickets.delete", empty()), none);
    assert_eq!(granted(&["tickets.delete"], "tickets.delete", empty()), all);
    assert_eq!(granted(&["administration:write"], "administration.api_tokens.create", empty()), none);
    assert_eq!(granted(&["folder:*"], "tickets.query", empty()), none);
    assert_eq!(granted(&["*"], "tickets.delete", empty()), all);
}

#[test]
fn a_route_with_fixed_fields_is_judged_by_these_alone() {
    let (internal, public) =
        (json!({"is_internal": true, "content": "x"}), json!({"is_internal": false, "content": "x"}));
    let fixed = "tickets.respond{is_internal=true}";
    assert_eq!(granted(&[fixed], "tickets.respond", internal.clone()), Ok(()));
    assert_eq!(granted(&[fixed], "tickets.respond", public.clone()), Err("fixed-fields"));
    assert_eq!(granted(&[fixed], "tickets.respond", json!({})), Err("fixed-fields"));
    for wider in ["tickets:write", "*"] {
        assert_eq!(granted(&[wider, fixed], "tickets.respond", public.clone()), Err("fixed-fields"), "{wider}");
        assert_eq!(granted(&[fixed, wider], "tickets.respond", internal.clone()), Ok(()), "{wider}");
    }
    assert_eq!(granted(&[fixed, "tickets.respond"], "tickets.respond", public), Ok(()), "the person named both");
}

#[test]
fn a_refusal_names_the_rule_and_the_command() {
    let tool = tool(Effect::Destructive, &["*"]);
    let text = |grant: Grant, policy: Policy| {
        let grant = Arc::new(grant);
        let rules = Rules { tool: &tool, plugin: "digest", grant: &grant, policy, routes: Table::builtin() };
        admit(&request("tickets.respond", json!({"is_internal": false})), rules, &Marks::default())
            .unwrap_err()
            .to_string()
    };
    let fixed = Grant::of(["tickets.respond{is_internal=true}".parse().unwrap()]);
    let texts = [
        text(Grant::default(), Policy::default()),
        text(fixed, Policy::default()),
        text(Grant::unknown("plugins.lock is damaged"), Policy::default()),
        text(Grant::all(), Policy { read_only: true, confirm: None }),
        text(Grant::default().for_the_moment(), Policy::default()),
    ];
    insta::assert_snapshot!(texts.join("\n"), @"
    the endpoint `tickets.respond` (a write) is not granted to the plugin `digest`. Only the person who runs the relay can allow it, with: tickiti-relay plugin grant digest tickets.respond
    the plugin `digest` may use the endpoint `tickets.respond` only as `tickets.respond{is_internal=true}`, and this request is not so. Only the person who runs the relay can allow more, with: tickiti-relay plugin grant digest tickets.respond
    what the plugin `digest` may do cannot be read: plugins.lock is damaged. Nothing is sent until the person who runs the relay has mended that; `tickiti-relay plugin verify` says how
    the endpoint `tickets.respond` is a write, and the relay was started with `--read-only`; only the person who runs it can start it otherwise
    the endpoint `tickets.respond` (a write) is not granted to the plugin `digest`. Only the person who runs the relay can allow it, with: --grant tickets.respond
    ");
}

#[test]
fn a_folder_that_is_granted_twice_is_granted_the_more_open_way() {
    let rights = ["folder:/srv:ro", "folder:/srv/out", "folder:/srv", "folder:/srv/out:ro"];
    let grant = Grant::of(rights.map(|right| right.parse().unwrap()));
    assert_eq!(grant.folders(), Some(vec![("/srv".into(), true), ("/srv/out".into(), true)]));
}

#[test]
fn a_grant_keeps_what_it_let_through_unless_a_right_is_gone_or_confines_it() {
    let grant = |rights: &[&str]| Grant::of(rights.iter().map(|right| right.parse().unwrap()));
    let before = grant(&["tickets:write", "tickets.close"]);
    for (now, keeps) in [
        (&["tickets:write", "tickets.close"][..], true),
        (&["tickets.close", "tickets:write", "mail.send"], true),
        (&["tickets:write", "tickets.close", "tickets.close{reason=x}"], true),
        (&["tickets:write"], false),
        (&["tickets:write", "tickets.close", "tickets.respond{is_internal=true}"], false),
        (&[], false),
    ] {
        assert_eq!(grant(now).keeps(&before, "tickets.respond"), keeps, "{now:?}");
    }
    assert!(!Grant::unknown("damaged").keeps(&before, "tickets.respond"));
}

#[test]
fn a_policy_asks_about_what_it_names() {
    let classes = [Class::Read, Class::Write, Class::Destructive, Class::Sensitive];
    let asks = |confirm| classes.map(|class| Policy { read_only: false, confirm }.asks(class));
    assert_eq!(asks(None), [false; 4]);
    assert_eq!(asks(Some(Confirm::Destructive)), [false, false, true, true]);
    assert_eq!(asks(Some(Confirm::Write)), [false, true, true, true]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    /// Whatever a placeholder holds, the request stays on its route, also after the server has decoded the path.
    #[test]
    fn no_value_leaves_its_route(value in "(\\PC|[./\\\\%?#\u{0}\u{202e}]|%2e|%2f|%5c|//|\\.\\.){0,12}") {
        let route = Table::builtin().get("administration.users.update").map(Arc::clone).unwrap();
        if let Ok(admitted) = any(&request(&route.name, json!({ "user": value }))) {
            let segments: Vec<&str> = admitted.path().split('/').collect();
            prop_assert_eq!(segments.len(), 7);
            prop_assert_eq!((segments[4], segments[6]), ("users", "update"));
            let decoded = percent_encoding::percent_decode_str(segments[5]).decode_utf8().unwrap();
            prop_assert_eq!(decoded.as_ref(), value.as_str());
            prop_assert!(!decoded.contains('/') && decoded != "." && decoded != "..");
            let url = url::Url::parse("https://helpdesk.example").unwrap().join(admitted.path()).unwrap();
            prop_assert_eq!(url.path(), admitted.path());
        }
    }
}
