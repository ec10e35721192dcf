//! The relay under test: how it is set up, started as a server, or run as a verb.

use std::ffi::{OsStr, OsString};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use tickiti_relay_scratch::Running;

use crate::binary;
use crate::client::{Client, LEGACY};
use crate::ground::Ground;
use crate::trouble::Trouble;

/// What a program needs of its environment to run at all; nothing else of ours reaches it.
const PASSED_ON: [&str; 5] = ["PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LLVM_PROFILE_FILE"];

/// A relay with folders of its own, no helpdesk and no token.
#[must_use]
pub fn relay() -> Setup {
    let ground = Ground::new().map(Arc::new).map_err(|trouble| trouble.to_string());
    Setup { ground, program: Vec::new(), env: Vec::new(), first: Vec::new(), tokens: Vec::new() }
}

/// How a relay is to be started. It can be started several times, one after the other or at once: then its folders are
/// shared, as those of one person's relays are.
#[derive(Clone)]
pub struct Setup {
    /// A failure is told at the start, so that setting up reads as one sentence.
    ground: Result<Arc<Ground>, String>,
    /// Another program and its arguments instead of the relay; empty for the relay.
    program: Vec<OsString>,
    /// `None` takes a variable away.
    env: Vec<(OsString, Option<OsString>)>,
    /// Arguments before any verb.
    first: Vec<OsString>,
    /// Names and secrets of the helpdesk's tokens.
    tokens: Vec<(String, String)>,
}

impl Setup {
    /// The helpdesk's address.
    #[must_use]
    pub fn base(self, address: &str) -> Self {
        self.env("TICKITI_API_BASE", address)
    }

    /// A scratch helpdesk, with the token that may do everything.
    #[must_use]
    pub fn helpdesk(self, helpdesk: &Running) -> Self {
        let tokens = helpdesk.tokens();
        let with_tokens = Self { tokens, ..self.base(&helpdesk.base()) };
        with_tokens.token("full")
    }

    /// Another token of the helpdesk, by its name: `tickets`, `read`, `no_plan`.
    #[must_use]
    pub fn token(self, name: &str) -> Self {
        match self.tokens.iter().find(|(known, _)| known == name).map(|(_, secret)| secret.clone()) {
            Some(secret) => self.secret(&secret),
            None => Self { ground: Err(format!("the helpdesk has no token `{name}`")), ..self },
        }
    }

    /// The token, itself.
    #[must_use]
    pub fn secret(self, secret: &str) -> Self {
        if let Ok(ground) = &self.ground {
            ground.guard(secret);
        }
        self.env("TICKITI_API_TOKEN", secret)
    }

    /// A folder that tools may use; called again, one more.
    #[must_use]
    pub fn files(self, folder: &Path) -> Self {
        let name = OsStr::new("TICKITI_RELAY_FILES");
        let before = self.env.iter().rev().find(|(known, _)| known == name).and_then(|(_, value)| value.clone());
        let folders = before.iter().map(PathBuf::from).chain([folder.to_owned()]);
        let joined = std::env::join_paths(folders.map(|folder| folder.into_os_string())).unwrap_or_default();
        self.env(name, joined)
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Without a variable that it would have.
    #[must_use]
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// An argument before the verb: `--routes`.
    #[must_use]
    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.first.push(argument.as_ref().to_owned());
        self
    }

    /// Another MCP server instead of the relay, with the same environment: to compare. Paths in its command are the caller's.
    #[must_use]
    pub fn program(mut self, command: &[OsString]) -> Self {
        self.program = command.to_vec();
        self
    }

    /// With a cache of its own, empty at first, instead of the one that the tests share.
    #[must_use]
    pub fn own_cache(self) -> Self {
        match self.ground() {
            Ok(ground) => {
                let cache = ground.root().join("cache");
                self.env("TICKITI_RELAY_CACHE", cache)
            }
            Err(_) => self,
        }
    }

    /// Its folders.
    ///
    /// # Errors
    /// When they could not be made.
    pub fn ground(&self) -> Result<Arc<Ground>, Trouble> {
        self.ground.clone().map_err(|why| Trouble::shape("folders for a test", why))
    }

    /// Starts it as a server and greets it in the newest version with a handshake.
    ///
    /// # Errors
    /// When it does not start or does not greet back.
    pub fn start(&self) -> Result<Session, Trouble> {
        let mut session = self.start_silent()?;
        session.initialize(LEGACY)?;
        Ok(session)
    }

    /// Starts it as a server and says nothing to it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_silent(&self) -> Result<Session, Trouble> {
        warm();
        let client = Client::start(self.command()?)?;
        Ok(Session { client, setup: self.clone() })
    }

    /// Runs a verb to its end.
    ///
    /// # Errors
    /// When it does not start or does not end.
    pub fn verb<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Output, Trouble> {
        warm();
        self.run(arguments)
    }

    fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Output, Trouble> {
        let mut command = self.command()?;
        command.args(arguments);
        let mut client = Client::start(command)?;
        let status = client.finish()?;
        let output = Output {
            code: status.code(),
            stdout: String::from_utf8_lossy(&client.stdout()).into_owned(),
            stderr: String::from_utf8_lossy(&client.stderr()).into_owned(),
        };
        let ground = self.ground()?;
        ground.heard("stdout", client.stdout());
        ground.heard("stderr", client.stderr());
        Ok(output)
    }

    /// The command line, for those who start it in their own way.
    ///
    /// # Errors
    /// When the program cannot be built, or its folders could not be made.
    pub fn command(&self) -> Result<Command, Trouble> {
        let ground = self.ground()?;
        let mut command = match self.program.split_first() {
            None => {
                let mut command = Command::new(binary::path()?);
                command.current_dir(ground.folder("work"));
                command
            }
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
        };
        command.args(&self.first).env_clear();
        for name in PASSED_ON {
            if let Some(value) = binary::variable(name) {
                command.env(name, value);
            }
        }
        let temp = ground.folder("temp");
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, &temp);
        }
        for name in ["HOME", "USERPROFILE"] {
            command.env(name, ground.folder("home"));
        }
        command.env("TICKITI_RELAY_STATE", ground.folder("state"));
        command.env("TICKITI_RELAY_CACHE", Ground::shared_cache()?);
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Ok(command)
    }
}

/// Lets one relay compile the plugins into the shared cache, before many do it at once.
fn warm() {
    static WARM: OnceLock<()> = OnceLock::new();
    WARM.get_or_init(|| {
        // Whatever is wrong shows again, and better, in the test itself.
        let _ = relay().base("http://127.0.0.1:9").secret("0|nobody-asks-for-this-one").run(["tools"]);
    });
}

/// How a verb ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
}

/// A relay that serves, and the way to talk to it.
pub struct Session {
    client: Client,
    setup: Setup,
}

impl Session {
    /// How it was set up: to start another one in the same folders, or run a verb there.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.client.close_input();
        // It should end by itself; a test that wants to know waits for it.
        self.client.kill();
        if let Ok(ground) = self.setup.ground() {
            ground.heard("stdout", self.client.stdout());
            ground.heard("stderr", self.client.stderr());
        }
    }
}
