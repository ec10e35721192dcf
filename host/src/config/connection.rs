//! Where the helpdesk is and what lets the relay in.

use std::fmt;
use std::fs::Metadata;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use super::authority::{Authority, authority};
use super::problem::{BaseProblem, ConfigProblem, TokenProblem};
use super::proxy::{ProxyAddress, proxy};
use super::variables::{ALLOW_HTTP, API_BASE, API_TIMEOUT_MS, API_TOKEN, API_TOKEN_FILE};
use super::{ConfigErrors, Environment, shown, small_file, text};
use crate::limits;

/// What the relay needs to speak to a helpdesk.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its address.
    pub base: ApiBase,
    /// What lets the relay in.
    pub token: ApiToken,
    /// For a whole request, its answer included.
    pub timeout: Duration,
    /// The only proxy that is ever used.
    pub proxy: Option<ProxyAddress>,
    /// Who else may vouch for the helpdesk, and for the proxy.
    pub authority: Option<Authority>,
}

/// Address of a helpdesk: https, or http where that was allowed; without user, query, fragment or slash at the end. It may
/// have a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiBase(Url);

/// An API token: visible ASCII. Never shown, wiped from memory when dropped.
#[derive(Clone)]
pub struct ApiToken(SecretString);

impl fmt::Debug for ApiToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiToken(hidden)")
    }
}

impl fmt::Display for ApiBase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl Connection {
    /// Reads address, token, time, proxy and authority from the environment.
    ///
    /// # Errors
    /// All that is missing or wrong.
    pub fn from_env(env: Environment<'_>) -> Result<Self, ConfigErrors> {
        let mut problems = Vec::new();
        let allow_http = allow_http(env).map_err(|problem| problems.push(problem)).ok();
        // Its own problem is told already, and plain http is not told as another.
        let allowed = allow_http.unwrap_or(true);
        let base = base(env, allowed).map_err(|problem| problems.push(problem)).ok();
        let token = token(env).map_err(|problem| problems.push(problem)).ok();
        let timeout = timeout(env).map_err(|problem| problems.push(problem)).ok();
        let proxy = proxy(env, base.as_ref(), allowed).map_err(|problem| problems.push(problem)).ok();
        let authority = authority(env).map_err(|problem| problems.push(problem)).ok();
        match (base, token, timeout, proxy, authority) {
            (Some(base), Some(token), Some(timeout), Some(proxy), Some(authority)) if problems.is_empty() => {
                Ok(Self { base, token, timeout, proxy, authority })
            }
            _ => Err(ConfigErrors(problems)),
        }
    }
}

impl ApiBase {
    /// Checks an address. Plain http goes to this computer only, unless `allow_http`.
    ///
    /// # Errors
    /// What is wrong with it; the text does not repeat the address, which may hold a password.
    pub fn parse(address: &str, allow_http: bool) -> Result<Self, BaseProblem> {
        // The parser would drop line ends and turn `\` into `/`: what is sent to would not be what was read.
        if address.chars().any(|character| character.is_whitespace() || character.is_control() || character == '\\') {
            return Err(BaseProblem::NotAnAddress);
        }
        let url = Url::parse(address).map_err(|_| BaseProblem::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseProblem::Scheme);
        }
        if !is_written_out(address, &url) {
            return Err(BaseProblem::NotAnAddress);
        }
        // An empty user (`https://@host`) is not in the parsed address any more.
        let authority = address.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        if authority.is_some_and(|authority| authority.contains('@')) {
            return Err(BaseProblem::User);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseProblem::Query);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/api/v1") {
            return Err(BaseProblem::ApiPath);
        }
        if url.scheme() == "http" && !allow_http && !is_this_computer(&url) {
            return Err(BaseProblem::Plain);
        }
        let mut url = url;
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address. Its path has no slash at its end, but for a bare `/`.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl ApiToken {
    /// Checks a token.
    ///
    /// # Errors
    /// When it could not be sent as it is.
    pub fn parse(token: &str) -> Result<Self, TokenProblem> {
        if !token.is_empty() && token.chars().all(|character| character.is_ascii_graphic()) {
            Ok(Self(SecretString::from(token)))
        } else {
            Err(TokenProblem::Characters)
        }
    }

    /// The secret, for the one who sends it and the one who removes it from texts; each opens it with `expose_secret`.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

fn base(env: Environment<'_>, allow_http: bool) -> Result<ApiBase, ConfigProblem> {
    let address = text(env, API_BASE)?.ok_or(ConfigProblem::Missing { name: API_BASE })?;
    ApiBase::parse(address.trim(), allow_http).map_err(|problem| ConfigProblem::Base { problem })
}

fn allow_http(env: Environment<'_>) -> Result<bool, ConfigProblem> {
    match text(env, ALLOW_HTTP)?.as_deref() {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(ConfigProblem::Word { name: ALLOW_HTTP, expected: "1 or 0", given: shown(other) }),
    }
}

fn token(env: Environment<'_>) -> Result<ApiToken, ConfigProblem> {
    match (text(env, API_TOKEN)?, text(env, API_TOKEN_FILE)?) {
        (Some(_), Some(_)) => Err(ConfigProblem::TwoTokens),
        (None, None) => Err(ConfigProblem::Missing { name: API_TOKEN }),
        (Some(token), None) => {
            ApiToken::parse(token.trim()).map_err(|problem| ConfigProblem::Token { name: API_TOKEN, problem })
        }
        (None, Some(file)) if !Path::new(&file).is_absolute() => {
            Err(ConfigProblem::Relative { name: API_TOKEN_FILE, given: shown(&file) })
        }
        (None, Some(file)) => {
            token_in(Path::new(&file)).map_err(|problem| ConfigProblem::Token { name: API_TOKEN_FILE, problem })
        }
    }
}

fn token_in(path: &Path) -> Result<ApiToken, TokenProblem> {
    let held = small_file::read(path, limits::TOKEN_FILE_BYTES, is_private)?;
    let held = String::from_utf8(held).map_err(|_| TokenProblem::Characters)?;
    match held.trim() {
        "" => Err(TokenProblem::EmptyFile),
        token => ApiToken::parse(token),
    }
}

#[cfg(unix)]
fn is_private(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 == 0
}

/// On Windows a file in the user's profile is private unless its owner shares it.
#[cfg(not(unix))]
fn is_private(_metadata: &Metadata) -> bool {
    true
}

fn timeout(env: Environment<'_>) -> Result<Duration, ConfigProblem> {
    let Some(given) = text(env, API_TIMEOUT_MS)? else { return Ok(limits::REQUEST_TIMEOUT) };
    let (least, most) = limits::REQUEST_TIMEOUT_BOUNDS;
    let time = given.trim().parse().map(Duration::from_millis).ok().filter(|time| (least..=most).contains(time));
    time.ok_or_else(|| ConfigProblem::Timeout { name: API_TIMEOUT_MS, given: shown(&given) })
}

/// Whether the host is one that somebody wrote: `https:///x` and `https:x` parse too, and make one out of `x`.
pub(super) fn is_written_out(address: &str, url: &Url) -> bool {
    let written = address.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    written.is_some_and(|rest| !rest.starts_with('/'))
}

pub(super) fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
