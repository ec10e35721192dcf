//! Fetching a file that a person named: without the token, over TLS only.

use std::time::Duration;

use reqwest::header::LOCATION;
use tickiti_relay_routes::Class;
use url::Url;

use super::Unusable;
use super::broken::Broken;
use super::client::Clients;
use crate::limits;

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotFetched {
    /// Not an address that is fetched from.
    #[error("{0} is not an https address; download the file yourself, and name it instead")]
    Address(String),
    /// A setting with which nothing can be fetched.
    #[error(transparent)]
    Setting(#[from] Unusable),
    /// The connection, or the answer.
    #[error("{0}")]
    Broken(String),
    /// The server has no such file.
    #[error("{address} answered {status}")]
    Status {
        /// The last address that was asked.
        address: String,
        /// What it answered.
        status: u16,
    },
    /// More than a file of this sort has.
    #[error("what {address} sends has more than {most} bytes")]
    TooLarge {
        /// The last address that was asked.
        address: String,
        /// The limit.
        most: usize,
    },
    /// One forwards to the next.
    #[error("it is forwarded more than {0} times")]
    Forwarded(usize),
}

/// Fetches a file of at most `most` bytes. Follows a few redirects, each to another https address.
///
/// # Errors
/// Why not.
pub async fn download(
    address: &str,
    proxy: Option<&Url>,
    authorities: &[Vec<u8>],
    most: usize,
) -> Result<Vec<u8>, NotFetched> {
    let mut address = parsed(address)?;
    for _ in 0..=limits::DOWNLOAD_REDIRECTS {
        let clients = Clients::new(&address, limits::DOWNLOAD_TIME, proxy, authorities)?;
        let client = clients
            .of(Class::Read, Duration::MAX)
            .map_err(|error| NotFetched::Broken(Broken::of(error, limits::DOWNLOAD_TIME).to_string()))?;
        let broken = |error: reqwest::Error| NotFetched::Broken(Broken::of(error, limits::DOWNLOAD_TIME).to_string());
        let mut answer = client.get(address.clone()).timeout(limits::DOWNLOAD_TIME).send().await.map_err(broken)?;
        let status = answer.status();
        if status.is_redirection() {
            let next = answer
                .headers()
                .get(LOCATION)
                .and_then(|next| next.to_str().ok())
                .and_then(|next| address.join(next).ok());
            address = parsed(next.as_ref().map_or("nowhere", Url::as_str))?;
            continue;
        }
        if !status.is_success() {
            return Err(NotFetched::Status { address: address.to_string(), status: status.as_u16() });
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > most {
                return Err(NotFetched::TooLarge { address: address.to_string(), most });
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(bytes);
    }
    Err(NotFetched::Forwarded(limits::DOWNLOAD_REDIRECTS))
}

fn parsed(address: &str) -> Result<Url, NotFetched> {
    let url =
        Url::parse(address).ok().filter(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty());
    url.ok_or_else(|| NotFetched::Address(crate::redact::clean(address).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_fetched() {
        assert!(parsed("https://example.com/digest.wasm").is_ok());
        for address in
            ["http://example.com/x", "file:///etc/passwd", "ftp://a/b", "https://user:secret@a/b", "x.wasm", ""]
        {
            assert!(parsed(address).is_err(), "{address}");
        }
    }
}
