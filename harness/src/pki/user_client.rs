//! A client that its owner lends: certificate, chain and key from files.

use std::path::Path;
use std::sync::Arc;

use mtls_scenarios::KeyAlgorithm;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::authority::NamedAnchor;
use super::certificate::Forged;
use super::user_file::{self, UserFileError};

/// A client certificate with its private key and the certificates that are sent behind it.
#[derive(Clone, Debug)]
pub struct UserClient {
    forged: Arc<Forged>,
    behind: Vec<CertificateDer<'static>>,
    issuer: NamedAnchor,
}

impl UserClient {
    /// Reads both from files, PEM or DER; the client's certificate first, its intermediates after it.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, UserFileError> {
        let file = certificate.display().to_string();
        let unreadable = || UserFileError::NotACertificate { file: file.clone() };
        let mut behind = user_file::certificates((&file, &user_file::read(certificate)?))?;
        let last = behind.last().cloned().ok_or_else(unreadable)?;
        let client = behind.remove(0);
        let key_bytes = user_file::read(key)?;
        let key_file = key.display().to_string();
        let forged = user_file::with_key((&file, &client), (&key_file, &key_bytes))?;
        let issuer = issuer_of(&last).ok_or_else(unreadable)?;
        Ok(Self { forged: Arc::new(forged), behind, issuer })
    }

    /// The client's certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.forged.der
    }

    /// Algorithm of its key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.forged.key.algorithm()
    }

    /// The client's certificate with what signs by it.
    pub(super) const fn forged(&self) -> &Arc<Forged> {
        &self.forged
    }

    /// What it sends behind its own certificate.
    pub(super) fn behind(&self) -> &[CertificateDer<'static>] {
        &self.behind
    }

    /// What its certificates say about the CA that they end at.
    pub(super) const fn issuer(&self) -> &NamedAnchor {
        &self.issuer
    }
}

/// What the last certificate of a chain says about the CA above it, or about itself if it is that CA.
fn issuer_of(last: &CertificateDer<'static>) -> Option<NamedAnchor> {
    let (_, parsed) = X509Certificate::from_der(last).ok()?;
    let is_root = parsed.issuer().as_raw() == parsed.subject().as_raw();
    let key_id = if is_root {
        user_file::key_id(&parsed)
    } else {
        parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                Some(id.key_identifier.as_ref()?.0.to_vec())
            }
            _ => None,
        })
    };
    let subject = parsed.issuer().as_raw().to_vec();
    Some(NamedAnchor { subject, key_id, der: is_root.then(|| last.clone()) })
}
