//! The helpdesk's door: the only room that knows reqwest and the token.
//!
//! [`Upstream::send`] makes one attempt and says what came back. What that means for the call is decided by pure functions:
//! [`CameBack::of`] names the row of the table in DESIGN.md, [`Outcome::of`] its cell, [`judge`] makes the failure that the
//! assistant reads.

mod address;
mod answer;
mod broken;
mod client;
mod distrust;
mod download;
mod failure;
mod judge;
mod retry;
mod wire;

use std::fmt;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use secrecy::{ExposeSecret, SecretString};
use tickiti_relay_routes::Method;
use time::OffsetDateTime;
use tokio::time::Instant;
use url::Url;

pub use answer::{Answer, AnswerBody, HeldValue};
pub use broken::Broken;
pub use download::{NotFetched, download};
pub use failure::{Failure, Look, Problem};
pub use judge::{CameBack, judge};
pub use retry::{Budget, Next, Tried, next};

pub use crate::outcome::Outcome;

use client::Clients;

use crate::admit::Admitted;
use crate::digest::Digest;
use crate::limits;
use crate::redact::Redactor;

/// One helpdesk, its token and how long to wait for it.
pub struct Upstream {
    base: Url,
    authorization: HeaderValue,
    redactor: Redactor,
    identity: Digest,
    timeout: Duration,
    /// The proxy as it may be shown.
    proxy: Option<String>,
    clients: Clients,
}

/// How a helpdesk is reached and let in to.
pub struct Settings<'s> {
    /// Its address.
    pub base: Url,
    /// What lets the relay in.
    pub token: &'s SecretString,
    /// For a whole request, its answer's body included.
    pub timeout: Duration,
    /// The only proxy that is ever used; none is taken from the environment. Name and password in it are never shown.
    pub proxy: Option<Url>,
    /// Certificates in DER form, trusted besides the system's.
    pub authorities: Vec<Vec<u8>>,
}

/// A setting with which no request can be sent. `config` has checked them before; these are the last words on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The address of the helpdesk.
    #[error("TICKITI_API_BASE must be an http or https address with a host and without user name, query or fragment")]
    Base,
    /// The token.
    #[error("TICKITI_API_TOKEN has characters that no HTTP header can carry")]
    Token,
    /// The proxy.
    #[error("TICKITI_RELAY_PROXY must be an http or https address")]
    Proxy,
    /// A certificate.
    #[error("TICKITI_RELAY_CA holds a certificate that is none")]
    Authority,
}

impl Upstream {
    /// Prepares sending. Opens and loads nothing: the system's certificates are read at the first request.
    ///
    /// # Errors
    /// [`Unusable`] names the setting.
    pub fn new(settings: Settings<'_>) -> Result<Self, Unusable> {
        let Settings { base, token, timeout, proxy, authorities } = settings;
        if !address::is_base(&base) {
            return Err(Unusable::Base);
        }
        let secret = token.expose_secret();
        let identity = Digest::of([base.as_str().as_bytes(), secret.as_bytes()]);
        let mut authorization = HeaderValue::try_from(format!("Bearer {secret}")).map_err(|_| Unusable::Token)?;
        authorization.set_sensitive(true);
        let clients = Clients::new(&base, timeout, proxy.as_ref(), &authorities)?;
        let credentials = proxy.as_ref().map(credentials);
        let redactor = Redactor::of_all([token].into_iter().chain(&credentials));
        let proxy = proxy.map(|proxy| proxy.origin().ascii_serialization());
        Ok(Self { base, authorization, redactor, identity, timeout, proxy, clients })
    }

