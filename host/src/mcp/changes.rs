//! Tells clients when the list of tools changes: the folder of plugins is watched by the system, so that an idle relay stays
//! asleep.

use std::path::Path;
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rmcp::model::ListToolsResult;
use tokio::sync::watch;

use super::convert;
use crate::digest::Digest;
use crate::plugins::Folder;
use crate::private::Standing;
use crate::relay::Relay;

/// One who waits for changes of the list of tools. Nothing is watched any more when it is dropped.
pub(super) struct Changes {
    relay: Arc<Relay>,
    /// Something in the folder of plugins changed, now and again.
    seen: watch::Receiver<()>,
    watcher: Option<RecommendedWatcher>,
    /// Which folder is watched: another one can be put in its place.
    watched: Option<Standing>,
    last: Digest,
}

impl Changes {
    /// Watches the folder of plugins. Where it cannot be watched, or there is none, nothing is ever told; what is served is
    /// right all the same, since every question looks.
    pub(super) fn watch(relay: Arc<Relay>) -> Self {
        let (tell, seen) = watch::channel(());
        let watcher = relay.served.folder().and_then(|folder| {
            watcher(folder, tell).map_err(|why| tracing::info!(target: "mcp", "plugins are not watched: {why}")).ok()
        });
        let mut changes = Self { relay, seen, watcher, watched: None, last: Digest::of([]) };
        changes.follow();
        changes.last = of_list(&changes.relay);
        changes
    }

    /// Waits until the list of tools is another.
    pub(super) async fn changed(&mut self) {
        loop {
            if self.seen.changed().await.is_err() {
                return std::future::pending().await;
            }
            // First: what changes after the list was asked for must be told, too.
            self.follow();
            let now = of_list(&self.relay);
            if std::mem::replace(&mut self.last, now) != now {
                return;
            }
        }
    }

    /// Watches the folder that is there now, if it is another than was watched.
    fn follow(&mut self) {
        let (Some(folder), Some(watcher)) = (self.relay.served.folder(), &mut self.watcher) else { return };
        let there = folder.standing();
        if self.watched == there {
            return;
        }
        // The one before may be gone, and with it the watch.
        let _ = watcher.unwatch(folder.path());
        // What cannot be watched yet is tried again with the next change.
        self.watched = there.filter(|_| watcher.watch(folder.path(), RecursiveMode::NonRecursive).is_ok());
    }
}

/// Watches the place where the folder of plugins is, and makes it if there is none. What else happens there does not matter.
fn watcher(folder: &Folder, tell: watch::Sender<()>) -> Result<RecommendedWatcher, String> {
    if let Err(fault) = folder.make() {
        // That can be mended while the relay runs.
        tracing::info!(target: "mcp", "{fault}");
    }
    let above = folder.path().parent().unwrap_or(Path::new("/"));
    let name = folder.path().file_name().map(ToOwned::to_owned);
    let seen = move |event: notify::Result<notify::Event>| {
        let within = |path: &Path| path.iter().any(|part| Some(part) == name.as_deref());
        // A fault of the watch may stand for any change.
        if event.is_ok_and(|event| !event.paths.iter().any(|path| within(path))) {
            return;
        }
        // When nobody listens any more, the relay ends.
        let _ = tell.send(());
    };
    let mut watcher = notify::recommended_watcher(seen).map_err(|error| error.to_string())?;
    watcher.watch(above, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
    Ok(watcher)
}

/// Stands for the list as clients see it.
fn of_list(relay: &Relay) -> Digest {
    let tools = relay.catalogue().iter().map(|entry| convert::tool(entry)).collect();
    let list = serde_json::to_vec(&ListToolsResult::with_all_items(tools)).unwrap_or_default();
    Digest::of([list.as_slice()])
}
