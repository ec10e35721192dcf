//! What is wrong with the configuration, all of it in one line.

use std::fmt;

use super::variables::{API_BASE, API_TOKEN, API_TOKEN_FILE, CA, PROXY};
use crate::files::RootRefusal;
use crate::limits::REQUEST_TIMEOUT_BOUNDS;

/// One thing that is wrong. No text holds a token, or an address that may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// Needed, and not set or empty.
    #[error("{}", missing(name))]
    Missing {
        /// Of the variable.
        name: &'static str,
    },
    /// Both ways to give the token.
    #[error("{API_TOKEN} and {API_TOKEN_FILE} are both set: set one")]
    TwoTokens,
    /// Bytes that are no text.
    #[error("{name} is not UTF-8")]
    NotText {
        /// Of the variable.
        name: &'static str,
    },
    /// The address of the helpdesk.
    #[error("{API_BASE} {problem}")]
    Base {
        /// What is wrong with it.
        problem: BaseProblem,
    },
    /// The token, from wherever it came.
    #[error("{name} {problem}")]
    Token {
        /// Where it came from.
        name: &'static str,
        /// What is wrong with it.
        problem: TokenProblem,
    },
    /// The proxy.
    #[error("{PROXY} {problem}")]
    Proxy {
        /// What is wrong with it.
        problem: ProxyProblem,
    },
    /// A company's certificate authority.
    #[error("{CA} {problem}")]
    Authority {
        /// What is wrong with it.
        problem: AuthorityProblem,
    },
    /// A time out of bounds, or none.
    #[error("{name} must be a whole number of milliseconds from {} to {}, not `{given}`", REQUEST_TIMEOUT_BOUNDS.0.as_millis(), REQUEST_TIMEOUT_BOUNDS.1.as_millis())]
    Timeout {
        /// Of the variable.
        name: &'static str,
        /// As it was given, made visible and cut.
        given: String,
    },
    /// A word that is not one of a few.
    #[error("{name} must be {expected}, not `{given}`")]
    Word {
        /// Of the variable.
        name: &'static str,
        /// Which words there are.
        expected: &'static str,
        /// As it was given, made visible and cut.
        given: String,
    },
    /// A path that depends on where the relay is started.
    #[error("{name} must be an absolute path, written out without `~`, not `{given}`")]
    Relative {
        /// Of the variable.
        name: &'static str,
        /// As it was given, made visible and cut.
        given: String,
    },
    /// A folder that tools may not have.
    #[error("{name}: {root}")]
    Folder {
        /// Of the variable.
        name: &'static str,
        /// Which, and why.
        root: RootRefusal,
    },
    /// `:ro` with no folder before it.
    #[error("{name} has `ro` with no folder before it")]
    ReadOnlyWhat {
        /// Of the variable.
        name: &'static str,
    },
    /// The same folder twice with other rights.
    #[error("{name} names `{given}` twice, once with `:ro`")]
    Twice {
        /// Of the variable.
        name: &'static str,
        /// As it was given, made visible and cut.
        given: String,
    },
    /// No default can be told.
    #[error("{name} must be set: the user's home folder is not known")]
    NoHome {
        /// Of the variable.
        name: &'static str,
    },
}

/// What is wrong with the address of the helpdesk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseProblem {
    /// Does not parse.
    #[error("is not an address: give one such as https://support.example.com")]
    NotAnAddress,
    /// `ftp:`, `file:`.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// `https://name:password@…`.
    #[error("must not hold a user name or password: the token is all that is needed")]
    User,
    /// `?…` or `#…`.
    #[error("must not hold `?` or `#`: give the address only")]
    Query,
    /// With `/api/v1` at its end.
    #[error("must not end with /api/v1: the relay adds that")]
    ApiPath,
    /// http to another computer.
    #[error(
        "must begin with https://: over plain http anyone on the way can read the token (TICKITI_RELAY_ALLOW_HTTP=1 allows it)"
    )]
    Plain,
}

/// What is wrong with the token or its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenProblem {
    /// Nothing in the file.
    #[error("names an empty file: it must hold the token and nothing else")]
    EmptyFile,
    /// Would not fit into a header, or is not what was meant.
    #[error("holds a space, a line end or a character that no token has: copy the token again")]
    Characters,
    /// Not there.
    #[error("names a file that does not exist")]
    NoFile,
    /// Cannot be read.
    #[error("names a file that the relay's user cannot read")]
    Closed,
    /// A folder, say.
    #[error("names something that is not a regular file")]
    NotAFile,
    /// No token is that long.
    #[error("names a file that is too large to be a token")]
    TooLarge,
    /// Others may read or change it.
    #[error("names a file that other users can read or change: make it private with `chmod 600`")]
    NotPrivate,
}

/// What is wrong with the address of the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyProblem {
    /// Does not parse.
    #[error("is not an address: give one such as http://proxy.example.com:3128")]
    NotAnAddress,
    /// `socks5:`, say.
    #[error("must begin with http:// or https://: no other sort of proxy is used")]
    Scheme,
    /// More than a server.
    #[error("must not hold a path, `?` or `#`: give the proxy's address and port only")]
    Path,
    /// A helpdesk over http, through another computer.
    #[error(
        "cannot be used with an address that begins with http://: the proxy, and anyone on the way to it, can read the token (TICKITI_RELAY_ALLOW_HTTP=1 allows it)"
    )]
    Plain,
}

/// What is wrong with the file of a certificate authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityProblem {
    /// Not there.
    #[error("names a file that does not exist")]
    NoFile,
    /// Cannot be read.
    #[error("names a file that the relay's user cannot read")]
    Closed,
    /// A folder, say.
    #[error("names something that is not a regular file")]
    NotAFile,
    /// No list of certificates is that long.
    #[error("names a file that is too large to be a list of certificates")]
    TooLarge,
    /// Others may change it.
    #[error(
        "names a file that other users can change, who could then pass for the helpdesk: protect it with `chmod go-w`"
    )]
    Open,
    /// No part of it is a certificate.
    #[error(
        "names a file without a certificate: it must hold the authority's own in PEM form (`-----BEGIN CERTIFICATE-----`)"
    )]
    Empty,
    /// A part of it cannot be read.
    #[error("names a file with a certificate that is damaged: export it anew, in PEM form")]
    Damaged,
}

/// Everything that is wrong, in the order of the variables. Shown as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, problem) in self.0.iter().enumerate() {
            if count > 0 {
                formatter.write_str("; ")?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

fn missing(name: &str) -> String {
    match name {
        API_BASE => format!("{API_BASE} is not set (the helpdesk's address, such as https://support.example.com)"),
        API_TOKEN => format!("{API_TOKEN} is not set (or {API_TOKEN_FILE}, a private file that holds the token)"),
        other => format!("{other} is not set"),
    }
}
