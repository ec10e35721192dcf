//! `plugins.lock`: which plugins are trusted, what each said it is when it was trusted, and what each may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::admit::{Grant, Right};
use crate::contract::{Manifest, Tool};
use crate::sandbox::Digest;

/// The format of the file. A newer relay may write another; an older one must not guess.
const FORMAT: u32 = 1;

/// The lock file as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    format: u32,
    /// The plugins that were added, in that order, which is the order of their tools.
    #[serde(default)]
    pub plugins: Vec<Locked>,
    /// What the built-in plugins may do, where the person changed it.
    #[serde(default)]
    pub builtin: BTreeMap<String, Vec<Right>>,
}

/// One plugin as it was trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version, as it says itself.
    pub version: String,
    /// What it is about, as it says itself.
    pub about: String,
    /// Version of the contract that it was made for.
    pub contract: String,
    /// SHA-256 of its component.
    pub sha256: Digest,
    /// Bytes of its component.
    pub bytes: u64,
    /// Where it came from: a path or an address.
    pub source: String,
    /// When it was trusted, UTC.
    pub trusted: String,
    /// What it may do.
    pub grants: Vec<Right>,
    /// Its tools as they were trusted.
    pub tools: Vec<LockedTool>,
}

/// One tool as it was trusted, and the hash of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTool {
    /// SHA-256 of the definition, in hex.
    pub sha256: String,
    /// What the plugin said.
    pub definition: Tool,
}

/// A definition that is not the one that was trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the definition of the tool `{tool}` is not the one that was trusted")]
pub struct Changed {
    /// Name of the tool.
    pub tool: String,
}

/// Why a text is no lock file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotALock {
    /// It breaks the grammar, or has what this relay does not know.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A newer relay wrote it.
    #[error("it has format {0}, and this relay knows format {FORMAT}")]
    Format(u32),
    /// One name twice.
    #[error("it names the plugin `{0}` twice")]
    Twice(String),
}

impl Default for Lock {
    fn default() -> Self {
        Self { format: FORMAT, plugins: Vec::new(), builtin: BTreeMap::new() }
    }
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, NotALock> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let damaged = |error: serde_json::Error| NotALock::Damaged(error.to_string());
        match serde_json::from_str::<Self>(text) {
            Ok(lock) if lock.format == FORMAT => {
                let twice = lock
                    .plugins
                    .iter()
                    .enumerate()
                    .find(|(at, plugin)| lock.plugins.iter().take(*at).any(|earlier| earlier.name == plugin.name));
                match twice {
                    Some((_, plugin)) => Err(NotALock::Twice(plugin.name.clone())),
                    None => Ok(lock),
                }
            }
            Ok(other) => Err(NotALock::Format(other.format)),
            Err(error) => match serde_json::from_str::<Format>(text) {
                Ok(Format { format }) if format != FORMAT => Err(NotALock::Format(format)),
                _ => Err(damaged(error)),
            },
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The plugin of this name.
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.plugins.iter().find(|plugin| plugin.name == name)
    }

    /// What a built-in plugin may do.
    pub fn grant_of_builtin(&self, name: &str) -> Grant {
        self.builtin.get(name).map_or_else(Grant::all, |rights| Grant::of(rights.clone()))
    }
}

impl Locked {
    /// A plugin as it is trusted now.
    pub fn new(manifest: Manifest, component: &Stored, grants: Vec<Right>, trusted: String) -> Self {
        let Manifest { name, version, about, tools } = manifest;
        let tools = tools.into_iter().map(|definition| LockedTool { sha256: hash(&definition), definition }).collect();
        let Stored { sha256, bytes, contract, source } = component.clone();
        Self { name, version, about, contract, sha256, bytes, source, trusted, grants, tools }
    }

    /// What the plugin said it is.
    ///
    /// # Errors
    /// The first tool whose definition was changed since.
    pub fn manifest(&self) -> Result<Manifest, Changed> {
        let mut tools = Vec::with_capacity(self.tools.len());
        for tool in &self.tools {
            if hash(&tool.definition) != tool.sha256 {
                return Err(Changed { tool: tool.definition.name.clone() });
            }
            tools.push(tool.definition.clone());
        }
        Ok(Manifest { name: self.name.clone(), version: self.version.clone(), about: self.about.clone(), tools })
    }
}

/// A component in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many.
    pub bytes: u64,
    /// Version of the contract that it was made for.
    pub contract: String,
    /// Where it came from.
    pub source: String,
}

