//! Tells clients when the list of tools changes: the folder of plugins is watched by the system, so that an idle relay stays
//! asleep.

use std::sync::Arc;

use notify::{RecursiveMode, Watcher};
use rmcp::model::ListToolsResult;
use tokio::sync::watch;

use super::convert;
use crate::digest::Digest;
use crate::relay::Relay;

/// Something in the folder of plugins changed, now and again. Nothing is watched any more when it is dropped.
pub(super) struct Changes {
    seen: watch::Receiver<()>,
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Changes {
    /// Watches the folder of plugins. Where it cannot be watched, or there is none, nothing is ever told; what is served is
    /// right all the same, since every question looks.
    pub(super) fn watch(relay: &Relay) -> Self {
        let (tell, seen) = watch::channel(());
        let watcher = relay.served.folder().and_then(|folder| {
            folder.make().map_err(|fault| tracing::info!(target: "mcp", "plugins are not watched: {fault}")).ok()?;
            let watching = notify::recommended_watcher(move |_| {
                // When nobody listens any more, the relay ends.
                let _ = tell.send(());
            })
            .and_then(|mut watcher| watcher.watch(folder.path(), RecursiveMode::NonRecursive).map(|()| watcher));
            watching.map_err(|error| tracing::info!(target: "mcp", "plugins are not watched: {error}")).ok()
        });
        Self { seen, _watcher: watcher }
    }

    /// Who waits for changes of the list.
    pub(super) fn listener(&self, relay: Arc<Relay>) -> Listener {
        let last = of_list(&relay);
        Listener { seen: self.seen.clone(), relay, last }
    }
}

/// One who waits for changes of the list of tools.
pub(super) struct Listener {
    seen: watch::Receiver<()>,
    relay: Arc<Relay>,
    last: Digest,
}

impl Listener {
    /// Waits until the list of tools is another.
    pub(super) async fn changed(&mut self) {
        loop {
            if self.seen.changed().await.is_err() {
                return std::future::pending().await;
            }
            let now = of_list(&self.relay);
            if std::mem::replace(&mut self.last, now) != now {
                return;
            }
        }
    }
}

/// Stands for the list as clients see it.
fn of_list(relay: &Relay) -> Digest {
    let tools = relay.catalogue().iter().map(|entry| convert::tool(entry)).collect();
    let list = serde_json::to_vec(&ListToolsResult::with_all_items(tools)).unwrap_or_default();
    Digest::of([list.as_slice()])
}
