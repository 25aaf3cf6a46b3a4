//! What the client shows when it is asked for a certificate.
//!
//! `with_client_auth_cert` of rustls refuses odd certificates (version 1, unknown critical extensions, a key that does
//! not match); a resolver of ours hands over whatever it was given.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mtls_reports::model::CertificateSent;
use mtls_scenarios::KeyAlgorithm;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

use super::hello::as_sent;
use crate::pki;

/// Most names of acceptable authorities that are kept.
const MAX_AUTHORITIES: usize = 1024;

/// A certificate list and the key that signs for it; nothing at all for a client without a certificate.
#[derive(Clone, Debug, Default)]
pub struct ClientCredential(Option<Arc<CertifiedKey>>);

impl ClientCredential {
    /// A client without a certificate.
    pub const fn none() -> Self {
        Self(None)
    }

    /// A client that sends this list, which may be empty, and signs with this key.
    pub fn new(certificate_list: Vec<CertificateDer<'static>>, key: Arc<pki::Key>) -> Self {
        let signing = Arc::new(ForgedKey(key));
        Self(Some(Arc::new(CertifiedKey::new(certificate_list, signing))))
    }
}

/// Answers a `CertificateRequest` and remembers how. One serves all connections of a client, one after the other.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    credential: ClientCredential,
    answer: CertificateSent,
    authorities: Vec<Vec<u8>>,
}

impl Resolver {
    /// Begins a connection that shows this credential.
    pub(super) fn show(&self, credential: ClientCredential) {
        *self.state() = State { credential, ..State::default() };
    }

    /// What became of the credential.
    pub(super) fn answer(&self) -> CertificateSent {
        self.state().answer
    }

    /// The `certificate_authorities` of the request: names, DER.
    pub(super) fn authorities(&self) -> Vec<Vec<u8>> {
        self.state().authorities.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesClientCert for Resolver {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        offered: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let mut state = self.state();
        let certified = state.credential.0.clone();
        state.answer = match &certified {
            None => CertificateSent::None,
            Some(certified) if certified.key.choose_scheme(offered).is_some() => {
                CertificateSent::Sent
            }
            Some(_) => CertificateSent::Withheld,
        };
        let named = root_hint_subjects.iter().take(MAX_AUTHORITIES);
        state.authorities = named.map(|name| name.to_vec()).collect();
        certified
    }

    fn has_certs(&self) -> bool {
        self.state().credential.0.is_some()
    }
}

/// A forged key as rustls wants it.
#[derive(Debug)]
struct ForgedKey(Arc<pki::Key>);

impl SigningKey for ForgedKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        let scheme = self.0.schemes().iter().copied().find(|s| offered.contains(s))?;
        Some(Box::new(Signer { key: Arc::clone(&self.0), scheme }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.0.algorithm() {
            KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 => {
                SignatureAlgorithm::ECDSA
            }
            KeyAlgorithm::Ed25519 => SignatureAlgorithm::ED25519,
            KeyAlgorithm::Rsa1024
            | KeyAlgorithm::Rsa2048
            | KeyAlgorithm::Rsa3072
            | KeyAlgorithm::Rsa4096 => SignatureAlgorithm::RSA,
        }
    }
}

#[derive(Debug)]
struct Signer {
    key: Arc<pki::Key>,
    scheme: SignatureScheme,
}

impl rustls::sign::Signer for Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        // In TLS 1.2 this is the transcript (RFC 5246 7.4.8), of what was sent.
        let message = as_sent(message).map_err(|e| rustls::Error::General(e.to_string()))?;
        self.key
            .sign(self.scheme, &message)
            .map_err(|e| rustls::Error::General(format!("failed to sign: {e}")))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
