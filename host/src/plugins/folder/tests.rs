use super::*;

fn folder() -> (tempfile::TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::new(place.path());
    (place, folder)
}

fn grant(folder: &Folder, name: &str, right: &str) {
    folder
        .change(|lock| {
            lock.builtin.entry(name.to_owned()).or_default().push(right.parse().unwrap());
            Ok::<_, FolderFault>(())
        })
        .unwrap();
}

#[test]
fn what_is_not_there_is_empty_and_what_was_written_is_read() {
    let (_place, folder) = folder();
    assert_eq!(folder.read(), Ok(Lock::default()));
    assert_eq!(folder.settings(), Ok(BTreeMap::new()));
    let before = folder.stamp();
    grant(&folder, "generic", "tickets:read");
    assert_ne!(folder.stamp(), before);
    let between = folder.stamp();
    assert_eq!(folder.stamp(), between);
    grant(&folder, "generic", "tickets:write");
    assert_ne!(folder.stamp(), between);
    assert_eq!(folder.read().unwrap().builtin["generic"].len(), 2);
}

#[test]
fn many_at_once_lose_nothing() {
    let (_place, folder) = folder();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let folder = &folder;
            scope.spawn(move || (0..5).for_each(|n| grant(folder, &format!("p{thread}"), &format!("a:b{n}"))));
        }
    });
    let lock = folder.read().unwrap();
    assert_eq!(lock.builtin.values().map(Vec::len).sum::<usize>(), 40);
}

#[test]
fn lock_wait_obeyed_and_violated() {
    let (_place, folder) = folder();
    folder.make().unwrap();
    let held = folder.hold().unwrap();
    assert_eq!(folder.hold().err(), Some(FolderFault::Busy(folder.path.clone())));
    drop(held);
    assert!(folder.hold().is_ok());
}

#[test]
fn lock_bytes_obeyed_and_violated() {
    let (_place, folder) = folder();
    folder.make().unwrap();
    let fill = |bytes: u64| {
        let text = format!("{{\"format\":1{}}}", " ".repeat(usize::try_from(bytes).unwrap() - 12));
        folder.write(&folder.lock_file(), text.as_bytes()).unwrap();
        folder.read()
    };
    assert_eq!(fill(limits::LOCK_BYTES), Ok(Lock::default()));
    assert!(matches!(fill(limits::LOCK_BYTES + 1), Err(FolderFault::System { .. })));
}

#[test]
fn settings_are_handed_on_as_json() {
    let (_place, folder) = folder();
    folder.make().unwrap();
    let set = |text: &str| folder.write(&folder.settings_file(), text.as_bytes()).unwrap();
    set("[plugins.digest.settings]\nweek_starts = \"monday\"\nqueues = [\"Support\", \"Sales\"]\nlimit = 5\n");
    assert_eq!(
        folder.settings().unwrap()["digest"],
        r#"{"limit":5,"queues":["Support","Sales"],"week_starts":"monday"}"#
    );
    let before = folder.stamp();
    set("[plugins.digest.setings]\n");
    assert_ne!(folder.stamp(), before, "a relay that runs sees that they are others");
    assert!(folder.settings().unwrap_err().to_string().contains("setings"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_change_is_not_trusted() {
    use std::os::unix::fs::PermissionsExt;
    let (_place, folder) = folder();
    grant(&folder, "generic", "tickets:read");
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(folder.path(), 0o770);
    assert_eq!(folder.read(), Err(FolderFault::NotPrivate(folder.path().to_owned())));
    set(folder.path(), 0o700);
    set(&folder.lock_file(), 0o666);
    assert_eq!(folder.read(), Err(FolderFault::NotPrivate(folder.lock_file())));
    set(&folder.lock_file(), 0o600);
    assert!(folder.read().is_ok());
}

#[test]
fn components_are_stored_by_digest_and_strays_are_told() {
    let (_place, folder) = folder();
    let sha256 = folder.store(b"component").unwrap();
    assert_eq!(sha256, folder.store(b"component").unwrap());
    assert_eq!(folder.stored(sha256).unwrap(), b"component");
    assert_eq!(folder.strays(), Vec::new());
    std::fs::write(folder.path().join("found.wasm"), "x").unwrap();
    assert_eq!(folder.strays().len(), 1);
    // What nobody trusts goes when it is old.
    let path = folder.component(sha256);
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - 2 * limits::ABANDONED_CACHE_FILE).unwrap();
    grant(&folder, "generic", "a:b");
    assert!(!path.exists());
}
