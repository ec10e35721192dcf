//! Paths that are meant to lead elsewhere. None is read, none is written, nothing outside changes.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;

/// What stands in the way of reading, and of writing.
type Case = (String, &'static str, &'static str);

fn hostile_world() -> World {
    let world = World::new();
    world.write("desk/good.txt", "good");
    world.write("desk/.env", "dot");
    world.write("desk/token.txt", "token");
    world.write("cache/code.txt", "code");
    std::fs::create_dir_all(world.path("desk/.git")).unwrap();
    world.write("desk/.git/config.txt", "dot");
    world.write("desk/sub/.hidden.txt", "dot");
    std::fs::create_dir_all(world.path("desk-evil")).unwrap();
    world.write("desk-evil/secret.txt", "secret");
    std::fs::create_dir_all(world.path("state/written")).unwrap();
    world.write("state/ledger.txt", "ledger");
    symlink(world.path("outside/secret.txt"), world.path("desk/link.txt")).unwrap();
    symlink("good.txt", world.path("desk/inner-link.txt")).unwrap();
    symlink("../outside/secret.txt", world.path("desk/relative-link.txt")).unwrap();
    symlink("/absent/x", world.path("desk/dangling.txt")).unwrap();
    symlink("loop.txt", world.path("desk/loop.txt")).unwrap();
    symlink(world.path("outside"), world.path("desk/linked")).unwrap();
    symlink("/proc/self", world.path("desk/self")).unwrap();
    symlink("/", world.path("desk/everything")).unwrap();
    symlink(world.path("state"), world.path("desk/state-link")).unwrap();
    symlink("sub", world.path("desk/sub-link")).unwrap();
    std::fs::hard_link(world.path("outside/secret.txt"), world.path("desk/second-name.txt")).unwrap();
    assert!(Command::new("mkfifo").arg(world.path("desk/pipe.txt")).status().unwrap().success());
    std::os::unix::net::UnixListener::bind(world.path("desk/socket.txt")).unwrap();
    world
}

fn cases(world: &World) -> Vec<Case> {
    let name = "is not a path that the relay takes";
    let outside = "is not beneath a folder";
    let link = "symbolic link";
    let both = |path: &str, words: &'static str| (path.to_owned(), words, words);
    let at = |path: &str, words: &'static str| (world.text(path), words, words);
    let mut cases = vec![
        // Written wrongly.
        both("", name),
        both(".", name),
        both("..", name),
        both("/", name),
        both("//", name),
        both("~", name),
        both("~/secret.txt", name),
        both("~root/secret.txt", name),
        both("../outside/secret.txt", name),
        both("sub/../../outside/secret.txt", name),
        both("sub/..", name),
        both("sub/../good.txt", name),
        both("./good.txt", name),
        both("sub/./x.txt", name),
        both("sub//x.txt", name),
        both("good.txt/", name),
        both("good.txt/.", name),
        both("good.txt\0.png", name),
        both("\0", name),
        both("good\n.txt", name),
        both("\u{202e}txt.doog", name),
        both(&"x".repeat(5_000), name),
        both(&"x".repeat(256), name),
        both(&"x/".repeat(2_500), name),
        both(".env", name),
        both("...", name),
        both(".git/config.txt", name),
        both("sub/.hidden.txt", name),
        both(".tickiti-relay-0.part", name),
        (format!("{}/../outside/secret.txt", world.text("desk")), name, name),
        (format!("{}//good.txt", world.text("desk")), name, name),
        (format!("/{}/good.txt", world.text("desk")), name, name),
        (format!("{}/", world.text("desk")), name, name),
        at("desk/.env", name),
        // Beneath no allowed folder.
        both("/etc/passwd", outside),
        both("/proc/self/environ", outside),
        both("/proc/self/root/etc/passwd", outside),
        both("/proc/self/fd/0", outside),
        both("/dev/zero", outside),
        both("/dev/stdin", outside),
        both("/absent/file.txt", outside),
        both("/home/ann/.ssh/id_rsa", outside),
        at("outside/secret.txt", outside),
        at("outside/absent.txt", outside),
        at("desk-evil/secret.txt", outside),
        at("Desk/good.txt", outside),
        at("cache/code.txt", outside),
        at("state/ledger.txt", outside),
        at("state/written/x.txt", outside),
        // Leading elsewhere from beneath one.
        both("link.txt", link),
        both("inner-link.txt", link),
        both("relative-link.txt", link),
        both("dangling.txt", link),
        both("loop.txt", link),
        both("linked/secret.txt", link),
        both("linked/absent.txt", link),
        both("linked/new/absent.txt", link),
        both("self/environ", link),
        both("everything/etc/passwd", link),
        both("state-link/ledger.txt", link),
        both("sub-link/x.txt", link),
        at("desk/link.txt", link),
        at("desk/linked/secret.txt", link),
        // Not a file that is given out.
        both("sub", "is a folder"),
        at("desk", "is a folder"),
        both("pipe.txt", "is a pipe"),
        both("socket.txt", "is a socket"),
        both("good.txt/x", "not a folder"),
        both("pipe.txt/x", "not a folder"),
        both("token.txt", "belongs to the relay itself"),
        // Looks like another to a person.
        ("GOOD.TXT/x".to_owned(), "there is no file", ""),
        ("good.txt ".to_owned(), "there is no file", ""),
        ("ｇood.txt".to_owned(), "there is no file", ""),
        ("..\\outside\\secret.txt".to_owned(), "dot", "dot"),
        ("%2e%2e/outside/secret.txt".to_owned(), "there is no file", ""),
        ("second-name.txt".to_owned(), "hard link", "exists and the relay did not write it"),
    ];
    cases.retain(|(path, ..)| !path.contains("Desk/") || !world.path("Desk").exists());
    cases
}

