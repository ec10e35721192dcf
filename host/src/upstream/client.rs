//! The one reqwest client: whatever it does by itself is switched off.

use std::time::Duration;

use reqwest::{Client, Proxy, redirect, retry};
use url::Url;

use super::Unusable;
use crate::limits;

/// Builds the client. Loads the system's certificates, unless nothing is encrypted anyway.
///
/// hyper may still send a request anew when a kept connection turns out dead before the first byte was written; it gets the
/// request back in that case only, so nothing is ever sent twice.
pub(super) fn build(base: &Url, timeout: Duration, proxy: Option<Proxy>) -> reqwest::Result<Client> {
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
        // So much shorter than the whole time that a host that is not there is known as such: nothing was sent then.
        .connect_timeout(limits::CONNECT_TIMEOUT.min(timeout / 4 * 3))
        .timeout(timeout);
    if base.scheme() == "http" && proxy.is_none() {
        builder = builder.tls_certs_only([]);
    }
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    builder.build()
}

/// A proxy for everything.
pub(super) fn proxy(address: &str) -> Result<Proxy, Unusable> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    Proxy::all(url.ok_or(Unusable::Proxy)?).map_err(|_| Unusable::Proxy)
}