/// The hash of a definition: of its JSON in the order of its fields, whatever the file looks like.
fn hash(tool: &Tool) -> String {
    let text = serde_json::to_vec(tool).unwrap_or_default();
    Digest(Sha256::digest(text).into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Access, Effect, FileArgument};

    fn tool(name: &str) -> Tool {
        Tool {
            name: name.into(),
            title: "Weekly digest".into(),
            description: "Writes a digest.".into(),
            input: r#"{"type":"object","properties":{"week":{"type":"string"}}}"#.into(),
            output: Some(r#"{"type":"object"}"#.into()),
            effect: Effect::Read,
            idempotent: true,
            open_world: true,
            routes: vec!["tickets.query".into()],
            files: vec![FileArgument { at: "/path".into(), access: Access::Output }],
        }
    }

    fn lock() -> Lock {
        let manifest = Manifest {
            name: "digest".into(),
            version: "1.0.0".into(),
            about: "Digests.".into(),
            tools: vec![tool("weekly"), tool("daily")],
        };
        let stored =
            Stored { sha256: Digest::of(b"x"), bytes: 1, contract: "0.1.0".into(), source: "digest.wasm".into() };
        let grants = vec!["tickets:read".parse().unwrap(), "tickets.respond{is_internal=true}".parse().unwrap()];
        let locked = Locked::new(manifest, &stored, grants, "2026-11-22T08:00:00Z".into());
        Lock {
            plugins: vec![locked],
            builtin: BTreeMap::from([("generic".into(), vec!["tickets:read".parse().unwrap()])]),
            ..Lock::default()
        }
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let text = lock().text();
        assert_eq!(Lock::parse(&text), Ok(lock()));
        insta::assert_snapshot!(text, @r#"
        {
          "format": 1,
          "plugins": [
            {
              "name": "digest",
              "version": "1.0.0",
              "about": "Digests.",
              "contract": "0.1.0",
              "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
              "bytes": 1,
              "source": "digest.wasm",
              "trusted": "2026-11-22T08:00:00Z",
              "grants": [
                "tickets:read",
                "tickets.respond{is_internal=true}"
              ],
              "tools": [
                {
                  "sha256": "c88b398b9ffded34d7b27e5fa828121b94d9cb52a94356bd1bc4e1c7eabfaee9",
                  "definition": {
                    "name": "weekly",
                    "title": "Weekly digest",
                    "description": "Writes a digest.",
                    "input": "{\"type\":\"object\",\"properties\":{\"week\":{\"type\":\"string\"}}}",
                    "output": "{\"type\":\"object\"}",
                    "effect": "read",
                    "idempotent": true,
                    "open_world": true,
                    "routes": [
                      "tickets.query"
                    ],
                    "files": [
                      {
                        "at": "/path",
                        "access": "output"
                      }
                    ]
                  }
                },
                {
                  "sha256": "f8fc432dc397d8a1d377ccabd81458d4519511dd8d46049899b69eeed475c4bc",
                  "definition": {
                    "name": "daily",
                    "title": "Weekly digest",
                    "description": "Writes a digest.",
                    "input": "{\"type\":\"object\",\"properties\":{\"week\":{\"type\":\"string\"}}}",
                    "output": "{\"type\":\"object\"}",
                    "effect": "read",
                    "idempotent": true,
                    "open_world": true,
                    "routes": [
                      "tickets.query"
                    ],
                    "files": [
                      {
                        "at": "/path",
                        "access": "output"
                      }
                    ]
                  }
                }
              ]
            }
          ],
          "builtin": {
            "generic": [
              "tickets:read"
            ]
          }
        }
        "#);
    }

    #[test]
    fn what_is_no_lock_is_told() {
        assert!(matches!(Lock::parse(""), Err(NotALock::Damaged(_))));
        assert!(matches!(Lock::parse("{}"), Err(NotALock::Damaged(_))));
        assert_eq!(Lock::parse(r#"{"format":2,"anything":1}"#), Err(NotALock::Format(2)));
        let mut twice = lock();
        twice.plugins.push(twice.plugins[0].clone());
        assert_eq!(Lock::parse(&twice.text()), Err(NotALock::Twice("digest".into())));
        let half = lock().text();
        assert!(Lock::parse(&half[..half.len() / 2]).is_err());
    }

    #[test]
    fn two_hundred_changed_definitions_are_refused() {
        let original = lock();
        let text = serde_json::to_value(&original.plugins[0].tools[0].definition).unwrap();
        let mut changed = 0;
        let mut seed = 1_u64;
        while changed < 200 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut value = text.clone();
            mutate(&mut value, seed);
            let Ok(definition) = serde_json::from_value::<Tool>(value) else { continue };
            if definition == original.plugins[0].tools[0].definition {
                continue;
            }
            let mut lock = original.clone();
            lock.plugins[0].tools[0].definition = definition;
            let lock = Lock::parse(&lock.text()).unwrap();
            assert_eq!(
                lock.plugins[0].manifest(),
                Err(Changed { tool: lock.plugins[0].tools[0].definition.name.clone() })
            );
            changed += 1;
        }
        assert!(original.plugins[0].manifest().is_ok());
    }

    /// Changes one field, which one and how told by the seed.
    fn mutate(value: &mut serde_json::Value, seed: u64) {
        let members = value.as_object_mut().unwrap();
        let at = usize::try_from(seed >> 33).unwrap() % members.len();
        let member = members.values_mut().nth(at).unwrap();
        match member {
            serde_json::Value::String(text) if seed & 1 == 0 => text.push_str(&format!("{}", seed % 97)),
            serde_json::Value::String(text) => {
                text.pop();
            }
            serde_json::Value::Bool(flag) => *flag = !*flag,
            serde_json::Value::Array(items) if seed & 1 == 0 => items.clear(),
            serde_json::Value::Array(items) => items.extend(items.first().cloned()),
            other => *other = serde_json::Value::Null,
        }
        if seed & 2 == 0 {
            *members.get_mut("effect").unwrap() =
                ["read", "write", "destructive"][usize::try_from(seed >> 40).unwrap() % 3].into();
        }
    }
}
