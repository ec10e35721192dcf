//! Why TLS did not come about, in words for who can do something about it.
//!
//! No name that stands in a certificate is repeated: whoever answers in the helpdesk's place wrote it.

use std::error::Error;
use std::io;

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, InvalidMessage, PeerIncompatible};
use time::OffsetDateTime;

/// What TLS has against the other side, if it is TLS that stopped it.
pub(super) fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An io::Error that wraps another shows it as itself, not as its source.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let wrapped = wrapped.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(tls) = error.downcast_ref::<rustls::Error>().or(wrapped) {
            return Some(in_words(tls));
        }
        cause = error.source();
    }
    None
}

fn in_words(error: &rustls::Error) -> String {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(problem) => of_certificate(problem),
        Tls::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "the server speaks only a TLS older than 1.2, which is not safe".to_owned(),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers there does not speak TLS; it may be plain http".to_owned()
        }
        Tls::AlertReceived(alert) => format!("the server broke off the TLS handshake: {alert:?}"),
        other => format!("TLS failed: {other}"),
    }
}

fn of_certificate(problem: &CertificateError) -> String {
    use CertificateError as Certificate;
    match problem {
        Certificate::Expired => "the server's certificate has expired".to_owned(),
        Certificate::ExpiredContext { not_after, .. } => {
            format!("the server's certificate expired on {}", day(*not_after))
        }
        Certificate::NotValidYet => {
            "the server's certificate is not valid yet: is this computer's clock right?".to_owned()
        }
        Certificate::NotValidYetContext { not_before, .. } => {
            format!(
                "the server's certificate is valid only from {} on: is this computer's clock right?",
                day(*not_before)
            )
        }
        Certificate::NotValidForName => "the server's certificate is for another name".to_owned(),
        Certificate::NotValidForNameContext { expected, .. } => {
            format!("the server's certificate is for another name than {}", expected.to_str())
        }
        Certificate::UnknownIssuer => UNKNOWN.to_owned(),
        Certificate::Revoked => "the server's certificate was revoked".to_owned(),
        // A certificate that signs itself and others, as `openssl req -x509` makes it. Its error has no type that can be named.
        Certificate::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => UNKNOWN.to_owned(),
        other => format!("the server's certificate is not accepted: {other}"),
    }
}

const UNKNOWN: &str = "the server's certificate is from an authority that this computer does not know; \
                       TICKITI_RELAY_CA can name a company's own";

/// `2026-11-22`.
fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let moment = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    moment.map_or_else(|| "a day that no calendar has".to_owned(), |moment| moment.date().to_string())
}
