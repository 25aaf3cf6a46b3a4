//! Certificates and keys that users bring, from files.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::certificate::Forged;
use super::key::{Key, KeyError};

/// Why a certificate or key of a user's cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UserFileError {
    /// A file that cannot be read.
    #[error("cannot read `{file}`: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file longer than any certificate or key.
    #[error("`{file}` is longer than {limit} octets; it is no certificate or key")]
    TooLong {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// Neither PEM nor DER of a certificate.
    #[error("`{file}` holds no readable certificate (PEM or DER)")]
    NotACertificate {
        /// The file.
        file: String,
    },
    /// A certificate that must not issue.
    #[error("the certificate in `{file}` is not a CA: {reason}")]
    NotACa {
        /// The file.
        file: String,
        /// What is missing.
        reason: &'static str,
    },
    /// A file without a usable key.
    #[error("`{file}`: {source}")]
    Key {
        /// The file.
        file: String,
        /// Why.
        source: KeyError,
    },
    /// A key of another certificate.
    #[error("the private key in `{key}` does not belong to the certificate in `{certificate}`")]
    Mismatch {
        /// The certificate's file.
        certificate: String,
        /// The key's file.
        key: String,
    },
}

/// Longest file taken.
const MAX_FILE: u64 = 1 << 20;

/// A file's name for messages, and what is in it.
pub(super) type Named<'a> = (&'a str, &'a [u8]);

/// Reads a file that is no longer than any certificate or key.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, UserFileError> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    let taken =
        std::fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
    match taken {
        Err(source) => Err(UserFileError::Read { file, source }),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_FILE) => Ok(bytes),
        Ok(_) => Err(UserFileError::TooLong { file, limit: MAX_FILE }),
    }
}

/// The certificates in a file, at least one; only PEM holds several.
pub(super) fn certificates(
    (file, bytes): Named<'_>,
) -> Result<Vec<CertificateDer<'static>>, UserFileError> {
    let unreadable = || UserFileError::NotACertificate { file: file.to_owned() };
    let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
    let found = if is_pem {
        let read = CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>();
        read.map_err(|_| unreadable())?
    } else {
        vec![CertificateDer::from(bytes.to_vec())]
    };
    let is_one = |der| matches!(X509Certificate::from_der(der), Ok(([], _)));
    if found.is_empty() || !found.iter().all(|der| is_one(der)) {
        return Err(unreadable());
    }
    Ok(found)
}

/// A certificate with its own key.
pub(super) fn with_key(
    (file, der): (&str, &CertificateDer<'static>),
    (key_file, key): Named<'_>,
) -> Result<Forged, UserFileError> {
    let Ok(([], parsed)) = X509Certificate::from_der(der) else {
        return Err(UserFileError::NotACertificate { file: file.to_owned() });
    };
    let private = Key::from_pem_or_der(key)
        .map_err(|source| UserFileError::Key { file: key_file.to_owned(), source })?;
    if parsed.public_key().subject_public_key.data.as_ref() != private.public_key() {
        return Err(UserFileError::Mismatch {
            certificate: file.to_owned(),
            key: key_file.to_owned(),
        });
    }
    Ok(Forged {
        key_id: key_id(&parsed).unwrap_or_else(|| private.key_identifier().to_vec()),
        subject: parsed.subject().as_raw().to_vec(),
        serial: parsed.raw_serial().to_vec(),
        key: Arc::new(private),
        der: der.clone(),
    })
}

/// The `subjectKeyIdentifier`, where there is one.
pub(super) fn key_id(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    })
}
