//! Tells clients when the list of tools changes: the folder of plugins is watched by the system, so that an idle relay stays
//! asleep.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rmcp::model::ListToolsResult;
use tokio::sync::watch;

use super::convert;
use crate::digest::Digest;
use crate::plugins::Folder;
use crate::private::Standing;
use crate::relay::Relay;

/// Watches the folder of plugins for all who wait for changes, as long as one does: a user has few watches at the system, and a
/// client may subscribe as often as it likes.
pub(super) struct Watch {
    relay: Arc<Relay>,
    eye: Mutex<Weak<Eye>>,
}

impl Watch {
    /// Watches nothing yet.
    pub(super) fn new(relay: Arc<Relay>) -> Self {
        Self { relay, eye: Mutex::default() }
    }

    /// One more who waits. Where the folder cannot be watched, or there is none, nothing is ever told; what is served is right
    /// all the same, since every question looks.
    pub(super) fn changes(&self) -> Changes {
        let eye = self.eye();
        let seen = eye.as_ref().map(|eye| eye.tell.subscribe());
        Changes { last: of_list(&self.relay), relay: Arc::clone(&self.relay), seen, eye }
    }

    fn eye(&self) -> Option<Arc<Eye>> {
        let mut known = self.eye.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(eye) = known.upgrade() {
            return Some(eye);
        }
        let eye = Eye::open(self.relay.served.folder()?.clone());
        let eye = eye.map_err(|why| tracing::warn!(target: "mcp", "plugins are not watched: {why}")).ok()?;
        let eye = Arc::new(eye);
        *known = Arc::downgrade(&eye);
        Some(eye)
    }
}

/// One who waits for changes of the list of tools.
pub(super) struct Changes {
    relay: Arc<Relay>,
    /// Something in the folder of plugins changed, now and again.
    seen: Option<watch::Receiver<()>>,
    eye: Option<Arc<Eye>>,
    last: Digest,
}

impl Changes {
    /// Waits until the list of tools is another.
    pub(super) async fn changed(&mut self) {
        loop {
            let (Some(eye), Some(seen)) = (&self.eye, &mut self.seen) else { return std::future::pending().await };
            if seen.changed().await.is_err() {
                return std::future::pending().await;
            }
            // First: what changes after the list was asked for must be told, too.
            eye.follow();
            let now = of_list(&self.relay);
            if std::mem::replace(&mut self.last, now) != now {
                return;
            }
        }
    }
}

/// What looks at the folder.
struct Eye {
    folder: Folder,
    tell: watch::Sender<()>,
    watching: Mutex<Watching>,
}

struct Watching {
    watcher: RecommendedWatcher,
    /// Which folder is watched: another one can be put in its place.
    watched: Option<Standing>,
    /// Whether the folder above is watched too. Only while there is no folder of plugins: beside that lie the ledger and the
    /// audit, and every call would wake the one who watches.
    above: bool,
}

impl Eye {
    /// Watches the folder, which is made if there is none. What else happens beside it does not matter.
    fn open(folder: Folder) -> Result<Self, String> {
        if let Err(fault) = folder.make() {
            // That can be mended while the relay runs.
            tracing::warn!(target: "mcp", "{fault}");
        }
        let (tell, _) = watch::channel(());
        let (seen, name) = (tell.clone(), folder.path().file_name().map(ToOwned::to_owned));
        let heard = move |event: notify::Result<notify::Event>| {
            let within = |path: &Path| path.iter().any(|part| Some(part) == name.as_deref());
            // A fault of the watch may stand for any change.
            if event.is_ok_and(|event| !event.paths.iter().any(|path| within(path))) {
                return;
            }
            // Nobody may be waiting just now.
            let _ = seen.send(());
        };
        let watcher = notify::recommended_watcher(heard).map_err(|error| error.to_string())?;
        let watching = Mutex::new(Watching { watcher, watched: None, above: false });
        let eye = Self { folder, tell, watching };
        eye.follow();
        Ok(eye)
    }

    /// Watches the folder that is there now, if it is another than was watched, or waits for one.
    fn follow(&self) {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        let Watching { watcher, watched, above } = &mut *watching;
        let path = self.folder.path();
        let upper = path.parent().unwrap_or(Path::new("/"));
        loop {
            let there = self.folder.standing();
            if there.is_some() && *watched == there {
                break;
            }
            // The one before may be gone, and with it the watch.
            let _ = watcher.unwatch(path);
            *watched = there.filter(|_| watcher.watch(path, RecursiveMode::NonRecursive).is_ok());
            if watched.is_some() || *above {
                break;
            }
            *above = watcher.watch(upper, RecursiveMode::NonRecursive).is_ok();
            if !*above {
                break;
            }
            // One may have been made before it was watched for.
        }
        if *above && watched.is_some() {
            *above = watcher.unwatch(upper).is_err();
        }
    }
}

/// Stands for the list as clients see it.
fn of_list(relay: &Relay) -> Digest {
    let tools = relay.catalogue().iter().map(|entry| convert::tool(entry)).collect();
    let list = serde_json::to_vec(&ListToolsResult::with_all_items(tools)).unwrap_or_default();
    Digest::of([list.as_slice()])
}
