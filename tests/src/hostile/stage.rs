//! Where hostile plugins are run: a helpdesk, a relay's folders, and the plugins added as a person adds them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tickiti_relay_scratch::{Helpdesk, Options, Running};

use super::kinds::{Kind, Run};
use crate::guests;
use crate::handmade::Handmade;
use crate::plugins;
use crate::relay::{self, Output, Session, Setup};
use crate::trouble::Trouble;

/// What the hostile guest may do: enough to get far, and notes only where it would like to write to customers.
const GRANTS: [&str; 4] = [
    "tickets.query",
    "tickets.attachment_upload",
    "administration.users.queue_upsert",
    "tickets.respond{is_internal=true}",
];
/// Letters that no eye takes for one another.
const LETTERS: &str = "bdfghkmnprstvwxyz";

/// A helpdesk, and relays that have the hostile plugins.
pub struct Stage {
    /// Who must not notice anything.
    pub helpdesk: Running,
    setup: Setup,
    folder: TempDir,
    kinds: Vec<Kind>,
}

impl Stage {
    /// Starts a helpdesk and adds every plugin that is to be called, and a neighbour that has nothing to do with them.
    ///
    /// # Errors
    /// When something of that does not come off.
    pub fn new(kinds: Vec<Kind>) -> Result<Self, Trouble> {
        let helpdesk = Helpdesk::start(Options::default());
        let helpdesk = helpdesk.map_err(|error| Trouble::shape("a scratch helpdesk", error))?;
        let folder = tempfile::Builder::new().prefix("tickiti-relay-hostile-").tempdir();
        let folder = folder.map_err(Trouble::io("making a folder"))?;
        let setup = relay::relay().helpdesk(&helpdesk);
        let mut stage = Self { helpdesk, setup, folder, kinds };
        for (name, file) in [("inside", "given.txt"), ("outside", "secret.txt"), ("plugins", "none.txt")] {
            std::fs::create_dir(stage.place(name)?).map_err(Trouble::io("making a folder"))?;
            std::fs::write(stage.place(name)?.join(file), "words of a person")
                .map_err(Trouble::io("writing a file"))?;
        }
        for name in ["inside", "outside"] {
            stage.setup = stage.setup.clone().files(&stage.place(name)?);
        }
        stage.add_all()?;
        Ok(stage)
    }

    fn add_all(&self) -> Result<(), Trouble> {
        let mut grants: Vec<String> = GRANTS.iter().map(|grant| (*grant).to_owned()).collect();
        grants.push(format!("folder:{}", self.place("inside")?.display()));
        for part in guests::HOSTILE_PARTS {
            self.must_add(&format!("hostile{part}"), &guests::hostile_part(part)?, &grants)?;
        }
        self.must_add("neighbour", &component(&Handmade::saying("neighbour", "ping", "pong"))?, &[])?;
        for kind in &self.kinds {
            if let Run::AddAndCall(made, _) = &kind.run {
                let name = self.plugin_of(kind);
                self.must_add(&name, &component(&made.handmade().renamed(&name))?, &["tickets:write".to_owned()])?;
            }
        }
        Ok(())
    }

    /// All kinds.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// A relay with all plugins.
    ///
    /// # Errors
    /// When it does not start.
    pub fn relay(&self) -> Result<Session, Trouble> {
        self.setup.start()
    }

    /// The relay's verbs.
    ///
    /// # Errors
    /// When it does not start or end.
    pub fn verb(&self, arguments: &[&str]) -> Result<Output, Trouble> {
        self.setup.verb(arguments)
    }

    /// A folder of this stage, as the operating system calls it: `inside` is granted, `outside` is not.
    ///
    /// # Errors
    /// When there is none.
    pub fn place(&self, name: &str) -> Result<PathBuf, Trouble> {
        let root = self.folder.path().canonicalize().map_err(Trouble::io("finding a folder"))?;
        Ok(root.join(name))
    }

    /// Adds a component as a person does who has looked at its digest.
    ///
    /// # Errors
    /// When the verb does not run.
    pub fn add(&self, name: &str, bytes: &[u8], grants: &[String]) -> Result<Output, Trouble> {
        let file = self.place("plugins")?.join(format!("{name}.wasm"));
        std::fs::write(&file, bytes).map_err(Trouble::io("writing a plugin"))?;
        let grants: Vec<&str> = grants.iter().map(String::as_str).collect();
        plugins::add(&self.setup, &file, &grants)
    }

    fn must_add(&self, name: &str, bytes: &[u8], grants: &[String]) -> Result<(), Trouble> {
        let output = self.add(name, bytes, grants)?;
        if output.code == Some(0) { Ok(()) } else { Err(Trouble::shape(format!("`{name}` added"), output.stderr)) }
    }

    /// The name under which a kind that is called was added.
    fn plugin_of(&self, kind: &Kind) -> String {
        let called = self.kinds.iter().filter(|kind| matches!(kind.run, Run::AddAndCall(..)));
        let place = called.take_while(|other| other.name != kind.name).count();
        format!("{}ade", LETTERS.chars().nth(place).unwrap_or('c'))
    }

    /// The tool that a kind is called by, and its arguments; none for one that is only added.
    ///
    /// # Errors
    /// When the arguments are no JSON, or the tool is in no part.
    pub fn call_of(&self, kind: &Kind, tools: &[String]) -> Result<Option<(String, serde_json::Value)>, Trouble> {
        let (tool, arguments) = match &kind.run {
            Run::Add(_) => return Ok(None),
            Run::AddAndCall(_, arguments) => (format!("{}_attack", self.plugin_of(kind)), arguments),
            Run::Tool(tool, arguments) => {
                let listed = |part: &char| Some(format!("hostile{part}_{tool}")).filter(|name| tools.contains(name));
                let name = guests::HOSTILE_PARTS.iter().find_map(listed);
                (name.ok_or_else(|| Trouble::shape(format!("a tool `{tool}`"), "it is not listed"))?, arguments)
            }
        };
        let mut arguments = (*arguments).to_owned();
        for name in ["inside", "outside"] {
            arguments = arguments.replace(&format!("{{{name}}}"), path(&self.place(name)?)?);
        }
        let arguments = serde_json::from_str(&arguments).map_err(|error| Trouble::shape("arguments", error))?;
        Ok(Some((tool, arguments)))
    }
}

/// The component of a plugin by hand.
pub(super) fn component(made: &Handmade) -> Result<Vec<u8>, Trouble> {
    made.component().map_err(|why| Trouble::shape("a component by hand", why))
}

fn path(path: &Path) -> Result<&str, Trouble> {
    path.to_str().ok_or_else(|| Trouble::shape("a path in Unicode", path.display()))
}
