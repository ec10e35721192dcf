//! The verbs as a person and as a script use them.

use serde_json::{Value, json};
use tickiti_relay_tests::picture::sample;
use tickiti_relay_tests::relay;

use crate::support::{Folder, TOOLS, alone, at, helpdesk, steady, text};

const DONE: Option<i32> = Some(0);
const FAILED: Option<i32> = Some(1);
const USAGE: Option<i32> = Some(2);
const BAD_CONFIGURATION: Option<i32> = Some(78);

#[test]
fn tools_are_listed_without_a_helpdesk_as_mcp_lists_them() {
    let output = relay().verb(["tools", "--json"]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    let listed: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(listed["tools"], Value::Array(alone().tools().unwrap()));

    let output = relay().verb(["tools"]).unwrap();
    let first: Vec<_> = output.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(first, TOOLS);
}

#[test]
fn call_prints_the_result_alone() {
    let helpdesk = helpdesk();
    let relay = relay().helpdesk(&helpdesk);
    let output = relay.verb(["call", "list_queues"]).unwrap();
    assert_eq!((output.code, output.stderr.as_str()), (DONE, ""));
    let queues: Value = serde_json::from_str(&output.stdout).unwrap();
    assert!(queues.to_string().contains("Inbox"), "{queues}");

    let output = relay.verb(["call", "list_queues", "--json"]).unwrap();
    let result: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(result["content"][0]["type"], "text");
}

#[test]
fn a_call_that_fails_says_so_on_stderr_and_by_its_exit_code() {
    let helpdesk = helpdesk();
    let relay = relay().helpdesk(&helpdesk);
    let output = relay.verb(["call", "get_ticket", "--args", r#"{"ticket_number":"000000"}"#]).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (FAILED, ""));
    assert!(output.stderr.contains("404"), "{}", output.stderr);

    for arguments in ["[]", "{", "7"] {
        let output = relay.verb(["call", "get_ticket", "--args", arguments]).unwrap();
        assert!(output.code != DONE && output.stdout.is_empty(), "{arguments}: {output:?}");
        assert!(output.stderr.contains("--args"), "{}", output.stderr);
    }
    assert_eq!(relay.verb(["call", "get_tickets"]).unwrap().code, FAILED);
    assert_eq!(helpdesk.requests().len(), 1);
}

#[test]
fn a_call_without_configuration_names_what_is_missing() {
    let output = relay().verb(["call", "list_queues"]).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (BAD_CONFIGURATION, ""));
    assert!(
        output.stderr.contains("TICKITI_API_BASE") && output.stderr.contains("TICKITI_API_TOKEN"),
        "{}",
        output.stderr
    );
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    for arguments in [&["dance"][..], &["call"], &["plan"], &["tools", "--loud"], &["connect", "emacs"]] {
        let output = relay().verb(arguments).unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (USAGE, ""), "{arguments:?}");
    }
    let version = relay().verb(["--version"]).unwrap();
    assert_eq!(version.stdout, format!("tickiti-relay {}\n", env!("CARGO_PKG_VERSION")));
    let help = relay().verb(["--help"]).unwrap();
    assert!(help.code == DONE && help.stdout.contains("TICKITI_API_BASE"), "{}", help.stdout);
}

#[test]
fn a_plan_of_a_write_sends_nothing_and_shows_files_by_their_name() {
    let helpdesk = helpdesk();
    let files = Folder::new().file("logo.png", sample());
    let relay = relay().helpdesk(&helpdesk).files(&files.path());
    let arguments = json!({
        "originator_email_address": "ann@example.com", "subject": "S", "content": "see {{attach:logo.png}}",
        "attachments": [{"path": text(files.path().join("logo.png"))}],
    })
    .to_string();
    let output = relay.verb(["plan", "create_ticket", "--args", &arguments]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    assert_eq!(helpdesk.requests(), []);
    insta::assert_snapshot!("plan_of_a_write", output.stdout);

    let output = relay.verb(["plan", "create_ticket", "--args", &arguments, "--json"]).unwrap();
    let plan: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(plan["requests"][0]["route"], "tickets.create");
    assert_eq!(plan["requests"][0]["keyed"], true);
    assert_eq!(plan["requests"][0]["sent"], false);
    assert_eq!(helpdesk.requests(), []);
}

#[test]
fn a_plan_sends_reads_unless_offline() {
    let helpdesk = helpdesk();
    let relay = relay().helpdesk(&helpdesk);
    let arguments = json!({"ticket_number": "000000", "view": "full"}).to_string();
    let offline = relay.verb(["plan", "get_ticket", "--args", &arguments, "--offline"]).unwrap();
    assert_eq!((offline.code, helpdesk.requests().len()), (DONE, 0), "{}", offline.stderr);
    assert!(offline.stdout.contains("tickets/show"), "{}", offline.stdout);
    let online = relay.verb(["plan", "list_queues"]).unwrap();
    assert_eq!((online.code, helpdesk.requests().len()), (DONE, 1), "{}", online.stderr);
}

#[test]
fn doctor_finds_everything_in_order_or_names_one_fix_for_each_fault() {
    let helpdesk = helpdesk();
    let output = relay().helpdesk(&helpdesk).verb(["doctor", "--json"]).unwrap();
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &told["ok"]), (DONE, &json!(true)), "{told:#}");

    let output = at("http://127.0.0.1:9").verb(["doctor", "--json"]).unwrap();
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &told["ok"]), (FAILED, &json!(false)), "{told:#}");
    for finding in told["findings"].as_array().unwrap() {
        assert_eq!(finding["state"] == "fault", finding["fix"].is_string(), "{finding}");
    }
    assert_eq!(helpdesk.effects(), []);
}

