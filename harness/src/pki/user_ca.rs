//! A user's own CA: certificate and key from files.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificate::Forged;
use super::user_file::{self, Named, UserFileError};

/// A CA certificate with its private key.
#[derive(Clone, Debug)]
pub struct UserCa(Forged);

impl UserCa {
    /// Reads both from files, PEM or DER; of several certificates the first.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, UserFileError> {
        Self::new(
            (&certificate.display().to_string(), &user_file::read(certificate)?),
            (&key.display().to_string(), &user_file::read(key)?),
        )
    }

    /// As [`UserCa::load`], from names for messages and bytes.
    pub fn new(certificate: Named<'_>, key: Named<'_>) -> Result<Self, UserFileError> {
        let file = certificate.0;
        let unreadable = || UserFileError::NotACertificate { file: file.to_owned() };
        let der = user_file::certificates(certificate)?;
        let der = der.into_iter().next().ok_or_else(unreadable)?;
        let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| unreadable())?;
        check_authority(&parsed)
            .map_err(|reason| UserFileError::NotACa { file: file.to_owned(), reason })?;
        user_file::with_key((file, &der), key).map(Self)
    }

    /// The certificate.
    pub const fn certificate(&self) -> &CertificateDer<'static> {
        &self.0.der
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
