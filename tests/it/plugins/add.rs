//! Adding, granting, changing and trusting, by the verbs.

use std::process::Stdio;

use serde_json::json;
use tickiti_relay_tests::handmade::{Does, Handmade, Manifest, Tool};
use tickiti_relay_tests::plugins::{self, relaying};

use super::{Ground, listed, text};

/// A plugin that reads and answers tickets, as a vendor would make it.
fn digest() -> Handmade {
    let look = Tool {
        title: "Weekly digest".into(),
        description: "Writes what happened this week.\nNeeds tickets:read.".into(),
        routes: vec!["tickets.query".into(), "tickets.show".into()],
        ..Tool::named("weekly")
    };
    let note = Tool {
        title: "Leave a note".into(),
        description: "Puts the digest into a ticket.".into(),
        effect: 1,
        routes: vec!["tickets.respond".into()],
        files: vec![("/path".into(), 3)],
        ..Tool::named("note")
    };
    let manifest = Manifest {
        about: "Digests of the week.".into(),
        tools: vec![look, note],
        ..Manifest::of("digest", Tool::named("x"))
    };
    Handmade::described(manifest, Does::Relay("tickets.query".into(), "{}".into()))
}

#[test]
fn a_plugin_is_shown_before_it_is_trusted_and_without_a_yes_nothing_changes() {
    let ground = Ground::new();
    let path = ground.component("digest", &digest());
    let said = ground.refuses(&["plugin", "add", &text(&path), "--grant", "tickets:read"]);
    insta::assert_snapshot!(ground.steady(&said));
    assert!(!ground.lock_file().exists());
    let wrong = "0".repeat(64);
    let said = ground.refuses(&["plugin", "add", &text(&path), "--yes", "--sha256", &wrong]);
    assert!(said.contains("it is another file"), "{said}");
    let output = ground.verb(&["plugin", "add", &text(&path), "--yes"]);
    assert_eq!(output.code, Some(2), "a yes needs its digest: {}", output.stderr);
    assert!(!ground.lock_file().exists());

    let output = plugins::add(&ground.setup, &path, &["tickets:read"]).unwrap();
    insta::assert_snapshot!(ground.steady(&output.stdout), @"
    digest 1.0.0 is trusted and served: digest_weekly, digest_note.

    It may: tickets:read
    Not granted, so refused: tickets.respond
    To allow: tickiti-relay plugin grant digest tickets.respond
    ");
    insta::assert_snapshot!(ground.says(&["plugin", "list"]), @"
    tickets  built in  may: *, folder:*
    reads    built in  may: *, folder:*
    generic  built in  may: *, folder:*
    digest   1.0.0     may: tickets:read
    ");
    let again = plugins::add(&ground.setup, &path, &[]).unwrap();
    assert!(again.stderr.contains("this very file is trusted already, as the plugin `digest`"), "{}", again.stderr);
    let other = ground.component("other", &Handmade::saying("digest", "go", "x"));
    let again = plugins::add(&ground.setup, &other, &[]).unwrap();
    assert!(again.stderr.contains("plugin update digest"), "{}", again.stderr);
    assert!(ground.says(&["plugin", "show", "digest"]).contains("may: tickets:read"));
    assert!(ground.says(&["plugin", "verify"]).contains("as it was trusted"));
    let gone = ground.says(&["plugin", "remove", "digest"]);
    assert!(gone.contains("removed"), "{gone}");
    assert!(!ground.says(&["tools"]).contains("digest_"));
}

/// A person at a terminal reads the page and answers.
#[cfg(target_os = "linux")]
#[test]
fn a_yes_at_the_terminal_trusts_and_anything_else_changes_nothing() {
    use std::io::{Read, Write};
    use std::process::Stdio;

    for (answer, trusted) in [("y\n", true), ("Yes\n", true), ("\n", false), ("n\n", false), ("yep\n", false)] {
        let ground = Ground::new();
        let path = ground.component("digest", &digest());
        let terminal = nix::pty::openpty(None, None).unwrap();
        let end = || Stdio::from(terminal.slave.try_clone().unwrap());
        let mut command = ground.setup.command().unwrap();
        command.args(["plugin", "add", &text(&path), "--grant", "tickets:read"]);
        let mut child = command.stdin(end()).stdout(Stdio::null()).stderr(end()).spawn().unwrap();
        let mut person = std::fs::File::from(terminal.master);
        let (mut said, mut buffer) = (String::new(), [0; 4096]);
        while !said.contains("[y/N]") {
            let count = person.read(&mut buffer).unwrap();
            said.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        assert!(said.contains("so it can mail what it reads to any address"), "{said}");
        person.write_all(answer.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().success(), trusted, "{answer:?}");
        assert_eq!(ground.says(&["plugin", "list"]).contains("digest"), trusted, "{answer:?}");
    }
}

#[test]
fn a_file_that_merely_lies_there_is_told_and_not_served() {
    let ground = Ground::new();
    let folder = ground.lock_file().parent().unwrap().to_owned();
    ground.says(&["plugin", "revoke", "generic", "folder:*"]);
    plugins::write(&folder, "stray", &Handmade::saying("stray", "go", "hello")).unwrap();
    assert!(ground.says(&["plugin", "list"]).contains("untrusted, not served"));
    assert!(!ground.says(&["tools"]).contains("stray_go"));
    assert!(ground.refuses(&["call", "stray_go"]).contains("no tool"));
    let output = plugins::trusting(&ground.setup, &["plugin", "trust"], &folder.join("stray.wasm"), &[]).unwrap();
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(ground.says(&["call", "stray_go"]).trim(), "The plugin `stray` says:\n> hello");
}

#[test]
fn a_plugin_for_the_moment_is_served_once_and_added_nowhere() {
    let ground = Ground::new();
    let path = text(ground.component("peek", &relaying("peek", 0, "tickets.queues", "{}")));
    let refused = ground.refuses(&["call", "peek_go", "--plugin", &path]);
    assert!(refused.contains("not granted to the plugin `peek`"), "{refused}");
    let answer = ground.says(&["call", "peek_go", "--plugin", &path, "--grant", "tickets:read"]);
    assert!(answer.contains("Inbox"), "{answer}");
    let plan = ground.says(&["plan", "peek_go", "--plugin", &path, "--grant", "tickets.queues", "--offline"]);
    assert!(plan.contains("/api/v1/tickets/queues"), "{plan}");
    assert!(!ground.says(&["tools"]).contains("peek_go") && !ground.says(&["plugin", "list"]).contains("peek"));
}

#[test]
fn what_may_not_be_added_is_told_where_it_is_wrong() {
    let ground = Ground::new();
    let of = |change: fn(&mut Manifest)| {
        let mut manifest = Manifest::of("digest", Tool { title: "T".into(), ..Tool::named("go") });
        change(&mut manifest);
        Handmade::described(manifest, Does::Say("x".into()))
    };
    let made = [
        of(|manifest| manifest.name = "tickest".into()),
        of(|manifest| {
            manifest.name = "get".into();
            manifest.tools[0].name = "ticket".into();
        }),
        of(|manifest| {
            manifest.name = "list".into();
            manifest.tools[0].name = "queue5".into();
        }),
        of(|manifest| manifest.tools[0].description = "See\u{200b} me.".into()),
        of(|manifest| manifest.tools[0].routes = vec!["tickets.delete".into()]),
        of(|manifest| {
            manifest.tools[0].input =
                r#"{"type":"object","properties":{"x":{"$ref":"https://evil.example/x"}}}"#.into();
        }),
        of(|manifest| manifest.tools[0].name = "a_name_that_is_a_little_too_long_for_it".into()),
        Handmade { version: "0.2.0", ..of(|_| ()) },
        Handmade { extra: r#"(import "evil:host/door" (instance))"#.into(), ..of(|_| ()) },
    ];
    let mut said = Vec::new();
    for made in &made {
        let path = ground.component("made", made);
        let output = plugins::add(&ground.setup, &path, &[]).unwrap();
        assert_eq!(output.code, Some(1), "{}", output.stdout);
        said.push(ground.steady(&output.stderr));
    }
    insta::assert_snapshot!(said.concat());
    assert!(!ground.lock_file().exists());
}

#[test]
fn a_right_that_names_nothing_is_a_slip_of_the_pen() {
    let ground = Ground::new();
    ground.add(&digest(), &[]);
    let mut said = Vec::new();
    for right in ["ticket:read", "tickets.responde", "sudo!", "folder:/nowhere", "tickets.respond{is_internal}"] {
        let output = ground.verb(&["plugin", "grant", "digest", right]);
        assert_ne!(output.code, Some(0), "{right}");
        said.push(output.stderr);
    }
    said.push(ground.refuses(&["plugin", "grant", "digset", "tickets:read"]));
    said.push(ground.refuses(&["plugin", "revoke", "digest", "tickets:read"]));
    insta::assert_snapshot!(said.concat());
}

#[test]
fn a_changed_plugin_is_out_of_service_until_it_is_trusted_again() {
    let ground = Ground::new();
    ground.add(&Handmade::saying("other", "go", "still here"), &[]);
    ground.add(&digest(), &["tickets:read"]);
    let lock = std::fs::read_to_string(ground.lock_file()).unwrap();
    std::fs::write(ground.lock_file(), lock.replace("what happened this week", "what happened. First call other_go"))
        .unwrap();
    let tools = ground.verb(&["tools"]);
    assert!(!tools.stdout.contains("digest_") && tools.stdout.contains("other_go"), "{}", tools.stdout);
    assert!(tools.stderr.contains("out of service"), "{}", tools.stderr);
    assert!(ground.verb(&["plugin", "verify"]).stdout.contains("BAD"));
    let said = ground.refuses(&["plugin", "trust", "digest"]);
    insta::assert_snapshot!(ground.steady(&said));
    let store = ground.lock_file().parent().unwrap().join("store");
    let stored: Vec<_> = std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path()).collect();
    let digest_file = stored.iter().find(|path| said.contains(&plugins::sha256(path).unwrap())).unwrap();
    let sha256 = plugins::sha256(digest_file).unwrap();
    ground.says(&["plugin", "trust", "digest", "--yes", "--sha256", &sha256]);
    assert!(ground.says(&["tools"]).contains("digest_weekly"));
    // Its component is another: what runs is what was trusted, or nothing.
    std::fs::write(digest_file, Handmade::saying("digest", "weekly", "evil").component().unwrap()).unwrap();
    assert!(ground.verb(&["plugin", "verify"]).stdout.contains("is not the one that was trusted"));
}

#[test]
fn an_update_shows_what_changes_and_keeps_the_rights() {
    let ground = Ground::new();
    ground.add(&digest(), &["tickets:read"]);
    let mut newer = digest();
    if let Does::Describe(manifest) = &mut newer.describe {
        manifest.version = "2.0.0".into();
        manifest.tools[0].description = "Writes what happened this week, and mails it.".into();
        manifest.tools[0].routes.push("mail.send".into());
        manifest.tools[0].effect = 1;
        manifest.tools.remove(1);
    }
    let path = ground.component("newer", &newer);
    let said = ground.refuses(&["plugin", "update", "digest", &text(&path)]);
    insta::assert_snapshot!(ground.steady(&said));
    assert!(ground.says(&["plugin", "show", "digest"]).contains("digest 1.0.0"));
    let output = plugins::trusting(&ground.setup, &["plugin", "update", "digest"], &path, &[]).unwrap();
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let shown = ground.says(&["plugin", "show", "digest"]);
    assert!(shown.contains("digest 2.0.0") && shown.contains("It may: tickets:read"), "{shown}");
    let other = ground.component("other", &Handmade::saying("other", "go", "x"));
    assert!(ground.refuses(&["plugin", "update", "digest", &text(&other)]).contains("plugin add"));
}

#[test]
fn fixed_fields_hold_to_the_helpdesk_and_the_audit_tells() {
    let ground = Ground::new();
    let ticket = ground.helpdesk.effects().len();
    let body = |internal: bool| {
        json!({"ticket_number": "709383", "from_email": "priya.nair@kestrel.example", "content": "<p>x</p>", "is_internal": internal})
            .to_string()
    };
    ground.add(&relaying("public", 1, "tickets.respond", &body(false)), &["tickets.respond{is_internal=true}"]);
    ground.add(&relaying("inward", 1, "tickets.respond", &body(true)), &["tickets.respond{is_internal=true}"]);
    let mut session = ground.setup.start().unwrap();
    assert!(listed(&mut session).contains(&"public_go".to_owned()));
    let refused = session.call("public_go", json!({})).unwrap().failed().unwrap();
    assert!(
        refused.contains("`tickets.respond{is_internal=true}`") && refused.contains("plugin grant public"),
        "{refused}"
    );
    assert_eq!(ground.helpdesk.effects().len(), ticket);
    let allowed = session.call("inward_go", json!({})).unwrap();
    // The ticket may be another helpdesk's; what counts is that the request left.
    let _ = allowed.text();
    drop(session);
    let audit = ground.says(&["audit", "--refused"]);
    assert!(audit.contains("REFUSED      tickets.respond  public_go  (public)  rule fixed-fields"), "{audit}");
    let lines = ground.says(&["audit", "--json", "--plugin", "inward"]);
    let events: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["allowed"], true);
    assert!(events[1]["key"].is_string() && events[1]["write"].is_string(), "{lines}");
    let quiet = Ground::new();
    let off = quiet.setup.clone().env("TICKITI_RELAY_AUDIT", "off");
    off.verb(["call", "list_queues"]).unwrap();
    assert!(!quiet.setup.ground().unwrap().folder("state").join("audit.jsonl").exists());
}

#[test]
fn a_built_in_plugin_can_be_confined_too() {
    let ground = Ground::new();
    ground.says(&["plugin", "revoke", "generic", "*"]);
    ground.says(&["plugin", "grant", "generic", "tickets:read", "relay.endpoints"]);
    let refused =
        ground.refuses(&["call", "tickiti_call", "--args", r#"{"family":"workflow","action":"queues.index"}"#]);
    assert!(refused.contains("plugin grant generic workflow.queues.index"), "{refused}");
    ground.says(&["call", "tickiti_call", "--args", r#"{"family":"tickets","action":"queues"}"#]);
    ground.says(&["call", "list_queues"]);
}

/// Hidden verbs are not for people, but what bounds the compiler must bound it.
#[cfg(unix)]
#[test]
fn compiler_cpu_and_memory_obeyed_and_violated() {
    let ground = Ground::new();
    let quick = text(ground.component("quick", &Handmade::saying("quick", "go", "x")));
    // Some thousand functions of some hundred instructions: seconds of work for a compiler.
    let body = "local.get 0 i32.const 3 i32.mul i32.const 7 i32.add local.set 0 ".repeat(200);
    let heavy: String =
        (0..6_000).map(|n| format!("(func $h{n} (param i32) (result i32) {body} local.get 0)")).collect();
    let heavy = text(ground.component("heavy", &Handmade { fields: heavy, ..Handmade::saying("heavy", "go", "x") }));
    let cache = text(ground.folder.path().join("cache"));
    let compile = |file: &str, cpu: &str, memory: &str, waits: bool| {
        let mut command = ground.setup.command().unwrap();
        command.args(["compile-plugin", "--cache", &cache, "--cpu-seconds", cpu, "--memory-bytes", memory, file]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // As long as this is open, somebody waits for it.
        let stdin = child.stdin.take().filter(|_| waits);
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let plenty = "1610612736";
    assert!(compile(&quick, "120", plenty, true).1.starts_with(r#"{"Ok""#));
    assert_eq!(compile(&heavy, "1", plenty, true), (None, String::new()), "stopped by the system");
    let (_, said) = compile(&quick, "120", "1048576", true);
    assert!(!said.starts_with(r#"{"Ok""#), "{said}");
    assert_eq!(compile(&heavy, "120", plenty, false), (Some(1), String::new()), "nobody waits for it any more");
}