#[test]
fn scratch_lists_every_endpoint() {
    let output = relay().verb(["scratch", "--list", "--json"]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    let told: Value = serde_json::from_str(&output.stdout).unwrap();
    assert!(told.to_string().contains("tickets.respond"), "{told}");
}

#[test]
fn connect_writes_an_entry_and_takes_it_back() {
    let setup = relay().base("https://support.example.com").secret(crate::support::TOKEN);
    let home = setup.ground().unwrap().folder("home");
    let file = home.join(".cursor/mcp.json");
    std::fs::create_dir_all(home.join(".cursor")).unwrap();
    let before = "{\n  \"mcpServers\": {\"other\": {\"command\": \"other\"}}\n}\n";
    std::fs::write(&file, before).unwrap();

    let dry = setup.verb(["connect", "cursor", "--dry-run"]).unwrap();
    assert_eq!(dry.code, DONE, "{}", dry.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);

    let output = setup.verb(["connect", "cursor"]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let servers = written["mcpServers"].as_object().unwrap();
    let ours = servers.iter().find(|(name, _)| *name != "other").unwrap().1;
    assert!(ours["command"].as_str().unwrap().contains("tickiti-relay"), "{written}");
    assert_eq!(servers["other"]["command"], "other");

    let output = setup.verb(["connect", "cursor", "--undo"]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    let undone: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(undone, serde_json::from_str::<Value>(before).unwrap());
}

#[test]
fn connect_writes_a_proxy_but_never_its_password() {
    let setup = relay().base("https://support.example.com").secret(crate::support::TOKEN);
    setup.ground().unwrap().guard("CanaryProxyPw4xR9mK2z");
    let token_file = Folder::new().file("token", crate::support::TOKEN);
    let open = setup.clone().env("TICKITI_RELAY_PROXY", "http://proxy.example.com:3128");
    let output = open.verb(["connect", "cursor", "--dry-run", "--json"]).unwrap();
    assert!(output.stdout.contains(r#""TICKITI_RELAY_PROXY": "http://proxy.example.com:3128""#), "{output:?}");

    let secret = setup.env("TICKITI_RELAY_PROXY", "http://anna:CanaryProxyPw4xR9mK2z@proxy.example.com:3128");
    let output = secret.verb(["connect", "cursor"]).unwrap();
    assert_eq!(output.code, DONE, "{}", output.stderr);
    assert!(output.stdout.contains("${env:TICKITI_RELAY_PROXY}"), "{}", output.stdout);
    assert!(output.stdout.contains("TICKITI_RELAY_PROXY must be set where it is started"), "{}", output.stdout);

    let by_file = secret.without("TICKITI_API_TOKEN").env("TICKITI_API_TOKEN_FILE", token_file.path().join("token"));
    let output = by_file.verb(["connect", "claude-desktop"]).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (BAD_CONFIGURATION, ""));
    assert!(output.stderr.contains("TICKITI_RELAY_PROXY holds a password"), "{}", output.stderr);
}

/// A program that asked for JSON gets it whatever happens: the shape of a tool's result that is an error, on stdout.
#[test]
fn every_error_is_json_for_who_asked_for_it() {
    let setup = at("http://127.0.0.1:9");
    let bare = relay();
    for (setup, line, code) in [
        (&setup, &["call", "get_tickets", "--json"][..], FAILED),
        (&setup, &["call", "get_ticket", "--json", "--args", "["], FAILED),
        (&bare, &["call", "list_queues", "--json"], BAD_CONFIGURATION),
        (&setup, &["plan", "get_tickets", "--json"], FAILED),
        (&setup, &["plan", "list_queues", "--json"], FAILED),
        (&bare, &["plan", "list_queues", "--json"], BAD_CONFIGURATION),
        (&setup, &["tools", "--json", "--routes", "nowhere.json"], BAD_CONFIGURATION),
        (&setup, &["plugin", "show", "nobody", "--json"], FAILED),
        (&setup, &["plugin", "verify", "nobody", "--json"], FAILED),
        (&setup, &["plugin", "add", "nowhere.wasm", "--json"], FAILED),
        (&setup, &["plugin", "call", "nowhere.wasm", "x", "--json"], FAILED),
        (&setup, &["plugin", "test", "nowhere", "--json"], FAILED),
        (&setup, &["plugin", "check", "nowhere.wasm", "--json"], FAILED),
        (&bare, &["connect", "cursor", "--json"], BAD_CONFIGURATION),
        (&setup, &["connect", "cursor", "--project", "nowhere", "--json"], FAILED),
        (&setup, &["audit", "--json", "--since", "yesterday"], USAGE),
        (&setup, &["doctor", "--json", "--read-only"], USAGE),
    ] {
        let output = setup.verb(line).unwrap();
        assert_eq!(output.code, code, "{line:?}: {output:?}");
        let told: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        assert_eq!(told["isError"], true, "{line:?}: {told}");
        assert!(told["content"][0]["text"].as_str().is_some_and(|text| text.len() > 10), "{line:?}: {told}");
    }
    let plain = setup.verb(["plan", "get_tickets"]).unwrap();
    assert!(plain.stdout.is_empty() && plain.stderr.contains("get_ticket"), "{plain:?}");
}

#[test]
fn a_plan_shows_no_token_in_either_form() {
    let relay = at("http://127.0.0.1:9");
    let content = format!("<p>{}</p>", crate::support::TOKEN);
    let arguments =
        json!({"originator_email_address": "ann@example.com", "subject": "S", "content": content}).to_string();
    for form in [
        &["plan", "create_ticket", "--args", &arguments][..],
        &["plan", "create_ticket", "--json", "--args", &arguments],
    ] {
        let output = relay.verb(form).unwrap();
        assert_eq!(output.code, DONE, "{}", output.stderr);
        assert!(output.stdout.contains("<p>[token]</p>"), "{}", output.stdout);
    }
}

#[test]
fn the_audit_is_asked_from_a_time_on() {
    let relay = at("http://127.0.0.1:9");
    relay.verb(["call", "list_queues"]).unwrap();
    let lines = |since: &str| {
        let output = relay.verb(["audit", "--json", "--since", since]).unwrap();
        assert_eq!(output.code, DONE, "{since}: {}", output.stderr);
        output.stdout.lines().count()
    };
    for (since, some) in
        [("2h", true), ("2020-01-01", true), ("2020-01-01 08:00", true), ("9999-01-01T08:00:00+01:00", false)]
    {
        assert_eq!(lines(since) > 0, some, "{since}");
    }
    for since in ["yesterday", "22.11.2026"] {
        let output = relay.verb(["audit", "--since", since]).unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (USAGE, ""));
        assert!(output.stderr.contains("an age"), "{}", output.stderr);
    }
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = relay().verb(["completions", shell]).unwrap();
        assert!(output.code == DONE && output.stdout.contains("tickiti-relay"), "{shell}: {}", output.stderr);
    }
}

#[test]
fn a_newer_helpdesks_endpoints_are_reached_with_a_table_of_its_own() {
    let helpdesk = tickiti_relay_tests::stub::Stub::json(r#"{"ok":true}"#);
    let table = json!([
        {"domain": null, "method": "POST", "uri": "api/v1/gadgets/{gadget}/polish", "name": "api.v1.gadgets.polish",
         "action": "GadgetController@polish", "middleware": ["api", "auth:sanctum", "ability:tickets:write"]},
    ]);
    let folder = Folder::new().file("routes.json", table.to_string());
    let path = text(folder.path().join("routes.json"));
    let arguments = json!({"family": "gadgets", "action": "polish", "payload": {"gadget": 7}}).to_string();
    let output = at(&helpdesk.base()).verb(["--routes", &path, "call", "tickiti_call", "--args", &arguments]).unwrap();
    assert_eq!(output.code, DONE, "{}", steady(&output.stderr, &[(&path, "routes.json")]));
    assert_eq!(helpdesk.asked()[0].path, "/api/v1/gadgets/7/polish");
}
