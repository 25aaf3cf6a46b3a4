//! Trust bundles on disk, as customers upload them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

use super::verify::{AnchorError, TrustAnchor};

/// Octets of a trust bundle that are read.
const MAX_OCTETS: u64 = 4 * 1024 * 1024;

/// What is wrong with a file of CA certificates.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaFileError {
    /// It cannot be read.
    #[error("CA file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not PEM.
    #[error("CA file {} is not PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// It holds no certificate.
    #[error("CA file {} holds no certificate", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A certificate in it is not a CA's.
    #[error("certificate {index} in CA file {} cannot be a trust anchor: {reason}", path.display())]
    NotACa {
        /// The file.
        path: PathBuf,
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: AnchorError,
    },
}

/// Reads the CA certificates of a PEM file; other PEM sections are passed over.
pub fn load_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, CaFileError> {
    let owned = || path.to_owned();
    let octets =
        read_bounded(path).map_err(|source| CaFileError::Unreadable { path: owned(), source })?;
    let certificates = CertificateDer::pem_slice_iter(&octets)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| CaFileError::NotPem { path: owned(), source })?;
    if certificates.is_empty() {
        return Err(CaFileError::Empty { path: owned() });
    }
    for (index, der) in certificates.iter().enumerate() {
        TrustAnchor::read(der).map_err(|reason| CaFileError::NotACa {
            path: owned(),
            index,
            reason,
        })?;
    }
    Ok(certificates)
}

/// The content of a file that people or programs write while it is read.
pub(crate) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe or reading a device might never end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut octets = Vec::new();
    File::open(path)?.take(MAX_OCTETS + 1).read_to_end(&mut octets)?;
    if u64::try_from(octets.len()).is_ok_and(|length| length > MAX_OCTETS) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 MiB"));
    }
    Ok(octets)
}
