//! The tools that are served, by name. Pure: built from manifests, it loads no code.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use tickiti_relay_routes::Table;

use super::check::{self, Fault};
use super::names::skeleton;
use super::near::nearest;
use super::schema::Schema;
use crate::admit::Grant;
use crate::contract::{Guest, JsonText, Manifest, Tool};

/// Where a plugin comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Part of the program. Its tools keep their names, and its words are the relay's.
    BuiltIn,
    /// Added by the person. Its tools are listed under its name, and its words are a stranger's.
    Added,
}

/// A plugin that is served.
pub struct Installed {
    /// What it says it is.
    pub manifest: Manifest,
    /// Where it comes from.
    pub origin: Origin,
    /// What it may do.
    pub grant: Grant,
    /// What the person set for it, or why that cannot be read: then no call of it is begun.
    pub settings: Result<JsonText, String>,
    /// Its code, loaded at first use.
    pub guest: Arc<dyn Guest>,
}

/// One tool that is served.
pub struct Entry {
    /// As the assistant knows it.
    pub public: String,
    /// As its plugin describes it.
    pub tool: Tool,
    /// Name of its plugin.
    pub plugin: String,
    /// Where its plugin comes from.
    pub origin: Origin,
    /// What the person set for its plugin, or why that cannot be read.
    pub settings: Result<JsonText, String>,
    /// Its plugin's code.
    pub guest: Arc<dyn Guest>,
    schema: OnceLock<Schema>,
}

/// The name under which a tool is listed.
pub fn public_name(origin: &Origin, plugin: &str, tool: &str) -> String {
    match origin {
        Origin::BuiltIn => tool.to_owned(),
        Origin::Added => format!("{plugin}_{tool}"),
    }
}

impl Entry {
    /// The schema of its arguments, made ready at first use. It was checked when the catalogue was built.
    pub fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| Schema::new(&self.tool.input).unwrap_or_default())
    }
}

/// All tools, in the order in which the assistant sees them, and what each plugin may do.
#[derive(Default)]
pub struct Catalogue {
    entries: Vec<Arc<Entry>>,
    by_name: HashMap<String, usize>,
    /// Names that look alike have one skeleton.
    skeletons: HashMap<String, usize>,
    grants: HashMap<String, Arc<Grant>>,
}

impl Catalogue {
    /// Builds the catalogue. A plugin with a fault is left out whole, and the fault told; the others are served.
    pub fn new(installed: impl IntoIterator<Item = Installed>, routes: &Table) -> (Self, Vec<Fault>) {
        let mut catalogue = Self::default();
        let mut faults = Vec::new();
        for plugin in installed {
            let mut found = check::faults(&plugin.manifest, &plugin.origin, routes);
            found.extend(catalogue.collisions(&plugin.manifest, plugin.origin));
            if found.is_empty() {
                catalogue.add(plugin);
            } else {
                faults.extend(found);
            }
        }
        (catalogue, faults)
    }

    /// What stands against this plugin beside those that are there: its name, and names of tools that are, or look like, one of
    /// theirs. Judged on what the assistant sees.
    pub fn collisions(&self, manifest: &Manifest, origin: Origin) -> Vec<Fault> {
        let fault = |tool: Option<&Tool>, reason: String| Fault {
            plugin: manifest.name.clone(),
            tool: tool.map(|tool| tool.name.clone()),
            at: "name".into(),
            reason,
        };
        let mut found = Vec::new();
        if self.grants.contains_key(&manifest.name) {
            found.push(fault(None, "another plugin has this name".into()));
        }
        for tool in &manifest.tools {
            let public = public_name(&origin, &manifest.name, &tool.name);
            let alike = match origin {
                Origin::BuiltIn => self.by_name.get(&public),
                Origin::Added => self.by_name.get(&public).or_else(|| self.skeletons.get(&skeleton(&public))),
            };
            if let Some(other) = alike.and_then(|at| self.entries.get(*at)) {
                let reason = match other.public == public {
                    true => format!("another tool is listed as `{public}`"),
                    false => format!("`{public}` looks like `{}`, another tool", other.public),
                };
                found.push(fault(Some(tool), reason));
            }
        }
        found
    }

    fn add(&mut self, plugin: Installed) {
        let Installed { manifest, origin, grant, settings, guest } = plugin;
        self.grants.insert(manifest.name.clone(), Arc::new(grant));
        for tool in manifest.tools {
            let public = public_name(&origin, &manifest.name, &tool.name);
            self.by_name.insert(public.clone(), self.entries.len());
            self.skeletons.insert(skeleton(&public), self.entries.len());
            self.entries.push(Arc::new(Entry {
                public,
                tool,
                plugin: manifest.name.clone(),
                origin,
                settings: settings.clone(),
                guest: Arc::clone(&guest),
                schema: OnceLock::new(),
            }));
        }
    }

    /// What a plugin may do; nothing when it is not served any more.
    pub fn grant(&self, plugin: &str) -> Arc<Grant> {
        self.grants.get(plugin).cloned().unwrap_or_default()
    }

    /// Whether a plugin of this name is served.
    pub fn knows(&self, plugin: &str) -> bool {
        self.grants.contains_key(plugin)
    }

    /// The same tools without those that `listed` does not hold for.
    pub fn only(self, listed: impl Fn(&Entry) -> bool) -> Self {
        let entries: Vec<_> = self.entries.into_iter().filter(|entry| listed(entry)).collect();
        let by_name = entries.iter().enumerate().map(|(at, entry)| (entry.public.clone(), at)).collect();
        Self { entries, by_name, skeletons: HashMap::new(), grants: self.grants }
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Entry>> {
        self.by_name.get(name).and_then(|at| self.entries.get(*at))
    }

    /// All tools in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Up to three names that look like `name`, the likeliest first.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let known = self.entries.iter().map(|entry| entry.public.as_str());
        nearest(name, known).into_iter().map(str::to_owned).collect()
    }
}
