//! Changes that running relays obey.

use std::sync::Mutex;
use std::sync::mpsc;

use serde_json::json;
use tickiti_relay_tests::handmade::{Does, Handmade, Manifest, Tool};
use tickiti_relay_tests::plugins;
use tickiti_relay_tests::random::Random;
use tickiti_relay_tests::relay;
use tickiti_relay_tests::stub::{Reply, Stub};

use super::super::support::TOKEN;
use super::{Ground, listed, text};

#[test]
fn what_is_added_and_removed_is_told_to_clients_that_run() {
    let ground = Ground::new();
    let mut session = ground.setup.start().unwrap();
    let before = listed(&mut session);
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    assert_eq!(session.notification().unwrap()["method"], "notifications/tools/list_changed");
    assert!(listed(&mut session).contains(&"hello_go".to_owned()));
    assert_eq!(session.call("hello_go", json!({})).unwrap().text(), "The plugin `hello` says:\n> hello");
    ground.says(&["plugin", "remove", "hello"]);
    assert_eq!(session.notification().unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(listed(&mut session), before);
    // A right changes no list, so nobody is told.
    ground.says(&["plugin", "revoke", "generic", "folder:*"]);
    session.call("list_queues", json!({})).unwrap();
    assert_eq!(session.notifications(), Vec::<serde_json::Value>::new());
}

#[test]
fn in_the_era_without_handshakes_who_subscribed_is_told() {
    let ground = Ground::new();
    let mut session = ground.setup.start_silent().unwrap();
    let says = session.discover().unwrap();
    assert_eq!(says["capabilities"]["tools"]["listChanged"], true, "{says}");
    session.begin("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})).unwrap();
    let acknowledged = session.notification().unwrap();
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged", "{acknowledged}");
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    let told = session.notification().unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
    assert!(listed(&mut session).contains(&"hello_go".to_owned()));
}

/// A user has 128 of the system's watches on many computers, all programs together.
#[test]
#[cfg(target_os = "linux")]
fn however_many_subscribe_the_folder_is_watched_once() {
    let ground = Ground::new();
    let mut session = ground.setup.start_silent().unwrap();
    session.discover().unwrap();
    for _ in 0..20 {
        session.begin("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})).unwrap();
        let acknowledged = session.notification().unwrap();
        assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged", "{acknowledged}");
    }
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    for _ in 0..20 {
        assert_eq!(session.notification().unwrap()["method"], "notifications/tools/list_changed");
    }
    let files = std::fs::read_dir(format!("/proc/{}/fd", session.process())).unwrap();
    let opened = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
    assert_eq!(opened.filter(|file| file.to_string_lossy().contains("inotify")).count(), 1);
}

#[test]
fn a_right_is_given_and_taken_back_while_a_relay_runs() {
    let ground = Ground::new();
    ground.add(&plugins::relaying("peek", 0, "tickets.queues", "{}"), &[]);
    let mut session = ground.setup.start().unwrap();
    let refused = session.call("peek_go", json!({})).unwrap().failed().unwrap();
    assert!(refused.contains("tickiti-relay plugin grant peek tickets.queues"), "{refused}");
    ground.says(&["plugin", "grant", "peek", "tickets.queues"]);
    assert!(session.call("peek_go", json!({})).unwrap().done().is_ok());
    ground.says(&["plugin", "revoke", "peek", "--all"]);
    assert!(session.call("peek_go", json!({})).unwrap().is_error());
}

/// A helpdesk that says when it is asked, and answers when it may.
fn gated() -> (Stub, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (asked, was_asked) = mpsc::channel();
    let (go_on, gate) = mpsc::channel::<()>();
    let (asked, gate) = (Mutex::new(asked), Mutex::new(gate));
    let stub = Stub::answering(move |_| {
        let _ = asked.lock().unwrap().send(());
        let _ = gate.lock().unwrap().recv();
        Reply::json(200, r#"{"queues":[]}"#)
    });
    (stub, was_asked, go_on)
}

#[test]
fn a_right_that_is_taken_back_counts_in_the_middle_of_a_call() {
    let folder = super::Folder::new();
    let (stub, was_asked, go_on) = gated();
    let setup = relay().base(&stub.base()).secret(TOKEN);
    let tool = Tool { routes: vec!["tickets.queues".into(), "tickets.query".into()], ..Tool::named("go") };
    let first = Does::Send("tickets.queues".into(), "{}".into());
    let second = Does::Relay("tickets.query".into(), "{}".into());
    let made = Handmade { resume: second, ..Handmade::described(Manifest::of("slow", tool), first) };
    let path = plugins::write(&folder.path(), "slow", &made).unwrap();
    assert_eq!(plugins::add(&setup, &path, &["tickets.queues", "tickets.query"]).unwrap().code, Some(0));
    let mut session = setup.start().unwrap();
    for revoked in [false, true] {
        let call = session.begin("tools/call", json!({"name": "slow_go", "arguments": {}})).unwrap();
        was_asked.recv().unwrap();
        if revoked {
            assert_eq!(setup.verb(["plugin", "revoke", "slow", "tickets.query"]).unwrap().code, Some(0));
        }
        go_on.send(()).unwrap();
        if !revoked {
            was_asked.recv().unwrap();
            go_on.send(()).unwrap();
        }
        let answer = session.answer(call).unwrap();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert_eq!(answer["result"]["isError"].as_bool().unwrap_or_default(), revoked, "{answer}");
        assert_eq!(text.contains("tickiti-relay plugin grant slow tickets.query"), revoked, "{text}");
    }
    let paths: Vec<String> = stub.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths.iter().filter(|path| path.ends_with("/queues")).count(), 2, "{paths:?}");
    assert_eq!(paths.len(), 3, "{paths:?}");
}

/// A plugin that sends one request and answers `end` when it is resumed.
fn two_turns(end: &str) -> Handmade {
    let tool = Tool { routes: vec!["tickets.queues".into()], ..Tool::named("go") };
    let first = Handmade::described(Manifest::of("slow", tool), Does::Send("tickets.queues".into(), "{}".into()));
    Handmade { resume: Does::Say(end.into()), ..first }
}

#[test]
fn a_call_under_way_ends_on_the_old_code() {
    let folder = super::Folder::new();
    let (stub, was_asked, go_on) = gated();
    let setup = relay().base(&stub.base()).secret(TOKEN);
    let old = plugins::write(&folder.path(), "old", &two_turns("the old one")).unwrap();
    assert_eq!(plugins::add(&setup, &old, &["tickets:read"]).unwrap().code, Some(0));
    let mut session = setup.start().unwrap();
    let call = session.begin("tools/call", json!({"name": "slow_go", "arguments": {}})).unwrap();
    was_asked.recv().unwrap();
    let new = plugins::write(&folder.path(), "new", &two_turns("the new one")).unwrap();
    let updated = plugins::trusting(&setup, &["plugin", "update", "slow"], &new, &[]).unwrap();
    assert_eq!(updated.code, Some(0), "{}", updated.stderr);
    go_on.send(()).unwrap();
    let text =
        |answer: serde_json::Value| answer["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert_eq!(text(session.answer(call).unwrap()), "The plugin `slow` says:\n> the old one");
    go_on.send(()).unwrap();
    let call = session.begin("tools/call", json!({"name": "slow_go", "arguments": {}})).unwrap();
    assert_eq!(text(session.answer(call).unwrap()), "The plugin `slow` says:\n> the new one");
}

#[test]
fn one_plugin_that_cannot_be_loaded_stops_no_other() {
    let ground = Ground::new();
    let setup = ground.setup.clone().own_cache();
    let own = Ground { setup, ..ground };
    own.add(&Handmade::saying("broken", "go", "never"), &[]);
    own.add(&Handmade::saying("sound", "go", "sound"), &[]);
    // Its file and what was compiled of it are gone.
    let store = own.lock_file().parent().unwrap().join("store");
    let shown = own.says(&["plugin", "show", "broken", "--json"]);
    let sha256 = serde_json::from_str::<serde_json::Value>(&shown).unwrap()["sha256"].as_str().unwrap().to_owned();
    std::fs::remove_file(store.join(format!("{sha256}.wasm"))).unwrap();
    std::fs::remove_dir_all(own.setup.ground().unwrap().root().join("cache")).unwrap();
    let mut session = own.setup.start().unwrap();
    let failed = session.call("broken_go", json!({})).unwrap().failed().unwrap();
    assert!(failed.contains("cannot be loaded"), "{failed}");
    // The other is compiled anew, apart, and the built-in ones too.
    assert_eq!(session.call("sound_go", json!({})).unwrap().text(), "The plugin `sound` says:\n> sound");
    assert!(session.call("list_queues", json!({})).unwrap().done().is_ok());
}

#[test]
fn a_kill_at_any_instant_leaves_the_lock_whole() {
    let ground = Ground::new();
    ground.add(&Handmade::saying("first", "go", "first"), &["tickets:read"]);
    let second = ground.component("second", &Handmade::saying("second", "go", "second"));
    let digest = plugins::sha256(&second).unwrap();
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let (mut there, mut absent) = (0, 0);
    for _ in 0..40 {
        let mut command = ground.setup.command().unwrap();
        command.args(["plugin", "add", &text(&second), "--yes", "--sha256", &digest]);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(random.below(30_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let list = ground.says(&["plugin", "list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let names: Vec<&str> =
            list["plugins"].as_array().unwrap().iter().map(|plugin| plugin["name"].as_str().unwrap()).collect();
        match names.as_slice() {
            ["first", "second"] => {
                there += 1;
                ground.says(&["plugin", "remove", "second"]);
            }
            ["first"] => absent += 1,
            other => panic!("{other:?}"),
        }
    }
    println!("of 40 kills {absent} came before the lock was written, {there} after");
    assert!(ground.says(&["plugin", "verify"]).contains("first: as it was trusted"));
}
