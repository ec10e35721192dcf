//! The reqwest clients: whatever they do by themselves is switched off, or said here.
//!
//! Reads share connections, which are kept. Each write has a connection of its own that carries nothing before it and nothing
//! after it, so no late or second answer to something else can be taken for the write's answer.
//!
//! What the libraries could still send anew without being asked (reqwest 0.13.5, hyper-util 0.1.21): reqwest repeats refused
//! HTTP/2 streams, and there is neither HTTP/2 here nor leave to retry. hyper-util repeats a request that it took back from a
//! *kept* connection before the first byte was written, and reqwest cannot switch that off; a request on a fresh connection is
//! never repeated. So for reads it is harmless, and for writes it cannot happen.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Certificate, Client, Proxy, redirect, retry};
use tickiti_relay_routes::Class;
use url::Url;

use super::Unusable;
use crate::limits;

/// The clients of one helpdesk, each made when it is first needed: that reads the system's certificates.
pub(super) struct Clients {
    link: Link,
    timeout: Duration,
    reads: OnceLock<Client>,
    writes: OnceLock<Client>,
}

/// How the helpdesk is reached.
struct Link {
    encrypted: bool,
    proxy: Option<Proxy>,
    authorities: Vec<Certificate>,
}

impl Clients {
    /// `timeout` is the longest time of a request; `authorities` are certificates in DER form.
    pub(super) fn new(
        base: &Url,
        timeout: Duration,
        proxy: Option<&Url>,
        authorities: &[Vec<u8>],
    ) -> Result<Self, Unusable> {
        let encrypted = [Some(base), proxy].into_iter().flatten().any(|url| url.scheme() == "https");
        let authorities = authorities.iter().map(|der| Certificate::from_der(der).map_err(|_| Unusable::Authority));
        let link = Link {
            encrypted,
            proxy: proxy.map(everything_through).transpose()?,
            authorities: authorities.collect::<Result<_, _>>()?,
        };
        Ok(Self { link, timeout, reads: OnceLock::new(), writes: OnceLock::new() })
    }

    /// The client for a request of this class that has so much time.
    ///
    /// A write with little time left gets a client of its own, that gives up connecting while it is still certain that nothing
    /// was sent. Of a read nobody asks that.
    pub(super) fn of(&self, class: Class, within: Duration) -> reqwest::Result<Client> {
        let (kept, connect) = (class == Class::Read, to_connect(self.timeout));
        if !kept && to_connect(within) < connect {
            return self.link.client(false, to_connect(within));
        }
        let made = if kept { &self.reads } else { &self.writes };
        if let Some(client) = made.get() {
            return Ok(client.clone());
        }
        let client = self.link.client(kept, connect)?;
        Ok(made.get_or_init(|| client).clone())
    }
}

impl Link {
    fn client(&self, kept: bool, connect: Duration) -> reqwest::Result<Client> {
        // An error means that a provider is installed already, which serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .user_agent(concat!("tickiti-relay/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .http1_max_headers(limits::RESPONSE_HEADERS)
            .connect_timeout(connect);
        if !kept {
            builder = builder.pool_max_idle_per_host(0);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        builder = if self.encrypted {
            builder.tls_certs_merge(self.authorities.iter().cloned())
        } else {
            // Nothing to verify: the system's certificates need not be read.
            builder.tls_certs_only([])
        };
        builder.build()
    }
}

/// For DNS, TCP, the proxy and TLS together: so much shorter than the whole time that a host that is not there is known as
/// such. Nothing was sent then.
fn to_connect(within: Duration) -> Duration {
    limits::CONNECT_TIMEOUT.min(within / 4 * 3)
}

/// A proxy for everything.
fn everything_through(url: &Url) -> Result<Proxy, Unusable> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Unusable::Proxy);
    }
    Proxy::all(url.clone()).map_err(|_| Unusable::Proxy)
}
