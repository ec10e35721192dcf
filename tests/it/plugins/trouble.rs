//! What can go wrong with the folder of plugins, and what a person and an assistant read of it.

use std::path::PathBuf;

use serde_json::{Value, json};
use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::plugins::{self, relaying};
use tickiti_relay_tests::random::Random;

use super::{Ground, listed, text};

fn folder(ground: &Ground) -> PathBuf {
    ground.lock_file().parent().unwrap().to_owned()
}

/// The file in the store of a plugin.
fn stored(ground: &Ground, name: &str) -> PathBuf {
    let shown = ground.says(&["plugin", "show", name, "--json"]);
    let sha256 = serde_json::from_str::<Value>(&shown).unwrap()["sha256"].as_str().unwrap().to_owned();
    folder(ground).join("store").join(format!("{sha256}.wasm"))
}

/// What `doctor` says of plugins, which must be that they are at fault.
fn doctor(ground: &Ground, arguments: &[&str]) -> String {
    let output = ground.verb(&[arguments, &["doctor"]].concat());
    assert_eq!(output.code, Some(1), "{}", output.stdout);
    let lines = output
        .stdout
        .lines()
        .skip_while(|line| !line.contains("plugins "))
        .take_while(|line| line.contains(" plugins ") || line.starts_with("          "));
    ground.steady(&lines.map(|line| format!("{line}\n")).collect::<String>())
}

#[cfg(unix)]
#[test]
fn a_folder_made_private_again_or_loosened_counts_for_a_relay_that_runs() {
    use std::os::unix::fs::PermissionsExt;
    let ground = Ground::new();
    ground.add(&relaying("peek", 0, "tickets.queues", "{}"), &["tickets:read"]);
    let set = |path: PathBuf, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let mut session = ground.setup.start().unwrap();
    for (path, open, own) in [(folder(&ground), 0o770, 0o700), (ground.lock_file(), 0o622, 0o600)] {
        assert!(session.call("peek_go", json!({})).unwrap().done().is_ok());
        set(path.clone(), open);
        let refused = session.call("list_queues", json!({})).unwrap().failed().unwrap();
        assert!(refused.contains("may be changed by others"), "{refused}");
        assert!(!listed(&mut session).contains(&"peek_go".to_owned()));
        set(path, own);
        assert!(session.call("list_queues", json!({})).unwrap().done().is_ok());
    }
    assert!(session.call("peek_go", json!({})).unwrap().done().is_ok());
}

#[test]
fn a_lock_file_that_disappears_gives_nothing_back() {
    let ground = Ground::new();
    let mut early = ground.setup.start().unwrap();
    ground.says(&["plugin", "revoke", "reads", "--all"]);
    let mut session = ground.setup.start().unwrap();
    let away = ground.folder.path().join("away");
    assert!(session.call("list_queues", json!({})).unwrap().failed().unwrap().contains("not granted"));
    std::fs::rename(ground.lock_file(), &away).unwrap();
    // The first has not looked since nothing was there.
    for session in [&mut early, &mut session] {
        let refused = session.call("list_queues", json!({})).unwrap().failed().unwrap();
        assert!(refused.contains("it is missing") && refused.contains("plugin verify"), "{refused}");
    }
    assert!(ground.refuses(&["plugin", "revoke", "generic", "*"]).contains("it is missing"));
    std::fs::rename(&away, ground.lock_file()).unwrap();
    assert!(session.call("list_queues", json!({})).unwrap().failed().unwrap().contains("not granted"));
    // Who moves the folder away begins anew.
    std::fs::rename(folder(&ground), &away).unwrap();
    assert!(session.call("list_queues", json!({})).unwrap().done().is_ok());
    ground.says(&["plugin", "list"]);
}

