//! The folder of compiled components and manifests, private to the user.
//!
//! `NAME.DIGEST.ENGINE.cwasm` is code for one engine setting; `NAME.DIGEST.VERSION.manifest` is what a plugin said it is, for
//! one version of the relay. Each file begins with the SHA-256 of the rest, is written beside its place and renamed, and is
//! made anew when it is not whole. Nothing here is ever an error: without a cache everything works, only slower.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sha2::{Digest as _, Sha256};

use super::component::{Component, Digest};
use crate::contract::Manifest;
use crate::{limits, private};

const SEAL_BYTES: usize = 32;
/// What the names of files begin with that are kept of third parties' components.
const FOREIGN: &str = "x-";

/// The folder; made when something is first stored.
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Compiled code for an engine of this `compatibility`.
    pub(super) fn code(&self, plugin: &Component, compatibility: &str) -> Option<Vec<u8>> {
        self.read(&code_name(plugin, compatibility))
    }

    /// Stores compiled code and removes what other versions of the plugin left.
    pub(super) fn store_code(&self, plugin: &Component, compatibility: &str, code: &[u8]) {
        self.write(&code_name(plugin, compatibility), code);
        self.remove_stale(plugin, "cwasm", &code_name(plugin, compatibility));
    }

    /// What the plugin said it is.
    pub(super) fn manifest(&self, plugin: &Component) -> Option<Manifest> {
        serde_json::from_slice(&self.read(&manifest_name(plugin))?).ok()
    }

    /// Stores what the plugin said it is and removes what other versions of it said.
    pub(super) fn store_manifest(&self, plugin: &Component, manifest: &Manifest) {
        if let Ok(text) = serde_json::to_vec(manifest) {
            self.write(&manifest_name(plugin), &text);
            self.remove_stale(plugin, "manifest", &manifest_name(plugin));
        }
    }

    /// Removes all that is kept of a third party's component.
    pub(super) fn forget(&self, digest: Digest) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let prefix = format!("{FOREIGN}{digest}.");
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)) {
            // Another relay may have removed it already, or hold it open.
            let _ = std::fs::remove_file(entry.path());
        }
    }

    /// Removes what is old and of a third party's component that is not trusted: looked at and declined, or tried for a moment.
    pub(super) fn forget_others(&self, is_trusted: impl Fn(Digest) -> bool) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let digest = entry.file_name().to_str().and_then(foreign_digest);
            if digest.is_some_and(|digest| !is_trusted(digest)) && is_abandoned(&entry) {
                // Another relay may have removed it already, or hold it open.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Waits until no other relay compiles a third party's component, and keeps them waiting as long as the file is open. Nothing
    /// when that takes longer than a compiler may, or where locks do not work: to compile twice costs only time.
    pub(super) fn turn(&self) -> Option<File> {
        private::make_folder(&self.folder).ok().filter(|()| private::is_private(&self.folder))?;
        let file = private::file().write(true).create(true).truncate(false).open(self.folder.join("turn")).ok()?;
        let until = Instant::now() + limits::COMPILER_TIME;
        while let Err(refused) = file.try_lock() {
            if !matches!(refused, TryLockError::WouldBlock) || Instant::now() > until {
                return None;
            }
            std::thread::sleep(limits::LEDGER_POLL);
        }
        Some(file)
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !private::is_private(&self.folder) {
            return None;
        }
        let path = self.folder.join(name);
        let size = std::fs::symlink_metadata(&path).ok().filter(std::fs::Metadata::is_file)?.len();
        if size > limits::COMPILED_BYTES as u64 {
            return None;
        }
        let mut bytes = std::fs::read(&path).ok()?;
        let (seal, content) = bytes.split_at_checked(SEAL_BYTES)?;
        if seal != Sha256::digest(content).as_slice() {
            tracing::warn!(file = %path.display(), "a file of the cache is damaged and will be made anew");
            return None;
        }
        bytes.drain(..SEAL_BYTES);
        Some(bytes)
    }

    fn write(&self, name: &str, content: &[u8]) {
        if let Err(error) = self.try_write(name, content) {
            tracing::debug!(folder = %self.folder.display(), %error, "nothing is kept in the cache");
        }
    }

    fn try_write(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        private::make_folder(&self.folder)?;
        if !private::is_private(&self.folder) {
            return Err(std::io::Error::other("others may write there, or it is theirs"));
        }
        // Two relays, or two threads of one, may write the same file at once.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let count = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let seal = Sha256::digest(content);
        let beside = self.folder.join(format!("{name}.{}-{count}.part", std::process::id()));
        let written = (|| {
            let mut file = File::create(&beside)?;
            file.write_all(&seal)?;
            file.write_all(content)?;
            drop(file);
            std::fs::rename(&beside, self.folder.join(name))
        })();
        if written.is_err() {
            // It may not even be there.
            let _ = std::fs::remove_file(&beside);
        }
        written
    }

    /// Removes the plugin's other files of this kind, and what a relay that was killed left half written.
    fn remove_stale(&self, plugin: &Component, extension: &str, keep: &str) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let (prefix, suffix) = (format!("{}.", file_name(plugin)), format!(".{extension}"));
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let replaced = name.starts_with(&prefix) && name.ends_with(&suffix) && name != keep;
            if replaced || (name.ends_with(".part") && is_abandoned(&entry)) {
                // Another relay may have removed it already, or hold it open.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

fn is_abandoned(entry: &std::fs::DirEntry) -> bool {
    let written = entry.metadata().and_then(|found| found.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > limits::ABANDONED_CACHE_FILE))
}

/// The digest of a third party's component in the name of a file that is kept of it.
fn foreign_digest(name: &str) -> Option<Digest> {
    name.strip_prefix(FOREIGN)?.split('.').next()?.parse().ok()
}

fn code_name(plugin: &Component, compatibility: &str) -> String {
    format!("{}.{}.{compatibility}.cwasm", file_name(plugin), plugin.digest())
}

fn manifest_name(plugin: &Component) -> String {
    format!("{}.{}.{}.manifest", file_name(plugin), plugin.digest(), env!("CARGO_PKG_VERSION"))
}

/// What the files of all versions of a plugin begin with. A third party's name is nobody's word, so each of its digests stands
/// alone.
fn file_name(plugin: &Component) -> String {
    if plugin.is_foreign() { format!("{FOREIGN}{}", plugin.digest()) } else { plain(plugin.name()) }
}

/// A plugin's name as part of a file's name; its digest makes that unique.
fn plain(plugin: &str) -> String {
    let kept = plugin.chars().take(limits::TOOL_NAME_CHARS);
    kept.map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(content: &[u8]) -> Option<usize> {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("components"));
        cache.write("x", content);
        cache.read("x").map(|read| read.len())
    }

    #[test]
    fn compiled_bytes_obeyed() {
        let size = limits::COMPILED_BYTES - SEAL_BYTES;
        assert_eq!(stored(&vec![1; size]), Some(size));
    }

    #[test]
    fn compiled_bytes_violated() {
        assert_eq!(stored(&vec![1; limits::COMPILED_BYTES - SEAL_BYTES + 1]), None);
    }

    #[test]
    fn a_name_from_anywhere_stays_in_the_folder() {
        assert_eq!(plain("../../etc/ü\0x"), "______etc___x");
        assert_eq!(plain(&"a".repeat(1_000)).len(), limits::TOOL_NAME_CHARS);
    }

    /// As if it had been written yesterday.
    fn age(path: &std::path::Path) {
        let yesterday = std::time::SystemTime::now() - 24 * limits::ABANDONED_CACHE_FILE;
        File::options().write(true).open(path).and_then(|file| file.set_modified(yesterday)).expect("a date");
    }

    #[test]
    fn relays_that_share_a_cache_take_turns() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = || Cache::new(folder.path().join("components"));
        let mine = cache().turn().expect("nobody else is there");
        std::thread::scope(|scope| {
            let other = scope.spawn(|| cache().turn().is_some());
            std::thread::sleep(3 * limits::LEDGER_POLL);
            assert!(!other.is_finished(), "it waits");
            drop(mine);
            assert!(other.join().expect("no panic"), "and gets its turn");
        });
    }

    #[test]
    fn what_nobody_trusts_is_removed_when_it_is_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("components"));
        let foreign =
            |byte| Component::foreign("x", Digest([byte; 32]), crate::sandbox::Code::Bytes(Vec::new().into()));
        let [trusted, declined, new] = [foreign(1), foreign(2), foreign(3)];
        let own = Component::from_bytes("x", Vec::new());
        let manifest = Manifest { name: "x".into(), version: "1".into(), about: String::new(), tools: Vec::new() };
        for plugin in [&trusted, &declined, &new, &own] {
            cache.store_code(plugin, "engine", b"code");
            cache.store_manifest(plugin, &manifest);
        }
        for plugin in [&trusted, &declined, &own] {
            age(&cache.folder.join(code_name(plugin, "engine")));
            age(&cache.folder.join(manifest_name(plugin)));
        }
        cache.forget_others(|digest| digest == trusted.digest());
        let kept = [&trusted, &declined, &new, &own]
            .map(|plugin| (cache.code(plugin, "engine").is_some(), cache.manifest(plugin).is_some()));
        assert_eq!(kept, [(true, true), (false, false), (true, true), (true, true)]);
    }

    #[test]
    fn what_was_left_half_written_is_removed_when_it_is_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("components"));
        let plugin = Component::from_bytes("x", Vec::new());
        cache.store_code(&plugin, "engine", b"code");
        let [old, new] = ["y.old.part", "y.new.part"].map(|name| cache.folder.join(name));
        for path in [&old, &new] {
            std::fs::write(path, "half").expect("written");
        }
        age(&old);
        cache.store_code(&plugin, "engine", b"code");
        assert_eq!((old.exists(), new.exists()), (false, true));
        assert!(cache.code(&plugin, "engine").is_some());
    }
}
