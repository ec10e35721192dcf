//! What is written, and what stays when it fails.

use sha2::{Digest, Sha256};

use super::*;

fn sha(text: &str) -> String {
    written::hex(&Sha256::digest(text))
}

#[test]
fn a_file_appears_whole_with_its_digest() {
    let world = World::new();
    let files = world.files();
    let mut output = files.output("new/deep/export.ndjson", false).unwrap();
    output.append(b"{\"id\":1}\n").unwrap();
    assert!(!world.path("desk/new/deep/export.ndjson").exists());
    assert_eq!((output.sha256_hex(), output.bytes()), (sha("{\"id\":1}\n"), 9));
    output.append(b"{\"id\":2}\n").unwrap();
    let written = output.commit().unwrap();
    let content = "{\"id\":1}\n{\"id\":2}\n";
    assert_eq!(written.path, std::fs::canonicalize(world.path("desk/new/deep/export.ndjson")).unwrap());
    assert_eq!((written.bytes, written.sha256), (18, sha(content)));
    assert_eq!(std::fs::read_to_string(&written.path).unwrap(), content);
    assert_eq!(world.all("desk/new").len(), 2, "a temporary file was left");
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&put(&world.files(), "a.txt", false, "a").unwrap().path), 0o600);
    let saved = world.files().save("a.txt", b"a").unwrap();
    assert_eq!(mode(&saved.path), 0o600);
    for folder in ["state", "state/files", "state/written"] {
        assert_eq!(mode(&world.path(folder)), 0o700, "{folder}");
    }
}

#[test]
fn a_relative_path_goes_to_the_first_writable_folder_or_to_the_relays_own() {
    let world = World::new();
    let under = |roots: &[(&str, bool)], name: &str| {
        let written = put(&world.files_with(roots), name, false, "x").unwrap();
        written.path.strip_prefix(std::fs::canonicalize(world.folder.path()).unwrap()).unwrap().to_path_buf()
    };
    assert_eq!(under(&[("forms", false), ("desk", true)], "a.txt"), Path::new("desk/a.txt"));
    assert_eq!(under(&[("forms", false)], "b.txt"), Path::new("state/files/b.txt"));
    assert_eq!(under(&[], "sub/c.txt"), Path::new("state/files/sub/c.txt"));
    assert_eq!(under(&[], &world.text("state/files/d.txt")), Path::new("state/files/d.txt"));
    assert!(world.all("forms").is_empty());
}

#[test]
fn a_folder_for_reading_is_not_written_to() {
    let world = World::new();
    std::fs::create_dir_all(world.path("desk/templates")).unwrap();
    let files = world.files_with(&[("desk", true), ("forms", false), ("desk/templates", false)]);
    for path in
        [&world.text("forms/a.txt"), "templates/a.txt", "templates/new/a.txt", &world.text("desk/templates/a.txt")]
    {
        let refusal = put(&files, path, true, "x").unwrap_err();
        assert!(matches!(refusal, FileRefusal::ReadOnly { .. }), "{path}: {refusal}");
        assert!(refusal.to_string().contains("TICKITI_RELAY_FILES"));
    }
    assert!(world.all("desk/templates").is_empty() && world.all("forms").is_empty());
    let inner = world.files_with(&[("desk", false), ("desk/sub", true)]);
    assert!(put(&inner, &world.text("desk/sub/a.txt"), false, "x").is_ok());
    assert!(put(&inner, &world.text("desk/a.txt"), false, "x").is_err());
}

#[test]
fn a_foreign_file_is_replaced_only_when_told() {
    let world = World::new();
    world.write("desk/a.txt", "theirs");
    let files = world.files();
    assert!(matches!(files.output("a.txt", false), Err(FileRefusal::Exists { .. })));
    assert_eq!(world.all("desk").len(), 2, "something was left");
    put(&files, "a.txt", true, "ours").unwrap();
    assert_eq!(std::fs::read_to_string(world.path("desk/a.txt")).unwrap(), "ours");
}

#[test]
fn an_own_file_is_replaced_until_someone_changes_it() {
    let world = World::new();
    let files = world.files();
    for content in ["one", "two", "three"] {
        put(&files, "a.txt", false, content).unwrap();
    }
    // The memory outlives the process: another relay knows it too.
    put(&world.files(), "a.txt", false, "four").unwrap();
    world.write("desk/a.txt", "FOUR");
    assert!(matches!(put(&files, "a.txt", false, "five"), Err(FileRefusal::Exists { .. })));
    assert_eq!(std::fs::read_to_string(world.path("desk/a.txt")).unwrap(), "FOUR");
    put(&files, "a.txt", true, "six").unwrap();
    std::fs::remove_file(world.path("desk/a.txt")).unwrap();
    world.write("desk/a.txt", "six");
    assert!(
        matches!(put(&files, "a.txt", false, "seven"), Err(FileRefusal::Exists { .. })),
        "same bytes, another file"
    );
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let world = World::new();
    let files = world.files();
    let mut output = files.output("a.txt", false).unwrap();
    output.append(b"ours").unwrap();
    world.write("desk/a.txt", "theirs");
    let before = world.all("desk").len();
    assert!(matches!(output.commit(), Err(FileRefusal::Exists { .. })));
    assert_eq!(std::fs::read_to_string(world.path("desk/a.txt")).unwrap(), "theirs");
    assert_eq!(world.all("desk").len(), before - 1, "the temporary file was left");

    put(&files, "b.txt", false, "ours").unwrap();
    let output = files.output("b.txt", false).unwrap();
    world.write("desk/b.txt", "changed");
    assert!(matches!(output.commit(), Err(FileRefusal::Exists { .. })));
    assert_eq!(std::fs::read_to_string(world.path("desk/b.txt")).unwrap(), "changed");
}

