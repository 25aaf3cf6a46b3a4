//! Certificate revocation lists on disk.

use std::io;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::{self, PemObject as _};

use super::ca_file::read_bounded;
use super::verify::{Crl, CrlError};

/// What is wrong with a file of revocation lists.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrlFileError {
    /// It cannot be read.
    #[error("CRL file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not PEM.
    #[error("CRL file {} is not PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// It holds no revocation list.
    #[error("CRL file {} holds no revocation list", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A list in it is of no use.
    #[error("revocation list {index} in CRL file {} cannot be used: {reason}", path.display())]
    NotACrl {
        /// The file.
        path: PathBuf,
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: CrlError,
    },
}

/// Reads the revocation lists of a PEM file; other PEM sections are passed over.
pub fn load_crl_file(
    path: &Path,
) -> Result<Vec<CertificateRevocationListDer<'static>>, CrlFileError> {
    let owned = || path.to_owned();
    let octets =
        read_bounded(path).map_err(|source| CrlFileError::Unreadable { path: owned(), source })?;
    let lists = CertificateRevocationListDer::pem_slice_iter(&octets)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| CrlFileError::NotPem { path: owned(), source })?;
    if lists.is_empty() {
        return Err(CrlFileError::Empty { path: owned() });
    }
    for (index, der) in lists.iter().enumerate() {
        Crl::read(der).map_err(|reason| CrlFileError::NotACrl { path: owned(), index, reason })?;
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::testing::root;

    #[test]
    fn lists_and_what_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.crl");
        assert!(matches!(load_crl_file(&path), Err(CrlFileError::Unreadable { .. })));
        std::fs::write(&path, "nothing").unwrap();
        assert!(matches!(load_crl_file(&path), Err(CrlFileError::Empty { .. })));
        std::fs::write(&path, crate::pki::pem::encode("X509 CRL", &[0x30, 0])).unwrap();
        assert!(matches!(load_crl_file(&path), Err(CrlFileError::NotACrl { index: 0, .. })));
        let list = crate::pki::pem::encode("X509 CRL", &root("Acme").crl(&[]));
        std::fs::write(&path, list).unwrap();
        assert_eq!(load_crl_file(&path).unwrap().len(), 1);
    }
}
