//! A company's own certificate authority, trusted besides the system's.

use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::problem::{AuthorityProblem, ConfigProblem};
use super::variables::CA;
use super::{Environment, shown, small_file, text};
use crate::limits;

/// The certificates of a file in PEM form, each one that TLS can trust.
#[derive(Clone, PartialEq, Eq)]
pub struct Authority {
    path: PathBuf,
    certificates: Vec<Vec<u8>>,
}

impl Authority {
    /// Reads a file.
    ///
    /// # Errors
    /// Why nothing in it, or not all of it, can be trusted.
    pub fn read(path: &Path) -> Result<Self, AuthorityProblem> {
        let certificates = certificates(&small_file::read(path, limits::CA_FILE_BYTES, is_safe)?)?;
        Ok(Self { path: path.to_owned(), certificates })
    }

    /// Where they were read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Each in DER form. At least one.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Authority({} of {})", self.certificates.len(), self.path.display())
    }
}

pub(super) fn authority(env: Environment<'_>) -> Result<Option<Authority>, ConfigProblem> {
    let Some(given) = text(env, CA)? else { return Ok(None) };
    let path = Path::new(given.trim());
    if !path.is_absolute() {
        return Err(ConfigProblem::Relative { name: CA, given: shown(&given) });
    }
    Authority::read(path).map(Some).map_err(|problem| ConfigProblem::Authority { problem })
}

fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, AuthorityProblem> {
    let mut store = RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| AuthorityProblem::Damaged)?;
        // It would be refused again at the first request, when nobody looks.
        store.add(certificate.clone()).map_err(|_| AuthorityProblem::Damaged)?;
        found.push(certificate.to_vec());
    }
    if found.is_empty() { Err(AuthorityProblem::Empty) } else { Ok(found) }
}

/// Whoever can change the file can pass for the helpdesk, and get the token.
#[cfg(unix)]
fn is_safe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o022 == 0
}

/// On Windows a file is its owner's to change unless it was shared.
#[cfg(not(unix))]
fn is_safe(_metadata: &Metadata) -> bool {
    true
}
