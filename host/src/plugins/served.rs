//! What is served now: the catalogue made from the built-in plugins and the lock file, made anew when that changes.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use tickiti_relay_routes::Table;

use super::builtin::Builtin;
use super::catalogue::{Catalogue, Installed, Origin};
use super::check::Fault;
use super::folder::{Folder, FolderFault, Stamp};
use super::lock::{Lock, Locked};
use super::selection::{Idle, Selection};
use crate::admit::{Grant, Policy};
use crate::contract::{Guest, Manifest};
use crate::sandbox::{Code, Component, Digest, Plugin, Sandbox};

/// The tools that are served. Whoever asks gets them as they are now: a change of the lock file counts from the next question
/// on, and who has a catalogue already keeps it.
pub struct Served {
    source: Option<Source>,
    now: RwLock<Now>,
}

/// From what the catalogue is made.
pub struct Source {
    /// The folder of plugins.
    pub folder: Folder,
    /// What runs them.
    pub sandbox: Sandbox,
    /// The plugins that are part of the program.
    pub builtin: Vec<Builtin>,
    /// Plugins that are served for the moment, without the lock file.
    pub moment: Vec<Momentary>,
    /// The endpoints of the helpdesk.
    pub routes: Cow<'static, Table>,
    /// Which tools are listed.
    pub selection: Selection,
    /// How the relay was started.
    pub policy: Policy,
}

/// A plugin that is served for the moment.
pub struct Momentary {
    /// As if it were locked.
    pub locked: Locked,
    /// Its code.
    pub guest: Arc<Plugin>,
}

struct Now {
    stamp: Stamp,
    catalogue: Arc<Catalogue>,
    notices: Arc<Vec<Notice>>,
    /// What of the selection does nothing.
    idle: Arc<Vec<Idle>>,
    /// The code of the plugins in the lock file, so that one that stays is not loaded again.
    loaded: Vec<(String, Digest, Arc<Plugin>)>,
}

/// Why something is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Notice {
    /// The folder cannot be read.
    #[error("no plugin is served but the built-in ones, and these may send nothing: {0}")]
    Folder(FolderFault),
    /// The settings cannot be read.
    #[error("no plugin has its settings: {0}")]
    Settings(FolderFault),
    /// A definition is not the one that was trusted.
    #[error(
        "the plugin `{plugin}` is out of service: the definition of its tool `{tool}` in plugins.lock is not the one that was trusted. \
         `tickiti-relay plugin trust {plugin}` shows what changed"
    )]
    Changed {
        /// Name of the plugin.
        plugin: String,
        /// Name of the tool.
        tool: String,
    },
    /// A plugin breaks a rule.
    #[error("not served: {0}")]
    Fault(Fault),
    /// A built-in plugin cannot be loaded.
    #[error("the built-in plugin `{plugin}` is not served: {why}")]
    Builtin {
        /// Its name.
        plugin: String,
        /// Why.
        why: String,
    },
}

impl Notice {
    /// Its text, if it is about the plugin of this name.
    pub fn is_about(&self, name: &str) -> Option<String> {
        let about = match self {
            Self::Changed { plugin, .. } | Self::Builtin { plugin, .. } => plugin == name,
            Self::Fault(fault) => fault.plugin == name,
            Self::Folder(_) | Self::Settings(_) => false,
        };
        about.then(|| self.to_string())
    }
}

impl Served {
    /// A catalogue that never changes.
    pub fn fixed(catalogue: Catalogue) -> Self {
        let now = Now {
            stamp: Stamp::default(),
            catalogue: Arc::new(catalogue),
            notices: Arc::default(),
            idle: Arc::default(),
            loaded: Vec::new(),
        };
        Self { source: None, now: RwLock::new(now) }
    }

    /// What the lock file says, now and whenever it changes.
    pub fn new(source: Source) -> Self {
        let stamp = source.folder.stamp();
        let now = source.now(stamp, &[]);
        Self { source: Some(source), now: RwLock::new(now) }
    }

    /// The tools as they are now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.refresh();
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).catalogue)
    }

    /// What a plugin may do now.
    pub fn grant(&self, plugin: &str) -> Arc<Grant> {
        self.catalogue().grant(plugin)
    }

    /// Why something is not served.
    pub fn notices(&self) -> Arc<Vec<Notice>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).notices)
    }

    /// What of the selection does nothing.
    pub fn idle(&self) -> Arc<Vec<Idle>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).idle)
    }

    /// The folder of plugins, for who waits for its changes.
    pub fn folder(&self) -> Option<&Folder> {
        self.source.as_ref().map(|source| &source.folder)
    }

    /// Makes the catalogue anew if the files have changed, which is told by one question to the system.
    fn refresh(&self) {
        let Some(source) = &self.source else { return };
        let stamp = source.folder.stamp();
        if self.now.read().unwrap_or_else(PoisonError::into_inner).stamp == stamp {
            return;
        }
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // Another may have done it while this one waited.
        if now.stamp != stamp {
            let loaded = std::mem::take(&mut now.loaded);
            *now = source.now(stamp, &loaded);
            now.tell();
        }
    }

    /// Tells the log what is not served, and what of the selection does nothing.
    pub fn tell(&self) {
        self.now.read().unwrap_or_else(PoisonError::into_inner).tell();
    }
}