#[test]
fn a_kill_during_the_first_change_refuses_nothing() {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let (mut before, mut after) = (0, 0);
    let ground = Ground::new();
    // How long such a verb takes here and now, so that kills fall before, into and after the change.
    let mut whole = std::time::Duration::from_millis(25);
    for _ in 0..60 {
        let mut command = ground.setup.command().unwrap();
        command.args(["plugin", "revoke", "reads", "folder:*"]);
        let quiet = || std::process::Stdio::null();
        let mut child = command.stdout(quiet()).stderr(quiet()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let list = ground.says(&["plugin", "list"]);
        let reads = list.lines().find(|line| line.starts_with("reads")).unwrap();
        match reads.split("may: ").nth(1) {
            Some("*, folder:*") => before += 1,
            Some("*") => after += 1,
            other => panic!("{other:?}"),
        }
        // Whatever was left, the next change works on it.
        let began = std::time::Instant::now();
        ground.says(&["plugin", "revoke", "generic", "folder:*"]);
        whole = began.elapsed();
        std::fs::remove_dir_all(folder(&ground)).unwrap();
    }
    println!("of 60 kills {before} came before the change was written, {after} after");
}

#[test]
fn what_cannot_be_read_is_told_with_what_mends_it() {
    let ground = Ground::new();
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    let whole = std::fs::read_to_string(ground.lock_file()).unwrap();
    let mut said = Vec::new();
    for broken in ["xx", &whole.replace("\"format\": 1", "\"format\": 2")] {
        std::fs::write(ground.lock_file(), broken).unwrap();
        said.push(doctor(&ground, &[]));
    }
    for verb in [&["plugin", "verify"][..], &["plugin", "list"], &["plugin", "remove", "hello"]] {
        let refused = ground.refuses(verb);
        assert!(refused.contains("fix: "), "{refused}");
    }
    std::fs::remove_file(ground.lock_file()).unwrap();
    said.push(doctor(&ground, &[]));
    std::fs::write(ground.lock_file(), &whole).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder(&ground), std::fs::Permissions::from_mode(0o770)).unwrap();
        said.push(doctor(&ground, &[]));
        std::fs::set_permissions(folder(&ground), std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    std::fs::write(folder(&ground).join("plugins.toml"), "[plugins.hello.settings]\nx =\n").unwrap();
    said.push(doctor(&ground, &[]));
    assert!(ground.verb(&["plugin", "verify"]).stdout.contains("plugins.toml"));
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_plugin_that_cannot_run_is_told_and_brought_back() {
    let ground = Ground::new();
    let setup = ground.setup.clone().own_cache();
    let ground = Ground { setup, ..ground };
    let path = ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    let clear_cache = || std::fs::remove_dir_all(ground.setup.ground().unwrap().root().join("cache")).unwrap();
    let file = stored(&ground, "hello");
    let other = Handmade::saying("hello", "go", "other").component().unwrap();
    let mut said = Vec::new();
    for component in [None, Some(&other)] {
        clear_cache();
        let mut session = ground.setup.start().unwrap();
        match component {
            None => std::fs::remove_file(&file).unwrap(),
            Some(other) => std::fs::write(&file, other).unwrap(),
        }
        said.push(doctor(&ground, &[]));
        let path = text(&path);
        let steady = |said: &str| ground.steady(&said.replace(&path, "hello.wasm"));
        said.push(steady(&ground.says(&["plugin", "list"])));
        said.push(steady(&ground.verb(&["plugin", "verify"]).stdout));
        said.push(steady(&session.call("hello_go", json!({})).unwrap().failed().unwrap()));
        let said = ground.says(&["plugin", "update", "hello", &path]);
        assert!(said.contains("its file is back"), "{said}");
        // A relay that runs has it too, and needs no start.
        assert_eq!(session.call("hello_go", json!({})).unwrap().text(), "The plugin `hello` says:\n> hello");
        assert!(ground.says(&["plugin", "update", "hello", &path]).contains("is that already"));
    }
    // What it is, is another.
    let lock = std::fs::read_to_string(ground.lock_file()).unwrap();
    std::fs::write(ground.lock_file(), lock.replace("\"title\": \"", "\"title\": \"More of ")).unwrap();
    said.push(doctor(&ground, &[]));
    said.push(ground.says(&["plugin", "list"]));
    let mut session = ground.setup.start().unwrap();
    said.push(format!("{:?}\n", session.call("hello_go", json!({})).unwrap_err()));
    insta::assert_snapshot!(said.join("\n").replace(&text(&path), "hello.wasm"));
}

#[test]
fn doctor_judges_by_the_endpoints_that_it_is_given() {
    let ground = Ground::new();
    ground.add(&relaying("peek", 0, "tickets.queues", "{}"), &["tickets:read"]);
    assert_eq!(ground.verb(&["doctor"]).code, Some(0));
    let table = std::fs::read_to_string(super::super::invariants::repository().join("routes/table.json")).unwrap();
    let mut table: Value = serde_json::from_str(&table).unwrap();
    table["routes"].as_array_mut().unwrap().retain(|route| route["name"] != "tickets.queues");
    let older = ground.folder.path().join("older.json");
    std::fs::write(&older, table.to_string()).unwrap();
    let said = doctor(&ground, &["--routes", &text(&older)]);
    assert!(said.contains("not served") && said.contains("tickets.queues"), "{said}");
    assert!(ground.says(&["--routes", &text(&older), "plugin", "list"]).contains("not served"));
}

#[test]
fn settings_that_cannot_be_read_stop_the_plugins_that_were_added() {
    let ground = Ground::new();
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    let write = |settings: &str| std::fs::write(folder(&ground).join("plugins.toml"), settings).unwrap();
    let mut session = ground.setup.start().unwrap();
    assert_eq!(session.call("hello_go", json!({})).unwrap().text(), "The plugin `hello` says:\n> hello");
    let mut said = Vec::new();
    for wrong in ["[plugins.other.settings]\nname = \n", "[plugins.hello.settings]\nx = 1\nday = 2026-01-02\n"] {
        write(wrong);
        said.push(ground.steady(&session.call("hello_go", json!({})).unwrap().failed().unwrap()));
        assert!(session.call("list_queues", json!({})).unwrap().done().is_ok(), "the built-in ones have no settings");
        let verified = ground.verb(&["plugin", "verify"]);
        assert_eq!(verified.code, Some(1));
        said.push(ground.steady(&verified.stdout));
    }
    write("[plugins.hello.settings]\nday = \"2026-01-02\"\n[plugins.helo.settings]\n");
    assert_eq!(session.call("hello_go", json!({})).unwrap().text(), "The plugin `hello` says:\n> hello");
    let verified = ground.says(&["plugin", "verify"]);
    said.push(ground.steady(&verified));
    let checked = ground.says(&["doctor"]);
    assert!(checked.contains("`helo`") && checked.contains("did you mean `hello`?"), "{checked}");
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn clients_are_told_also_when_the_folder_was_made_anew() {
    let ground = Ground::new();
    ground.add(&Handmade::saying("early", "go", "early"), &[]);
    let mut session = ground.setup.start().unwrap();
    let told = |session: &mut tickiti_relay_tests::relay::Session, there: &str, is: bool| {
        assert_eq!(session.notification().unwrap()["method"], "notifications/tools/list_changed");
        assert_eq!(listed(session).contains(&there.to_owned()), is, "{there}");
    };
    assert!(listed(&mut session).contains(&"early_go".to_owned()));
    let away = ground.folder.path().join("away");
    std::fs::rename(folder(&ground), &away).unwrap();
    told(&mut session, "early_go", false);
    ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    told(&mut session, "hello_go", true);
    ground.says(&["plugin", "remove", "hello"]);
    told(&mut session, "hello_go", false);
    std::fs::remove_dir_all(folder(&ground)).unwrap();
    std::fs::rename(&away, folder(&ground)).unwrap();
    told(&mut session, "early_go", true);
}

/// Who adds a plugin while another removes it: afterwards it is there with its file, or not at all.
#[test]
fn a_plugin_that_is_added_while_it_is_removed_is_whole_or_gone() {
    let ground = Ground::new();
    let path = ground.add(&Handmade::saying("hello", "go", "hello"), &[]);
    for _ in 0..15 {
        let (removed, added) = std::thread::scope(|scope| {
            let remove = scope.spawn(|| ground.verb(&["plugin", "remove", "hello"]));
            (plugins::add(&ground.setup, &path, &[]).unwrap(), remove.join().unwrap())
        });
        for output in [removed, added] {
            assert!(!output.stderr.contains("No such file"), "{}", output.stderr);
        }
        let verified = ground.verb(&["plugin", "verify"]);
        assert_eq!(verified.code, Some(0), "{}", verified.stdout);
        // For the next round.
        plugins::add(&ground.setup, &path, &[]).unwrap();
    }
}