    /// Sends one request, once, and reads the whole answer. `key` is its idempotency key; `within` is how much time is left
    /// for all of it, at most the configured time.
    ///
    /// The token is taken out of what comes back, and the value that the request holds.
    ///
    /// # Errors
    /// [`Broken`] when there is no answer to judge; it knows whether bytes may have left.
    pub async fn send(&self, request: &Admitted, key: Option<&str>, within: Duration) -> Result<Answer, Broken> {
        let began = Instant::now();
        let within = within.min(self.timeout);
        let mut prepared = self.prepare(request, key)?;
        *prepared.timeout_mut() = Some(within);
        let client = self.clients.of(request.route().class, within).map_err(|error| self.unready(&error))?;
        let broken = |error| self.on_the_way(Broken::of(error, began.elapsed().min(within)));
        let mut response = client.execute(prepared).await.map_err(broken)?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            return Err(Broken::Redirect { status, to: self.target(&response) });
        }
        let content_type = text(response.headers(), CONTENT_TYPE.as_str()).map(str::to_owned);
        let retry_after = text(response.headers(), RETRY_AFTER.as_str())
            .and_then(|value| answer::retry_after(value, OffsetDateTime::now_utc()));
        let too_large = Broken::TooLarge { status, limit: limits::RESPONSE_BYTES };
        let declared = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if declared > limits::RESPONSE_BYTES {
            return Err(too_large);
        }
        let mut bytes = Vec::with_capacity(declared);
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > limits::RESPONSE_BYTES {
                return Err(too_large);
            }
            bytes.extend_from_slice(&chunk);
        }
        let received = answer::Received { status, content_type, retry_after, bytes };
        received.into_answer(request.accept(), request.hold(), &self.redactor)
    }

    /// Takes the token out of a text that is about to leave the relay.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Stands for the helpdesk and the token, where neither may be written down.
    pub fn identity(&self) -> &Digest {
        &self.identity
    }

    /// No client could be made. What can be wrong by now is this computer's list of authorities.
    fn unready(&self, error: &reqwest::Error) -> Broken {
        Broken::NotConnected { why: format!("this computer is not ready for TLS: {}", broken::root_cause(error)) }
    }

    /// Names the proxy, which may be what failed.
    fn on_the_way(&self, broken: Broken) -> Broken {
        match (broken, &self.proxy) {
            (Broken::NotConnected { why }, Some(proxy)) => {
                Broken::NotConnected { why: format!("through the proxy {proxy}: {why}") }
            }
            (broken, _) => broken,
        }
    }

    fn prepare(&self, request: &Admitted, key: Option<&str>) -> Result<reqwest::Request, Broken> {
        let unsendable = |why: &str| Broken::Unsendable { why: why.to_owned() };
        let encoded = wire::encode(request.body());
        let url = address::build(&self.base, request.path(), encoded.query).ok_or_else(|| {
            unsendable(
                "its path does not stand for the route's own address; a value in it is not one plain path segment",
            )
        })?;
        let mut prepared = reqwest::Request::new(method(request.route().method), url);
        let headers = prepared.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if let Some(key) = key {
            let mut value =
                HeaderValue::try_from(key).map_err(|_| unsendable("its idempotency key cannot stand in a header"))?;
            value.set_sensitive(true);
            headers.insert("idempotency-key", value);
        }
        if let Some(content_type) = encoded.content_type {
            let value = HeaderValue::try_from(content_type)
                .map_err(|_| unsendable("its content type cannot stand in a header"))?;
            headers.insert(CONTENT_TYPE, value);
            headers
                .insert(CONTENT_LENGTH, HeaderValue::from(encoded.chunks.iter().map(bytes::Bytes::len).sum::<usize>()));
            *prepared.body_mut() = Some(wire::body(encoded.chunks));
        }
        Ok(prepared)
    }

    /// The server that a redirect points to: scheme, host and port.
    fn target(&self, response: &reqwest::Response) -> Option<String> {
        let location = response.url().join(text(response.headers(), LOCATION.as_str())?).ok()?;
        let origin = location.host_str().map(|_| location.origin().ascii_serialization())?;
        Some(self.redactor.redact(&origin).chars().take(limits::ERROR_SENTENCE_CHARS).collect())
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upstream")
            .field("base", &self.base.as_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Name and password for a proxy, as they are sent. Not the password alone: it may be a word that answers have in them.
fn credentials(proxy: &Url) -> SecretString {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    format!("{}:{}", decoded(proxy.username()), decoded(proxy.password().unwrap_or_default())).into()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Post => reqwest::Method::POST,
        Method::Get => reqwest::Method::GET,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

#[cfg(test)]
mod tests;
