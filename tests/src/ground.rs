//! The folders that a relay under test may write to, searched for the token when the test is over.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::binary;
use crate::canary::Canary;
use crate::trouble::Trouble;

/// All that belongs to one relay under test: it sees no other folder of the computer unless a test shows it one.
pub struct Ground {
    root: TempDir,
    canaries: Mutex<Vec<Canary>>,
    heard: Mutex<Vec<(&'static str, Vec<u8>)>>,
}

impl Ground {
    /// Fresh, empty folders.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn new() -> Result<Self, Trouble> {
        let root = tempfile::Builder::new().prefix("tickiti-relay-test-").tempdir();
        let ground = Self {
            root: root.map_err(Trouble::io("making a folder"))?,
            canaries: Mutex::default(),
            heard: Mutex::default(),
        };
        for folder in ["home", "state", "temp", "work"] {
            std::fs::create_dir(ground.folder(folder)).map_err(Trouble::io("making a folder"))?;
        }
        Ok(ground)
    }

    /// One of `home`, `state`, `temp`, `work`.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The folder around them.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The folder for compiled components that all relays of the tests share, so that not each compiles anew.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn shared_cache() -> Result<PathBuf, Trouble> {
        let cache = binary::target()?.join("tmp").join("relay-cache");
        std::fs::create_dir_all(&cache).map_err(Trouble::io("making the cache folder"))?;
        Ok(cache)
    }

    /// From now on this secret must be nowhere.
    pub fn guard(&self, secret: &str) {
        self.canaries.lock().unwrap_or_else(PoisonError::into_inner).push(Canary::of(secret));
    }

    /// Takes what a program wrote to one of its streams.
    pub fn heard(&self, stream: &'static str, bytes: Vec<u8>) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((stream, bytes));
    }

    /// Where the secrets are, although they must be nowhere.
    #[must_use]
    pub fn leaks(&self) -> Vec<String> {
        let canaries = self.canaries.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut leaks = Vec::new();
        for canary in canaries.iter() {
            for (stream, bytes) in heard.iter() {
                leaks.extend(canary.find(bytes).map(|form| format!("the token, {form}, on {stream}")));
            }
            leaks.extend(canary.find_beneath(self.root()));
            if let Ok(cache) = Self::shared_cache()
                && changed(&cache, canary)
            {
                leaks.extend(canary.find_beneath(&cache));
            }
        }
        leaks
    }
}

impl Drop for Ground {
    #[expect(clippy::panic, reason = "a test that leaked the token fails, whatever else it looked at")]
    fn drop(&mut self) {
        let leaks = self.leaks();
        if !leaks.is_empty() && !std::thread::panicking() {
            panic!("{}", leaks.join("\n"));
        }
    }
}

/// Whether anything in the shared cache is newer than when this canary was last looked for: the cache is large.
fn changed(cache: &Path, canary: &Canary) -> bool {
    static SEEN: Mutex<Option<HashMap<String, SystemTime>>> = Mutex::new(None);
    let mut newest = SystemTime::UNIX_EPOCH;
    crate::canary::each_file(cache, &mut |path| {
        let time = std::fs::metadata(path).and_then(|about| about.modified());
        newest = newest.max(time.unwrap_or_else(|_| SystemTime::now()));
    });
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.get_or_insert_default().insert(canary.name(), newest) != Some(newest)
}
