//! What a path is held to, apart from its trust anchors.

use rustls::crypto::WebPkiSupportedAlgorithms;

use super::certificate::{Certificate, PublicKey};
use super::check::Checks;
use super::crl::Crl;
use super::refusal::Refusal;
use super::signature;

/// What a path is held to, apart from its trust anchors.
#[derive(Debug)]
pub(super) struct Rules {
    /// Revocation lists; `None` where revocation is not checked.
    pub(super) crls: Option<Vec<Crl>>,
    /// The checks that are made.
    pub(super) checks: Checks,
    /// Signature algorithms that count.
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Rules {
    /// Verifies the signature on a certificate with its issuer's key.
    pub(super) fn verify_signature(
        &self,
        child: &Certificate<'_>,
        key: PublicKey<'_>,
    ) -> Result<(), Refusal> {
        signature::verify(&self.algorithms, key, child.algorithm, child.tbs, child.signature)
    }
}
