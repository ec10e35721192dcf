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
fn settings_are_read_and_their_changes_seen() {
    let (_place, folder) = folder();
    folder.make().unwrap();
    let set = |text: &str| folder.write(&folder.settings_file(), text.as_bytes()).unwrap();
    set("[plugins.digest.settings]\nlimit = 5\n");
    assert_eq!(folder.settings().unwrap()["digest"], r#"{"limit":5}"#);
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
    let lock_file = folder.lock_file();
    for (path, open, own) in [(folder.path(), 0o770, 0o700), (&lock_file, 0o666, 0o600)] {
        let before = folder.stamp();
        set(path, open);
        assert_ne!(folder.stamp(), before, "a relay that runs sees it");
        assert_eq!(folder.read(), Err(FolderFault::NotPrivate(path.to_owned())));
        let before = folder.stamp();
        set(path, own);
        assert_ne!(folder.stamp(), before);
        assert!(folder.read().is_ok());
    }
    // Who may write there may also take away.
    set(folder.path(), 0o770);
    for file in [lock_file, folder.held_file()] {
        std::fs::remove_file(file).unwrap();
    }
    assert!(matches!(folder.read(), Err(FolderFault::NotPrivate(_))));
    assert!(matches!(folder.settings(), Err(FolderFault::NotPrivate(_))));
}

/// A file written in its place with its times put back is another all the same.
#[cfg(unix)]
#[test]
fn a_change_is_seen_whatever_its_times_say() {
    let (_place, folder) = folder();
    grant(&folder, "generic", "tickets:read");
    let before = folder.stamp();
    let path = folder.lock_file();
    let (text, written) = (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
    // The system's clock for this ticks every few milliseconds.
    while folder.stamp() == before {
        std::fs::write(&path, &text).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    }
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written);
}

#[test]
fn a_lock_file_that_was_lost_is_no_empty_one() {
    let (_place, folder) = folder();
    folder.make().unwrap();
    // A relay that runs has looked before anything was there.
    let nothing = folder.stamp();
    grant(&folder, "generic", "tickets:read");
    std::fs::remove_file(folder.lock_file()).unwrap();
    assert_ne!(folder.stamp(), nothing);
    assert_eq!(folder.read(), Err(FolderFault::Missing(folder.lock_file())));
    assert_eq!(folder.change(|_| Ok(())), Err(FolderFault::Missing(folder.lock_file())));
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(folder.read(), Ok(Lock::default()), "who takes all of it away begins anew");
    // A change that comes to nothing is a beginning, too.
    assert!(folder.change(|_| Err::<(), _>(FolderFault::Busy(PathBuf::new()))).is_err());
    assert_eq!(folder.read(), Ok(Lock::default()));
    std::fs::remove_file(folder.lock_file()).unwrap();
    assert!(folder.read().is_err());
}

/// What the first change leaves when it ends at any instant, in order: each is read as what was granted until then, each can be
/// changed, and none can lose its lock file unnoticed once something was taken back.
#[test]
fn a_first_change_may_end_at_any_instant() {
    let instants: [&dyn Fn(&Folder); 5] = [
        &|folder| folder.make().unwrap(),
        &|folder| drop(folder.hold().unwrap()),
        &|folder| folder.write(&folder.lock_file(), Lock::default().text().as_bytes()).unwrap(),
        &|folder| folder.hold().unwrap().write_all(b"p").unwrap(),
        &|folder| folder.sign(&mut folder.hold().unwrap()).unwrap(),
    ];
    for count in 0..=instants.len() {
        let (_place, folder) = folder();
        instants.iter().take(count).for_each(|instant| instant(&folder));
        assert_eq!(folder.read(), Ok(Lock::default()), "after {count}");
        grant(&folder, "generic", "tickets:read");
        assert_eq!(folder.read().unwrap().builtin["generic"].len(), 1, "after {count}");
        std::fs::remove_file(folder.lock_file()).unwrap();
        assert_eq!(folder.read(), Err(FolderFault::Missing(folder.lock_file())), "after {count}");
    }
}

/// What who reads finds at an instant is what an end at that instant would leave.
#[test]
fn who_reads_during_the_first_change_finds_the_old_or_the_new() {
    for _ in 0..100 {
        let (_place, folder) = folder();
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                grant(&folder, "generic", "tickets:read");
                over.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            let mut granted = false;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let now = !folder.read().unwrap().builtin.is_empty();
                assert!(now || !granted, "it is not taken back");
                granted = now;
            }
        });
        assert_eq!(folder.read().unwrap().builtin.len(), 1);
    }
}

