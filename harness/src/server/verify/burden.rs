//! What a `certificate_list` asks of a gate that sets itself no limits: for the faults of availability.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::CertificateDer;

use super::certificate::{Certificate, PublicKey};
use super::der::{Notes, Reader};
use super::general_name;

/// Content octets of the `AlgorithmIdentifier` of RSA keys (RFC 3279 2.3.1).
const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// Identifier of `policyMappings` (RFC 5280 4.2.1.5).
const POLICY_MAPPINGS: &[u8] = &[6, 3, 0x55, 0x1d, 33];

/// The certificates of a list that can be read.
pub(crate) struct Burden<'a>(Vec<Certificate<'a>>);

impl<'a> Burden<'a> {
    pub(crate) fn of(list: impl Iterator<Item = &'a CertificateDer<'a>>) -> Self {
        Self(list.filter_map(|der| Certificate::read(der).ok()).collect())
    }

    /// Alternative names, and subtrees of name constraints.
    pub(crate) fn names(&self) -> usize {
        let names = self.0.iter().map(|certificate| {
            let extensions = &certificate.extensions;
            let own = extensions.subject_alt_name.unwrap_or_default();
            let subtrees = extensions.name_constraints.map_or(0, |constraints| constraints.len());
            general_name::iterate(own).count().saturating_add(subtrees)
        });
        names.sum()
    }

    /// Steps that the costliest RSA key takes: bits of its modulus times bits of its exponent.
    pub(crate) fn rsa_steps(&self) -> usize {
        self.0.iter().filter_map(|certificate| rsa_steps(certificate.key)).max().unwrap_or(0)
    }

    /// Certificates that map policies to others.
    pub(crate) fn policy_mappings(&self) -> usize {
        let maps =
            |der: &[u8]| der.windows(POLICY_MAPPINGS.len()).any(|octets| octets == POLICY_MAPPINGS);
        self.0.iter().filter(|certificate| maps(certificate.der)).count()
    }

    /// Whether a key is of a type that the crypto provider does not know.
    pub(crate) fn has_unknown_key(&self) -> bool {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let WebPkiSupportedAlgorithms { all, .. } = provider.signature_verification_algorithms;
        let is_known = |key: PublicKey<'_>| {
            all.iter().any(|known| known.public_key_alg_id().as_ref() == key.algorithm)
        };
        self.0.iter().any(|certificate| !is_known(certificate.key))
    }

    /// Whether two certificates name each other as their issuers.
    pub(crate) fn has_cycle(&self) -> bool {
        let issues = |issuer: &Certificate<'_>, child: &Certificate<'_>| {
            child.issuer.matches(issuer.subject) && !child.is_self_issued()
        };
        self.0.iter().any(|one| self.0.iter().any(|other| issues(one, other) && issues(other, one)))
    }
}

fn rsa_steps(key: PublicKey<'_>) -> Option<usize> {
    if key.algorithm != RSA {
        return None;
    }
    let notes = Notes::default();
    let mut numbers = Reader::new(key.bits, &notes).sequence("RSAPublicKey").ok()?;
    let modulus = numbers.integer("modulus").ok()?;
    let exponent = numbers.integer("publicExponent").ok()?;
    Some(modulus.len().saturating_mul(8).saturating_mul(exponent.len().saturating_mul(8)))
}