impl Now {
    fn tell(&self) {
        for notice in self.notices.iter() {
            tracing::error!(target: "relay", "{notice}");
        }
        for idle in self.idle.iter() {
            tracing::warn!(target: "relay", "{idle}");
        }
    }
}

impl Source {
    fn now(&self, stamp: Stamp, loaded: &[(String, Digest, Arc<Plugin>)]) -> Now {
        let mut notices = Vec::new();
        let lock = self.folder.read().map_err(|fault| {
            let why = fault.to_string();
            notices.push(Notice::Folder(fault));
            why
        });
        let settings =
            self.folder.settings().map_err(|fault| notices.push(Notice::Settings(fault))).unwrap_or_default();
        let mut installed = Vec::new();
        for (plugin, family) in self.builtin.iter().zip(super::builtin::families()) {
            if let Err(why) = &plugin.manifest {
                notices.push(Notice::Builtin { plugin: family.to_owned(), why: why.to_string() });
            }
            installed.extend(plugin.installed(lock.as_ref().map_err(Clone::clone)));
        }
        let mut kept = Vec::new();
        for locked in lock.as_ref().map_or(&[][..], |lock: &Lock| &lock.plugins) {
            if self.moment.iter().any(|moment| moment.locked.name == locked.name) {
                continue;
            }
            let known = loaded.iter().find(|(name, digest, _)| *name == locked.name && *digest == locked.sha256);
            let guest = known.map_or_else(|| self.guest(locked), |(_, _, guest)| Arc::clone(guest));
            kept.push((locked.name.clone(), locked.sha256, Arc::clone(&guest)));
            match added(locked, guest, settings.get(&locked.name)) {
                Ok(plugin) => installed.push(plugin),
                Err(notice) => notices.push(notice),
            }
        }
        for Momentary { locked, guest } in &self.moment {
            match added(locked, guest.clone(), settings.get(&locked.name)) {
                Ok(plugin) => installed.push(Installed { grant: plugin.grant.clone().for_the_moment(), ..plugin }),
                Err(notice) => notices.push(notice),
            }
        }
        let (catalogue, faults) = Catalogue::new(installed, &self.routes);
        notices.extend(faults.into_iter().map(Notice::Fault));
        let idle = Arc::new(self.selection.idle(&catalogue, self.policy, &self.routes));
        let catalogue = catalogue.only(|entry| self.selection.lists(entry, self.policy, &self.routes));
        Now { stamp, catalogue: Arc::new(catalogue), notices: Arc::new(notices), idle, loaded: kept }
    }

    fn guest(&self, locked: &Locked) -> Arc<Plugin> {
        let code = Code::File(self.folder.component(locked.sha256));
        self.sandbox.plugin(Component::foreign(locked.name.clone(), locked.sha256, code))
    }
}

fn added(locked: &Locked, guest: Arc<Plugin>, settings: Option<&String>) -> Result<Installed, Notice> {
    let manifest =
        locked.manifest().map_err(|changed| Notice::Changed { plugin: locked.name.clone(), tool: changed.tool })?;
    let guest: Arc<dyn Guest> = guest;
    let settings = settings.cloned().unwrap_or_else(|| "{}".to_owned());
    Ok(Installed { manifest, origin: Origin::Added, grant: Grant::of(locked.grants.clone()), settings, guest })
}

/// Everything that stands against a third party's manifest: by itself, and beside the plugins that are there. `except` is the
/// one that it is to replace.
pub fn against(
    manifest: &Manifest,
    builtin: &[Builtin],
    lock: &Lock,
    except: Option<&str>,
    routes: &Table,
) -> Vec<Fault> {
    let mut found = super::check::faults(manifest, &Origin::Added, routes);
    let mut others: Vec<Installed> = builtin.iter().filter_map(|plugin| plugin.installed(Ok(lock))).collect();
    // Only names are looked at: whose code it is makes no difference.
    if let Some(guest) = builtin.first().map(|plugin| Arc::clone(&plugin.guest)) {
        let locked = lock.plugins.iter().filter(|plugin| Some(plugin.name.as_str()) != except);
        others.extend(locked.filter_map(|plugin| added(plugin, Arc::clone(&guest), None).ok()));
    }
    found.extend(Catalogue::new(others, routes).0.collisions(manifest, Origin::Added));
    found
}