#[test]
fn nothing_outside_is_read() {
    let world = hostile_world();
    let files = world.files();
    let cases = cases(&world);
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for (path, words, _) in &cases {
        for access in [Access::Text, Access::Bytes, Access::Image] {
            let refusal = files.read(path, access).expect_err(path).to_string();
            assert!(refusal.contains(words), "{path:?} {access:?}: {refusal}");
            assert!(!refusal.contains("secret\"") && refusal.lines().count() == 1, "{refusal}");
        }
    }
    assert_eq!(files.read("good.txt", Access::Text).unwrap().text.unwrap(), "good");
}

#[test]
fn nothing_outside_is_written() {
    let world = hostile_world();
    let files = world.files();
    let before: Vec<_> = ["outside", "desk-evil", "cache", "state/written"].map(|name| world.all(name)).into();
    let desk = world.all("desk");
    for (path, _, words) in cases(&world) {
        for overwrite in [false, true] {
            if words.is_empty() || (overwrite && words.starts_with("exists")) {
                continue;
            }
            let refusal = put(&files, &path, overwrite, "overwritten").expect_err(&path).to_string();
            assert!(refusal.contains(words), "{path:?}: {refusal}");
        }
    }
    assert_eq!(desk, world.all("desk"), "something in the allowed folder was changed or left");
    let after: Vec<_> = ["outside", "desk-evil", "cache", "state/written"].map(|name| world.all(name)).into();
    assert_eq!(before, after);
    assert_eq!(std::fs::read_to_string(world.path("state/ledger.txt")).unwrap(), "ledger");
}

#[test]
fn replacing_a_second_name_leaves_the_first_as_it_was() {
    let world = hostile_world();
    put(&world.files(), "second-name.txt", true, "new").unwrap();
    assert_eq!(std::fs::read_to_string(world.path("outside/secret.txt")).unwrap(), "secret");
    assert_eq!(std::fs::read_to_string(world.path("desk/second-name.txt")).unwrap(), "new");
}

