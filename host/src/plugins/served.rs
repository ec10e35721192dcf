//! What is served now: the catalogue made from the built-in plugins and the lock file, made anew when that changes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use tickiti_relay_routes::Table;

use super::builtin::Builtin;
use super::catalogue::{Catalogue, Installed, Origin};
use super::check::Fault;
use super::folder::{Folder, Stamp};
use super::lock::{Lock, Locked};
use super::near::nearest;
use super::notice::Notice;
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

    /// Why there is no tool of this name, if its plugin was added and is not served.
    pub fn out_of_service(&self, tool: &str) -> Option<String> {
        // A plugin's name has no underline, and its tools are listed under it.
        let plugin = tool.split('_').next().unwrap_or(tool);
        self.notices().iter().find_map(|notice| match notice {
            Notice::Folder(_) => Some("no plugin that was added is in service".to_owned()),
            other => other.is_about(plugin).map(|_| format!("the plugin `{plugin}` is out of service")),
        })
    }

    /// Why something is not served.
    pub fn notices(&self) -> Arc<Vec<Notice>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).notices)
    }

    /// The same, and what is wrong with the files of plugins, at the cost of reading all of them: for a person who asks.
    pub fn examine(&self) -> Vec<Notice> {
        let mut notices = self.notices().to_vec();
        if let Some(source) = &self.source
            && let Ok(lock) = source.folder.read()
        {
            notices.extend(lock.plugins.iter().filter_map(|plugin| source.folder.fault_of(plugin)));
        }
        notices
    }

    /// What of the selection does nothing.
    pub fn idle(&self) -> Arc<Vec<Idle>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).idle)
    }

    /// The folder of plugins, for who waits for its changes.
    pub fn folder(&self) -> Option<&Folder> {
        self.source.as_ref().map(|source| &source.folder)
    }

    /// Makes the catalogue anew if the files have changed, which is told by a few questions to the system.
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
            let remedy = notice.remedy();
            match notice.is_harmless() {
                true => tracing::warn!(target: "relay", "{notice}; {remedy}"),
                false => tracing::error!(target: "relay", "{notice}. To mend it: {remedy}"),
            }
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
        let settings = self.folder.settings().map_err(|fault| {
            let why = fault.to_string();
            // Otherwise no added plugin is served at all, most likely for the same reason.
            if lock.is_ok() {
                notices.push(Notice::Settings(fault));
            }
            why
        });
        if let (Ok(lock), Ok(settings)) = (&lock, &settings) {
            notices.extend(self.settings_of_nobody(lock, settings));
        }
        let settings = settings.as_ref().map_err(Clone::clone);
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
            // What could not be loaded is tried anew: its file may be back.
            let stays = |(name, digest, guest): &&(String, Digest, Arc<Plugin>)| {
                *name == locked.name && *digest == locked.sha256 && !guest.has_failed()
            };
            let known = loaded.iter().find(stays);
            let guest = known.map_or_else(|| self.guest(locked), |(_, _, guest)| Arc::clone(guest));
            kept.push((locked.name.clone(), locked.sha256, Arc::clone(&guest)));
            match added(locked, guest, settings.clone()) {
                Ok(plugin) => installed.push(plugin),
                Err(notice) => notices.push(notice),
            }
        }
        for Momentary { locked, guest } in &self.moment {
            match added(locked, guest.clone(), settings.clone()) {
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

    /// Settings under names that no plugin has: slips of the pen, or what is left of one that was removed.
    fn settings_of_nobody(&self, lock: &Lock, settings: &AllSettings) -> Vec<Notice> {
        let moment = self.moment.iter().map(|moment| &moment.locked);
        let known: Vec<&str> = lock.plugins.iter().chain(moment).map(|plugin| plugin.name.as_str()).collect();
        let unknown = settings.keys().filter(|name| !known.contains(&name.as_str()));
        unknown
            .map(|name| Notice::NoSuchPlugin {
                name: name.clone(),
                nearest: nearest(name, known.iter().copied()).first().map(|near| (*near).to_owned()),
            })
            .collect()
    }

    fn guest(&self, locked: &Locked) -> Arc<Plugin> {
        let code = Code::File(self.folder.component(locked.sha256));
        self.sandbox.plugin(Component::foreign(locked.name.clone(), locked.sha256, code))
    }
}

/// The settings of every plugin, by its name.
type AllSettings = BTreeMap<String, String>;

/// A plugin as it is served, or why not; with its settings, or why nobody knows them.
fn added(locked: &Locked, guest: Arc<Plugin>, settings: Result<&AllSettings, String>) -> Result<Installed, Notice> {
    let manifest =
        locked.manifest().map_err(|changed| Notice::Changed { plugin: locked.name.clone(), tool: changed.tool })?;
    let guest: Arc<dyn Guest> = guest;
    let settings = settings.map(|all| all.get(&locked.name).cloned().unwrap_or_else(|| "{}".to_owned()));
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
        others.extend(locked.filter_map(|plugin| added(plugin, Arc::clone(&guest), Ok(&BTreeMap::new())).ok()));
    }
    found.extend(Catalogue::new(others, routes).0.collisions(manifest, Origin::Added));
    found
}
