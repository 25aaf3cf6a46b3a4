//! A user's own CA: certificate and key from files.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::certificate::Forged;
use super::key::{Key, KeyError};

/// Why a user's CA cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UserCaError {
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

/// A CA certificate with its private key.
#[derive(Clone, Debug)]
pub struct UserCa(Forged);

impl UserCa {
    /// Reads both from files, PEM or DER; of several certificates the first.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, UserCaError> {
        Self::new(
            (&certificate.display().to_string(), &read(certificate)?),
            (&key.display().to_string(), &read(key)?),
        )
    }

    /// As [`UserCa::load`], from names for messages and bytes.
    pub fn new(certificate: (&str, &[u8]), key: (&str, &[u8])) -> Result<Self, UserCaError> {
        let file = || certificate.0.to_owned();
        let is_pem = certificate.1.windows(11).any(|window| window == b"-----BEGIN ");
        let der = if is_pem {
            CertificateDer::from_pem_slice(certificate.1)
                .map_err(|_| UserCaError::NotACertificate { file: file() })?
        } else {
            CertificateDer::from(certificate.1.to_vec())
        };
        let Ok(([], parsed)) = X509Certificate::from_der(&der) else {
            return Err(UserCaError::NotACertificate { file: file() });
        };
        check_authority(&parsed).map_err(|reason| UserCaError::NotACa { file: file(), reason })?;
        let private = Key::from_pem_or_der(key.1)
            .map_err(|source| UserCaError::Key { file: key.0.to_owned(), source })?;
        if parsed.public_key().subject_public_key.data.as_ref() != private.public_key() {
            return Err(UserCaError::Mismatch { certificate: file(), key: key.0.to_owned() });
        }
        let key_id =
            parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
                _ => None,
            });
        Ok(Self(Forged {
            key_id: key_id.unwrap_or_else(|| private.key_identifier().to_vec()),
            subject: parsed.subject().as_raw().to_vec(),
            serial: parsed.raw_serial().to_vec(),
            key: Arc::new(private),
            der: der.clone().into_owned(),
        }))
    }

    pub(super) fn into_forged(self) -> Forged {
        self.0
    }
}

fn check_authority(certificate: &X509Certificate<'_>) -> Result<(), &'static str> {
    let constraints =
        certificate.basic_constraints().map_err(|_| "its basicConstraints cannot be read")?;
    let constraints =
        constraints.ok_or("it has no basicConstraints (an X.509 v1 certificate never has)")?;
    if !constraints.value.ca {
        return Err("its basicConstraints say CA:FALSE");
    }
    let usage = certificate.key_usage().map_err(|_| "its keyUsage cannot be read")?;
    if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
        return Err("its keyUsage lacks keyCertSign");
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, UserCaError> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    let taken =
        std::fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
    match taken {
        Err(source) => Err(UserCaError::Read { file, source }),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_FILE) => Ok(bytes),
        Ok(_) => Err(UserCaError::TooLong { file, limit: MAX_FILE }),
    }
}