#[test]
fn a_refusal_does_not_tell_whether_a_file_outside_exists() {
    let world = hostile_world();
    let files = world.files();
    for (there, not_there) in [("outside/secret.txt", "outside/absent.txt"), ("state/ledger.txt", "state/absent.txt")] {
        let words =
            |name: &str| files.read(&world.text(name), Access::Bytes).unwrap_err().to_string().replace(name, "");
        assert_eq!(words(there), words(not_there));
    }
    let words = |name: &str| files.read(name, Access::Bytes).unwrap_err().to_string().replace(name, "");
    assert_eq!(words("link.txt"), words("dangling.txt"));
    assert_eq!(words("linked/secret.txt"), words("linked/absent.txt"));
}

#[test]
fn an_allowed_folder_may_be_reached_by_a_link_but_not_lead_to_what_is_refused() {
    let world = hostile_world();
    symlink(world.path("desk"), world.path("alias")).unwrap();
    let files = world.files_with(&[("alias", true)]);
    for path in ["good.txt".to_owned(), world.text("alias/good.txt"), world.text("desk/good.txt")] {
        assert_eq!(files.read(&path, Access::Text).unwrap().text.unwrap(), "good", "{path}");
    }
    for target in ["/", "/proc/self", &world.text("state"), &world.text("cache")] {
        let _ = std::fs::remove_file(world.path("bad"));
        symlink(target, world.path("bad")).unwrap();
        let files = world.files_with(&[("bad", true)]);
        let refusal = files.read("ledger.txt", Access::Bytes).unwrap_err();
        assert!(matches!(refusal, FileRefusal::Root { .. }), "{target}: {refusal}");
        assert!(matches!(put(&files, "x.txt", true, "x"), Err(FileRefusal::Root { .. })), "{target}");
        assert_eq!(files.check().len(), 1);
    }
}

#[test]
fn what_the_relay_keeps_for_itself_is_not_reached_from_a_folder_above_it() {
    let world = hostile_world();
    let above = Root { path: world.folder.path().to_path_buf(), writable: true };
    let files = Files::new(FileRules { roots: vec![above], ..world.rules(&[]) }).unwrap();
    assert!(files.read("outside/secret.txt", Access::Bytes).is_err(), "it has a second name");
    assert_eq!(files.read("desk/good.txt", Access::Text).unwrap().size, 4);
    for path in ["state/ledger.txt", "cache/code.txt", "desk/token.txt", "state/written/x.txt", "state/absent.txt"] {
        for path in [path.to_owned(), world.text(path)] {
            let refusal = files.read(&path, Access::Bytes).unwrap_err();
            assert!(matches!(refusal, FileRefusal::Private { .. }), "{path}: {refusal}");
            let refusal = put(&files, &path, true, "x").unwrap_err();
            assert!(matches!(refusal, FileRefusal::Private { .. }), "{path}: {refusal}");
        }
    }
}

#[test]
fn what_the_relay_has_not_made_yet_is_not_made_by_a_tool() {
    let world = World::new();
    std::fs::remove_dir(world.path("cache")).unwrap();
    let above = Root { path: world.folder.path().to_path_buf(), writable: true };
    let mut rules = FileRules { roots: vec![above], ..world.rules(&[]) };
    rules.private.push(world.path("desk/deep/cache"));
    symlink(world.path("desk"), world.path("alias")).unwrap();
    rules.private.push(world.path("alias/absent"));
    let files = Files::new(rules).unwrap();
    let before = world.all("");
    for path in ["cache/x.cwasm", "Cache/x", "desk/token.txt", "state/written/x", "desk/deep/cache/x", "desk/absent/x"]
    {
        for path in [path.to_owned(), world.text(path)] {
            let refusal = put(&files, &path, true, "x").unwrap_err();
            assert!(matches!(refusal, FileRefusal::Private { .. }), "{path}: {refusal}");
            assert_eq!(before, world.all(""), "{path}");
        }
    }
    put(&files, "desk/deep/other.txt", true, "x").unwrap();
}
