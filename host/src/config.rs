//! The configuration: the only reader of the environment.
//!
//! Everything is read through one function from names to values, so that tests need no environment, and everything that is
//! wrong is told at once. Which variables there are stands in [`variables`].

mod authority;
mod connection;
mod folders;
mod problem;
mod proxy;
mod small_file;
#[cfg(test)]
mod tests;
pub mod variables;

use std::ffi::OsString;
use std::path::PathBuf;

pub use authority::Authority;
pub use connection::{ApiBase, ApiToken, Connection};
pub use problem::{AuthorityProblem, BaseProblem, ConfigErrors, ConfigProblem, ProxyProblem, TokenProblem};
pub use proxy::ProxyAddress;

use crate::files::FileRules;
use variables::{API_TOKEN_FILE, AUDIT, FILES, LOG};

/// From the name of a variable to its value.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// What the relay needs to serve a helpdesk.
#[derive(Debug, Clone)]
pub struct Config {
    /// The helpdesk.
    pub connection: Connection,
    /// This computer.
    pub local: Local,
}

/// What the relay needs on this computer. Verbs that speak to no helpdesk read only this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Which files tools reach.
    pub files: FileRules,
    /// Folder of what must last. Not yet made.
    pub state: PathBuf,
    /// Folder of what can be made again. Not yet made.
    pub cache: PathBuf,
    /// Whether decisions and requests are written down.
    pub audit: bool,
    /// The least important message that is logged.
    pub log: tracing::Level,
}

impl Config {
    /// Reads everything.
    ///
    /// # Errors
    /// All that is missing or wrong, of both halves.
    pub fn from_env(env: Environment<'_>) -> Result<Self, ConfigErrors> {
        match (Connection::from_env(env), Local::from_env(env)) {
            (Ok(connection), Ok(local)) => Ok(Self { connection, local }),
            (connection, local) => {
                let problems = connection.err().into_iter().chain(local.err()).flat_map(|errors| errors.0);
                Err(ConfigErrors(problems.collect()))
            }
        }
    }
}

impl Local {
    /// Reads what concerns this computer. Asks the file system nothing.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn from_env(env: Environment<'_>) -> Result<Self, ConfigErrors> {
        let windows = cfg!(windows);
        let mut problems = Vec::new();
        let list = text(env, FILES).and_then(|list| folders::path_list(&list.unwrap_or_default(), windows));
        let roots = list.map_err(|problem| problems.push(problem)).unwrap_or_default();
        let state = folders::state(env, windows).map_err(|problem| problems.push(problem)).ok();
        let cache = folders::cache(env, windows, state.as_deref()).map_err(|problem| problems.push(problem)).ok();
        let log = log(env).map_err(|problem| problems.push(problem)).ok();
        let audit = audit(env).map_err(|problem| problems.push(problem)).ok();

        let token_file = env(API_TOKEN_FILE).map(PathBuf::from).filter(|path| path.is_absolute());
        let files = FileRules {
            roots,
            // Without one there is a problem already, and what is wrong with the roots is still told.
            state: state.clone().unwrap_or_default(),
            private: cache.iter().cloned().chain(token_file).collect(),
            home: folders::home(env, windows),
            own: true,
        };
        problems.extend(files.refused().into_iter().map(|root| ConfigProblem::Folder { name: FILES, root }));
        match (state, cache, log, audit) {
            (Some(state), Some(cache), Some(log), Some(audit)) if problems.is_empty() => {
                Ok(Self { files, state, cache, audit, log })
            }
            _ => Err(ConfigErrors(problems)),
        }
    }
}

/// How the internet is reached: what a download needs.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The only proxy that is used.
    pub proxy: Option<ProxyAddress>,
    /// A company's own authority.
    pub authority: Option<Authority>,
}

impl Way {
    /// Reads it.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn from_env(env: Environment<'_>) -> Result<Self, ConfigErrors> {
        match (proxy::proxy(env, None, true), authority::authority(env)) {
            (Ok(proxy), Ok(authority)) => Ok(Self { proxy, authority }),
            (proxy, authority) => Err(ConfigErrors(proxy.err().into_iter().chain(authority.err()).collect())),
        }
    }
}

/// The environment of this process. Where `HOME` is not set, as for some services, the system's list of users tells it.
pub fn process_environment(name: &str) -> Option<OsString> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let value = std::env::var_os(name);
    match name {
        "HOME" if value.as_ref().is_none_or(|home| home.is_empty()) => std::env::home_dir().map(Into::into),
        _ => value,
    }
}

fn audit(env: Environment<'_>) -> Result<bool, ConfigProblem> {
    let Some(given) = text(env, AUDIT)? else { return Ok(true) };
    match given.trim().to_ascii_lowercase().as_str() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(ConfigProblem::Word { name: AUDIT, expected: "on or off", given: shown(&given) }),
    }
}

fn log(env: Environment<'_>) -> Result<tracing::Level, ConfigProblem> {
    let Some(given) = text(env, LOG)? else { return Ok(tracing::Level::WARN) };
    match given.trim().to_ascii_lowercase().as_str() {
        "error" => Ok(tracing::Level::ERROR),
        "warn" => Ok(tracing::Level::WARN),
        "info" => Ok(tracing::Level::INFO),
        "debug" => Ok(tracing::Level::DEBUG),
        "trace" => Ok(tracing::Level::TRACE),
        _ => {
            Err(ConfigProblem::Word { name: LOG, expected: "error, warn, info, debug or trace", given: shown(&given) })
        }
    }
}

/// A variable as text. One that is set to nothing, as clients do with a form left blank, counts as not set.
fn text(env: Environment<'_>, name: &'static str) -> Result<Option<String>, ConfigProblem> {
    match env(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(value)) if value.trim().is_empty() => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(_)) => Err(ConfigProblem::NotText { name }),
    }
}

/// A value as it may stand in a text: one line, short.
fn shown(value: &str) -> String {
    let cut: String = value.chars().take(crate::limits::PATH_SHOWN_CHARS).flat_map(char::escape_debug).collect();
    if value.chars().nth(crate::limits::PATH_SHOWN_CHARS).is_some() { format!("{cut}…") } else { cut }
}
