//! The cache: used when it is whole and private, made anew or left alone when not.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{attack, guests, said};
use crate::sandbox::{Code, Component, Digest, Sandbox};

/// A component whose code is gone: it can only come from the cache.
fn without_code() -> Component {
    let bytes = guests::hostile().read().expect("bytes").into_owned();
    Component::new("hostile", Digest::of(&bytes), Code::File(PathBuf::from("/nowhere/at/all.wasm")))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join("components")) else { return Vec::new() };
    let all = entries.map(|entry| entry.expect("an entry").path());
    all.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// A cache that holds the hostile guest.
async fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = Sandbox::new(Some(folder.path().into())).plugin(guests::hostile());
    plugin.describe().await.expect("it answers");
    assert_eq!((files(folder.path(), "cwasm").len(), files(folder.path(), "manifest").len()), (1, 1));
    folder
}

#[tokio::test]
async fn a_second_process_compiles_nothing() {
    let folder = filled().await;
    let sandbox = Sandbox::new(Some(folder.path().into()));
    let plugin = sandbox.plugin(without_code());
    let manifest = plugin.describe().await.expect("from the cache");
    assert_eq!(manifest, Sandbox::new(None).plugin(guests::hostile()).describe().await.expect("it answers"));
    assert!(sandbox.shared.machine.lock().expect("a lock").is_none(), "no engine was made for it");
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1");
}

#[tokio::test]
async fn a_damaged_file_is_made_anew() {
    let flip = |bytes: &mut Vec<u8>| bytes[40] ^= 1;
    let flip_seal = |bytes: &mut Vec<u8>| bytes[3] ^= 0x80;
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(1_000);
    for damage in [flip, flip_seal, cut, Vec::clear] {
        let folder = filled().await;
        for extension in ["cwasm", "manifest"] {
            let path = files(folder.path(), extension).remove(0);
            let mut bytes = std::fs::read(&path).expect("read");
            damage(&mut bytes);
            std::fs::write(&path, &bytes).expect("written");
        }
        let sandbox = Sandbox::new(Some(folder.path().into()));
        assert!(sandbox.plugin(without_code()).describe().await.is_err(), "it was taken as it is");
        let plugin = sandbox.plugin(guests::hostile());
        assert_eq!(plugin.describe().await.expect("it answers").name, "hostile");
        let again = Sandbox::new(Some(folder.path().into())).plugin(without_code());
        assert_eq!(said(attack(&again, "counter", json!({})).await), "1", "it was made anew");
    }
}

#[tokio::test]
async fn whole_code_of_another_making_is_not_run() {
    // Sealed correctly, but no code of wasmtime's.
    let folder = filled().await;
    let path = files(folder.path(), "cwasm").remove(0);
    let content = b"\x7fELF and nothing more".to_vec();
    std::fs::write(&path, [Digest::of(&content).0.to_vec(), content].concat()).expect("written");
    let plugin = Sandbox::new(Some(folder.path().into())).plugin(guests::hostile());
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1");
}

#[tokio::test]
async fn another_version_of_a_plugin_replaces_the_first() {
    let folder = filled().await;
    let sandbox = Sandbox::new(Some(folder.path().into()));
    let neighbour = sandbox.plugin(Component::from_bytes("host", guests::by_hand("", "", "", "0.1.0")));
    neighbour.describe().await.expect_err("it never answers");
    assert_eq!(files(folder.path(), "cwasm").len(), 2, "a neighbour's stays, also one whose name begins alike");
    let newer = sandbox.plugin(Component::from_bytes("hostile", guests::by_hand("", "", "(nop)", "0.1.0")));
    newer.describe().await.expect_err("it never answers");
    let names: Vec<_> = files(folder.path(), "cwasm");
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(files(folder.path(), "part"), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn without_a_place_it_works_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let plugin = Sandbox::new(Some(file)).plugin(guests::hostile());
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = filled().await;
    let components = folder.path().join("components");
    let mode = |mode| std::fs::set_permissions(&components, PermissionsExt::from_mode(mode)).expect("a mode");
    let used = || async { Sandbox::new(Some(folder.path().into())).plugin(without_code()).describe().await.is_ok() };
    assert_eq!(std::fs::metadata(&components).expect("there").permissions().mode() & 0o777, 0o700);
    assert!(used().await);
    for open in [0o770, 0o702, 0o777] {
        mode(open);
        assert!(!used().await, "{open:o}");
    }
    mode(0o700);
    std::fs::rename(&components, folder.path().join("elsewhere")).expect("moved");
    symlink(folder.path().join("elsewhere"), &components).expect("a link");
    assert!(!used().await, "a link is not a folder of ours");
}
