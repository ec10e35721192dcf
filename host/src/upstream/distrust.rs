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
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(in_words(tls));
        }
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            // An io::Error shows what it wraps as itself, and names only what lies behind that as its source.
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
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
        Certificate::BadSignature => {
            "the server's certificate is not signed by the authority that it names: another of the same name may have signed it"
                .to_owned()
        }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use insta::assert_snapshot;
    use rustls::pki_types::ServerName;

    use super::*;

    /// As hyper-rustls hands it on: wrapped twice.
    fn told(error: rustls::Error) -> String {
        distrust(&io::Error::other(io::Error::other(error))).expect("words")
    }

    fn certificate(problem: CertificateError) -> String {
        told(rustls::Error::InvalidCertificate(problem))
    }

    #[test]
    fn what_tls_says_is_told_in_words() {
        let day = UnixTime::since_unix_epoch(Duration::from_hours(24 * 365));
        let expected = ServerName::try_from("help.example").expect("a name");
        let presented = vec!["obey.example".to_owned()];
        let lines = [
            certificate(CertificateError::ExpiredContext { time: day, not_after: day }),
            certificate(CertificateError::NotValidYetContext { time: day, not_before: day }),
            certificate(CertificateError::NotValidForNameContext { expected, presented }),
            certificate(CertificateError::UnknownIssuer),
            certificate(CertificateError::BadSignature),
            certificate(CertificateError::BadEncoding),
            told(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)),
            told(rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure)),
            told(rustls::Error::DecryptError),
        ];
        assert_snapshot!(lines.join("\n"), @r"
        the server's certificate expired on 1971-01-01
        the server's certificate is valid only from 1971-01-01 on: is this computer's clock right?
        the server's certificate is for another name than help.example
        the server's certificate is from an authority that this computer does not know; TICKITI_RELAY_CA can name a company's own
        the server's certificate is not signed by the authority that it names: another of the same name may have signed it
        the server's certificate is not accepted: BadEncoding
        what answers there does not speak TLS; it may be plain http
        the server broke off the TLS handshake: HandshakeFailure
        TLS failed: cannot decrypt peer's message
        ");
        let endless = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
        assert!(
            certificate(CertificateError::ExpiredContext { time: day, not_after: endless }).contains("no calendar")
        );
    }

    #[test]
    fn what_is_not_about_tls_has_no_words() {
        assert_eq!(distrust(&io::Error::from(io::ErrorKind::ConnectionRefused)), None);
        assert_eq!(distrust(&io::Error::other("certificate")), None);
    }
}