#[cfg(unix)]
#[test]
fn what_becomes_a_link_or_a_folder_meanwhile_is_not_followed() {
    let world = World::new();
    let files = world.files();
    let output = files.output("a.txt", true).unwrap();
    std::os::unix::fs::symlink(world.path("outside/secret.txt"), world.path("desk/a.txt")).unwrap();
    assert!(matches!(output.commit(), Err(FileRefusal::Link { .. })));
    let output = files.output("b.txt", true).unwrap();
    std::fs::create_dir(world.path("desk/b.txt")).unwrap();
    assert!(matches!(output.commit(), Err(FileRefusal::NotAFile { .. })));
    // The folder itself is moved away and a link put in its place: the file goes where the folder went.
    let mut output = files.output("sub/c.txt", true).unwrap();
    output.append(b"c").unwrap();
    std::fs::rename(world.path("desk/sub"), world.path("desk/moved")).unwrap();
    std::os::unix::fs::symlink(world.path("outside"), world.path("desk/sub")).unwrap();
    output.commit().unwrap();
    assert!(world.path("desk/moved/c.txt").exists());
    assert_eq!(world.all("outside").len(), 1);
    assert_eq!(std::fs::read_to_string(world.path("outside/secret.txt")).unwrap(), "secret");
}

#[test]
fn an_output_that_is_dropped_leaves_nothing() {
    let world = World::new();
    world.write("desk/a.txt", "old");
    let before = world.all("desk");
    let files = world.files();
    for path in ["a.txt", "b.txt", "new/deep/c.txt", "sub/d.txt"] {
        let mut output = files.output(path, true).unwrap();
        output.append(b"half").unwrap();
        drop(output);
        assert_eq!(before, world.all("desk"), "{path}");
    }
}

#[test]
fn an_output_that_outgrows_its_bound_leaves_nothing() {
    let world = World::new();
    world.write("desk/a.txt", "old");
    let before = world.all("desk");
    let mut output = world.files().output("a.txt", true).unwrap();
    assert_eq!(output.limit, limits::OUTPUT_BYTES);
    output.limit = 10;
    output.append(b"0123456789").unwrap();
    let refusal = output.append(b"x").unwrap_err();
    assert!(matches!(refusal, FileRefusal::OutputTooLarge { limit: 10, .. }));
    assert_eq!(output.append(b"").unwrap_err(), refusal, "it is lost for good");
    assert_eq!(output.commit().unwrap_err(), refusal);
    assert_eq!(before, world.all("desk"));
}

#[test]
fn a_folder_that_vanishes_meanwhile_is_a_clean_error() {
    let world = World::new();
    let files = world.files();
    let mut output = files.output("sub/a.txt", false).unwrap();
    output.append(b"a").unwrap();
    std::fs::remove_dir_all(world.path("desk/sub")).unwrap();
    let refusal = output.commit().unwrap_err().to_string();
    assert!(refusal.contains("nothing was written") && !refusal.contains("os error"), "{refusal}");
    assert!(world.all("desk").is_empty());
}

#[test]
fn saved_files_get_clean_free_names_and_replace_nothing() {
    let world = World::new();
    let files = world.files();
    let name = |suggested: &str, content: &str| {
        let written = files.save(suggested, content.as_bytes()).unwrap();
        assert_eq!(std::fs::read_to_string(&written.path).unwrap(), content);
        assert_eq!((written.sha256, written.bytes), (sha(content), content.len() as u64));
        assert_eq!(written.path.parent().unwrap(), std::fs::canonicalize(world.path("state/files")).unwrap());
        written.path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(name("logo.png", "one"), "logo.png");
    assert_eq!(name("logo.png", "two"), "logo-2.png");
    assert_eq!(name("/etc/logo.png", "three"), "logo-3.png");
    assert_eq!(name("../../.bashrc", "x"), "bashrc");
    assert_eq!(name("", "x"), "file");
    assert_eq!(world.all("state/files").len(), 5);
    assert!(matches!(files.output(&world.text("state/files/logo.png"), false), Err(FileRefusal::Exists { .. })));
}

#[cfg(unix)]
#[test]
fn the_relays_own_folder_is_no_link() {
    let world = World::new();
    std::fs::create_dir(world.path("state")).unwrap();
    std::os::unix::fs::symlink(world.path("outside"), world.path("state/files")).unwrap();
    assert!(matches!(world.files().save("a.txt", b"x"), Err(FileRefusal::Link { .. })));
    assert_eq!(world.all("outside").len(), 1);
}

#[test]
fn many_saves_at_once_all_get_a_name() {
    let world = World::new();
    let files = world.files();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let files = &files;
            scope.spawn(move || {
                for _ in 0..20 {
                    files.save("a.txt", format!("{number}").as_bytes()).unwrap();
                }
            });
        }
    });
    assert_eq!(world.all("state/files").len(), 160);
}
