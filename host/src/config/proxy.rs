//! The proxy between the relay and the helpdesk.

use std::fmt;

use url::Url;

use super::connection::{ApiBase, is_this_computer, is_written_out};
use super::problem::{ConfigProblem, ProxyProblem};
use super::variables::PROXY;
use super::{Environment, text};

/// Address of a proxy. It may hold a name and a password, which are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyAddress(Url);

impl fmt::Display for ProxyAddress {
    /// Without name and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for ProxyAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ProxyAddress({self})")
    }
}

impl ProxyAddress {
    /// Checks an address.
    ///
    /// # Errors
    /// What is wrong with it; the text does not repeat the address, which may hold a password.
    pub fn parse(address: &str) -> Result<Self, ProxyProblem> {
        if address.chars().any(|character| character.is_whitespace() || character.is_control() || character == '\\') {
            return Err(ProxyProblem::NotAnAddress);
        }
        let url = Url::parse(address).map_err(|_| ProxyProblem::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ProxyProblem::Scheme);
        }
        if !is_written_out(address, &url) {
            return Err(ProxyProblem::NotAnAddress);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyProblem::Path);
        }
        Ok(Self(url))
    }

    /// The address, with name and password where it has them: for the one who connects.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it holds a name or a password.
    pub fn has_credentials(&self) -> bool {
        !self.0.username().is_empty() || self.0.password().is_some()
    }
}

/// Reads it. A request over plain http can be read by the proxy, so it needs the same leave as one to another computer.
pub(super) fn proxy(
    env: Environment<'_>,
    base: Option<&ApiBase>,
    allow_http: bool,
) -> Result<Option<ProxyAddress>, ConfigProblem> {
    let Some(given) = text(env, PROXY)? else { return Ok(None) };
    let wrong = |problem| ConfigProblem::Proxy { problem };
    let proxy = ProxyAddress::parse(given.trim()).map_err(wrong)?;
    let plain = base.is_some_and(|base| base.url().scheme() == "http");
    if plain && !allow_http && !is_this_computer(proxy.url()) {
        return Err(wrong(ProxyProblem::Plain));
    }
    Ok(Some(proxy))
}