fn locked(name: &str, component: &[u8]) -> Locked {
    let manifest = crate::contract::Manifest {
        name: name.into(),
        version: "1.0.0".into(),
        about: String::new(),
        tools: Vec::new(),
    };
    let sha256 = Digest::of(component);
    let stored = super::super::lock::Stored { sha256, bytes: 1, contract: "0.1.0".into(), source: "x.wasm".into() };
    Locked::new(manifest, &stored, Vec::new(), String::new())
}

fn clear(folder: &Folder) {
    let cleared = folder.change(|lock| {
        lock.plugins.clear();
        Ok::<_, FolderFault>(())
    });
    cleared.unwrap();
}

#[test]
fn what_a_lock_names_is_in_the_store_whoever_adds_and_removes() {
    let (_place, folder) = folder();
    let add = || {
        let added = folder.change(|lock| {
            if lock.plugins.is_empty() {
                folder.store(b"component")?;
                lock.plugins.push(locked("digest", b"component"));
            }
            Ok::<_, FolderFault>(())
        });
        added.unwrap();
    };
    std::thread::scope(|scope| {
        scope.spawn(|| (0..50).for_each(|_| add()));
        scope.spawn(|| (0..50).for_each(|_| clear(&folder)));
        for _ in 0..50 {
            let look =
                |lock: &mut Lock| Ok::<_, FolderFault>(lock.plugins.first().and_then(|one| folder.fault_of(one)));
            assert_eq!(folder.change(look), Ok(None));
        }
    });
    clear(&folder);
    assert_eq!(std::fs::read_dir(folder.path().join("store")).unwrap().count(), 0);
}

#[test]
fn components_are_stored_by_digest_and_strays_are_told() {
    let (_place, folder) = folder();
    let aside = folder.aside(b"component").unwrap();
    let path = folder.component(Digest::of(b"component"));
    let stored = folder.change(|lock| {
        lock.plugins.push(locked("digest", b"component"));
        assert_eq!(folder.store(b"component")?, folder.store(b"component")?);
        Ok::<_, FolderFault>(())
    });
    stored.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"component");
    assert_eq!(folder.strays(), Vec::new());
    std::fs::write(folder.path().join("found.wasm"), "x").unwrap();
    assert_eq!(folder.strays().len(), 1);
    // What nobody trusts goes at the next change; what somebody still looks at goes when it is old, or when they have done.
    clear(&folder);
    assert!(!path.exists() && aside.path().exists());
    let file = File::options().write(true).open(aside.path()).unwrap();
    file.set_modified(SystemTime::now() - 2 * limits::ABANDONED_CACHE_FILE).unwrap();
    clear(&folder);
    assert!(!aside.path().exists());
    let aside = folder.aside(b"component").unwrap();
    let path = aside.path().to_owned();
    drop(aside);
    assert!(!path.exists());
}

#[test]
fn a_file_of_the_store_that_is_lost_or_another_is_told() {
    let (_place, folder) = folder();
    let plugin = locked("digest", b"component");
    folder.make().unwrap();
    assert!(matches!(folder.fault_of(&plugin), Some(Notice::Lost { .. })));
    folder.store(b"component").unwrap();
    assert_eq!(folder.fault_of(&plugin), None);
    std::fs::write(folder.component(plugin.sha256), "other").unwrap();
    assert!(matches!(folder.fault_of(&plugin), Some(Notice::Replaced { .. })));
    folder.store(b"component").unwrap();
    assert_eq!(folder.fault_of(&plugin), None);
}
