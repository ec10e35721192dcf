//! The tools that are served, by name. Pure: built from manifests, it loads no code.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::check::{self, Fault};
use super::near::nearest;
use super::schema::Schema;
use crate::admit::Grant;
use crate::contract::{Guest, Manifest, Tool};

/// A plugin that is served.
pub struct Installed {
    /// What it says it is.
    pub manifest: Manifest,
    /// What it may do.
    pub grant: Grant,
    /// Its code, loaded at first use.
    pub guest: Arc<dyn Guest>,
}

/// One tool that is served.
pub struct Entry {
    /// As its plugin describes it.
    pub tool: Tool,
    /// Name of its plugin.
    pub plugin: String,
    /// What its plugin may do.
    pub grant: Grant,
    /// Its plugin's code.
    pub guest: Arc<dyn Guest>,
    schema: OnceLock<Schema>,
}

impl Entry {
    /// The schema of its arguments, made ready at first use. It was checked when the catalogue was built.
    pub fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| Schema::new(&self.tool.input).unwrap_or_default())
    }
}

/// All tools, in the order in which the assistant sees them.
#[derive(Default)]
pub struct Catalogue {
    entries: Vec<Arc<Entry>>,
    by_name: HashMap<String, usize>,
}

impl Catalogue {
    /// Builds the catalogue. A plugin with a fault is left out whole, and the fault told; the others are served.
    pub fn new(installed: impl IntoIterator<Item = Installed>) -> (Self, Vec<Fault>) {
        let mut catalogue = Self::default();
        let mut faults = Vec::new();
        for plugin in installed {
            let found = check::faults(&plugin.manifest, |name| catalogue.by_name.contains_key(name));
            if found.is_empty() {
                catalogue.add(plugin);
            } else {
                faults.extend(found);
            }
        }
        (catalogue, faults)
    }

    fn add(&mut self, plugin: Installed) {
        let Installed { manifest, grant, guest } = plugin;
        for tool in manifest.tools {
            self.by_name.insert(tool.name.clone(), self.entries.len());
            self.entries.push(Arc::new(Entry {
                tool,
                plugin: manifest.name.clone(),
                grant: grant.clone(),
                guest: Arc::clone(&guest),
                schema: OnceLock::new(),
            }));
        }
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
        let known = self.entries.iter().map(|entry| entry.tool.name.as_str());
        nearest(name, known).into_iter().map(str::to_owned).collect()
    }
}
