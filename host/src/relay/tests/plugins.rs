//! Plugins of third parties: their rights.

use std::path::PathBuf;

use super::*;
use crate::admit::Policy;
use crate::audit::Event;

/// A stage whose plugin is a third party's, with these rights.
pub(super) fn stranger(
    rights: &[&str],
    tool: impl FnOnce(&mut Tool),
    replies: Vec<Script>,
    answers: Vec<Result<Answer, Broken>>,
) -> Stage {
    let mut stage = stage(tool, replies, answers);
    let described = stage.relay.catalogue().get("probe").unwrap().tool.clone();
    let manifest =
        Manifest { name: "digest".into(), version: "1.0.0".into(), about: "For tests.".into(), tools: vec![described] };
    let installed = Installed {
        manifest,
        origin: Origin::Added,
        grant: Grant::of(rights.iter().map(|right| right.parse().unwrap())),
        settings: Ok(r#"{"week":"monday"}"#.into()),
        guest: stage.guest.clone(),
    };
    let (catalogue, faults) = Catalogue::new([installed], Table::builtin());
    assert_eq!(faults, []);
    stage.relay.served = Served::fixed(catalogue);
    stage
}

pub(super) fn call(stage: &Stage, ask: &dyn Ask) -> Result<ToolResult, CallError> {
    let asked = Asked { tool: "digest_probe".into(), ..Asked::default() };
    let Ended { result, receipt } = runtime().block_on(stage.relay.call(asked, &|_| {}, ask));
    receipt.delivered();
    result
}

pub(super) fn told(stage: &Stage) -> String {
    call(stage, &NoOne).unwrap_err().for_assistant()
}

pub(super) fn relays(route: &'static str, input: &'static str) -> Vec<Script> {
    vec![says(move || Step::Relay(request(route, input)))]
}

#[test]
fn a_strangers_tool_has_its_plugins_name_and_settings_and_no_right_of_its_own() {
    let stage = stranger(&[], |_| {}, relays("tickets.query", "{}"), vec![]);
    let text = told(&stage);
    assert!(text.contains("tickiti-relay plugin grant digest tickets.query"), "{text}");
    assert!(stage.sent().is_empty());
    assert_eq!(stage.guest.calls.lock().unwrap()[0].0.settings, r#"{"week":"monday"}"#);
    assert_eq!(stage.guest.calls.lock().unwrap()[0].0.tool, "probe");

    let stage = stranger(&["tickets:read"], |_| {}, relays("tickets.query", "{}"), vec![]);
    assert!(call(&stage, &NoOne).is_ok());
}

#[test]
fn local_routes_are_granted_too() {
    for (rights, allowed) in [(&["tickets:read"][..], false), (&["relay.endpoints"], true), (&["*"], true)] {
        let stage = stranger(rights, |_| {}, relays("relay.endpoints", "{}"), vec![]);
        assert_eq!(call(&stage, &NoOne).is_ok(), allowed, "{rights:?}");
    }
}

#[test]
fn local_routes_are_judged_as_all_others() {
    let settles = |rights: &[&str]| {
        let input = r#"{"id":"w3","happened":false}"#;
        let tool = |tool: &mut Tool| tool.routes = vec!["relay.settle_write".into()];
        let stage = stranger(rights, tool, relays("relay.settle_write", input), vec![]);
        told(&stage)
    };
    // None of them reaches the record, but for the last, which finds no w3 in it.
    insta::assert_snapshot!([
        settles(&["tickets:write"]),
        settles(&["relay.settle_write{id=w999999}"]),
        settles(&["relay.settle_write{id=w3,happened=true}", "*"]),
        settles(&["relay.settle_write{id=w*}"]),
    ].join("\n"), @"
    Not sent: the endpoint `relay.settle_write` (a write) is not granted to the plugin `digest`. Only the person who runs the relay can allow it, with: tickiti-relay plugin grant digest relay.settle_write.
    Not sent: the plugin `digest` may use the endpoint `relay.settle_write` only as `relay.settle_write{id=w999999}`, and this request is not so. Only the person who runs the relay can allow more, with: tickiti-relay plugin grant digest relay.settle_write.
    Not sent: the plugin `digest` may use the endpoint `relay.settle_write` only as `relay.settle_write{id=w3,happened=true}`, and this request is not so. Only the person who runs the relay can allow more, with: tickiti-relay plugin grant digest relay.settle_write.
    There is no write w3 that waits to be settled; unsettled_writes lists those that do.
    ");
}

#[test]
fn a_relay_that_only_reads_sends_no_write_and_settles_nothing() {
    for (route, allowed) in
        [("tickets.query", true), ("tickets.respond", false), ("tickets.delete", false), ("relay.settle_write", false)]
    {
        let mut stage =
            stranger(&["*"], |tool| tool.routes.push("relay.settle_write".into()), relays(route, "{}"), vec![]);
        stage.relay.policy = Policy { read_only: true, confirm: None };
        let ended = call(&stage, &NoOne);
        assert_eq!(ended.is_ok(), allowed, "{route}");
        if let Err(error) = ended {
            assert!(error.to_string().contains("--read-only"), "{error}");
        }
    }
}

#[test]
fn every_decision_and_request_is_audited() {
    let state = tempfile::tempdir().unwrap();
    let scripts = vec![
        says(|| {
            Step::Send(vec![request("tickets.query", "{}"), request("tickets.respond", r#"{"ticket_number":"1"}"#)])
        }),
        says(|| Step::Relay(request("tickets.delete", "{}"))),
        says(|| Step::Relay(request("no `route`\u{202e}", "{}"))),
    ];
    let mut stage = stranger(&["tickets:write"], |_| {}, scripts, vec![]);
    stage.relay.audit = Audit::new(state.path());
    let _ = (call(&stage, &NoOne), call(&stage, &NoOne));
    let mut lines = Vec::new();
    crate::audit::read(state.path(), |text, _| lines.push(text.to_owned())).unwrap();
    let steady: Vec<String> = lines
        .iter()
        .map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            for (name, word) in [("time", json!("T")), ("ms", json!(0)), ("key", json!("K"))] {
                if let Some(member) = value.get_mut(name) {
                    *member = word;
                }
            }
            value.to_string()
        })
        .collect();
    insta::assert_snapshot!(steady.join("\n"), @r#"
    {"time":"T","event":"decision","plugin":"digest","tool":"digest_probe","route":"tickets.query","allowed":true}
    {"time":"T","event":"request","plugin":"digest","tool":"digest_probe","route":"tickets.query","outcome":"done","status":200,"ms":0,"attempts":1}
    {"time":"T","event":"decision","plugin":"digest","tool":"digest_probe","route":"tickets.respond","allowed":true}
    {"time":"T","event":"request","plugin":"digest","tool":"digest_probe","route":"tickets.respond","outcome":"done","status":200,"ms":0,"attempts":1,"key":"K","write":"w1"}
    {"time":"T","event":"decision","plugin":"digest","tool":"digest_probe","route":"tickets.delete","allowed":false,"rule":"not-granted"}
    {"time":"T","event":"decision","plugin":"digest","tool":"digest_probe","route":"(a name of 11 characters that is not shown)","allowed":false,"rule":"unknown-route"}
    "#);
}

#[tokio::test]
async fn a_request_whose_call_is_called_off_is_audited() {
    let state = tempfile::tempdir().unwrap();
    for route in ["tickets.respond", "tickets.query"] {
        let mut stage = stranger(&["*"], |_| {}, relays(route, r#"{"ticket_number":"1"}"#), vec![]);
        stage.relay.audit = Audit::new(state.path());
        *stage.desk.takes.lock().unwrap() = limits::WRITING_CALL;
        let asked = Asked { tool: "digest_probe".into(), ..Asked::default() };
        let call = stage.relay.call(asked, &|_| {}, &NoOne);
        let was_sent = async {
            while stage.sent().is_empty() {
                tokio::time::sleep(limits::LEDGER_POLL).await;
            }
        };
        tokio::select! { _ = call => panic!("it was answered"), () = was_sent => {} }
    }
    let mut told = Vec::new();
    crate::audit::read(state.path(), |_, line| told.push(line.event)).unwrap();
    let requests: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            Event::Request { who, outcome, attempts, key, write, .. } => {
                Some((who.route.as_str(), outcome.as_str(), *attempts, key.is_some(), write.as_deref()))
            }
            Event::Decision { .. } => None,
        })
        .collect();
    assert_eq!(
        requests,
        [("tickets.respond", "unknown", 1, true, Some("w1")), ("tickets.query", "failed", 1, false, None)]
    );
}

#[test]
fn a_file_needs_a_folder_of_its_own_grant() {
    let place = tempfile::tempdir().unwrap();
    let real = place.path().canonicalize().unwrap();
    for folder in ["in", "out", "other", "secret"] {
        std::fs::create_dir(real.join(folder)).unwrap();
        std::fs::write(real.join(folder).join("a.txt"), "x").unwrap();
    }
    let at = |access| move |tool: &mut Tool| tool.files = vec![FileArgument { at: "/path".into(), access }];
    let ask = |rights: &[String], access, path: PathBuf| {
        let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
        let mut stage = stranger(&rights, at(access), relays("relay.endpoints", "{}"), vec![]);
        let roots = vec![crate::files::Root { path: real.clone(), writable: true }];
        let rules = FileRules { roots, private: vec![real.join("secret")], ..stage.relay.files.rules().clone() };
        stage.relay.files = Arc::new(Files::new(rules).unwrap());
        let asked = Asked {
            tool: "digest_probe".into(),
            arguments: serde_json::from_value(json!({ "path": path, "overwrite": true })).unwrap(),
            client_key: None,
        };
        runtime().block_on(stage.relay.call(asked, &|_| {}, &NoOne)).result.map(drop).map_err(|error| error.to_string())
    };
    let relay_endpoints = || "relay.endpoints".to_owned();
    let local = relay_endpoints();
    let folder = |name: &str, end: &str| format!("folder:{}{end}", real.join(name).display());
    let none = [local.clone()];
    let (read, write) = ([local.clone(), folder("in", ":ro")], [local, folder("in", ":ro"), folder("out", "")]);
    let (inside, outside) = (real.join("in/a.txt"), real.join("other/a.txt"));
    // What no tool may reach stays so, though it lies in an allowed folder and somebody grants it.
    let secret = [relay_endpoints(), format!("folder:{}", real.join("secret").display())];
    assert!(ask(&secret, Access::Text, inside.clone()).is_err());
    assert!(ask(&secret, Access::Text, real.join("secret/a.txt")).is_err());
    assert!(ask(&none, Access::Text, inside.clone()).unwrap_err().contains("plugin grant digest folder:"));
    assert_eq!(ask(&read, Access::Text, inside.clone()), Ok(()));
    assert!(ask(&read, Access::Text, outside.clone()).is_err());
    assert!(ask(&read, Access::Output, inside.clone()).unwrap_err().contains("to write to"));
    assert!(ask(&write, Access::Output, inside).is_err());
    assert_eq!(ask(&write, Access::Output, real.join("out/b.txt")), Ok(()));
    assert!(ask(&write, Access::Output, outside).is_err());
}
