//! The path validator: configuration in, a verdict on a `certificate_list` out.

use rustls::pki_types::{CertificateDer, UnixTime};

use super::anchor::TrustAnchor;
use super::certificate::Certificate;
use super::check::{Check, Checks};
use super::crl::Crl;
use super::path::{MAX_CERTIFICATES, Search};
use super::refusal::Refusal;
use super::rules::Rules;
use super::single;
use super::time::Seconds;
use super::{AnchorError, CrlError};

/// Octets of a `certificate_list` that are looked at. Less than TLS can carry: a session ticket holds the list, and
/// two of them must fit the 64 KiB in which rustls' clients keep handshake messages.
const MAX_LIST_OCTETS: usize = 31 * 1024;

/// Validates certification paths (RFC 5280 6.1).
#[derive(Debug)]
pub struct PathValidator {
    anchors: Vec<TrustAnchor>,
    pub(super) rules: Rules,
}

impl PathValidator {
    /// A validator that trusts these CAs, and with `crls` asks these lists about every certificate.
    pub fn new(
        anchors: &[CertificateDer<'_>],
        crls: Option<&[rustls::pki_types::CertificateRevocationListDer<'_>]>,
        checks: Checks,
    ) -> Result<Self, ValidatorError> {
        let anchors = anchors
            .iter()
            .enumerate()
            .map(|(index, der)| {
                TrustAnchor::read(der).map_err(|reason| ValidatorError::Anchor { index, reason })
            })
            .collect::<Result<_, _>>()?;
        let crls = crls
            .map(|crls| {
                crls.iter()
                    .enumerate()
                    .map(|(index, der)| {
                        Crl::read(der).map_err(|reason| ValidatorError::Crl { index, reason })
                    })
                    .collect::<Result<_, _>>()
            })
            .transpose()?;
        let algorithms =
            rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms;
        Ok(Self { anchors, rules: Rules { crls, checks, algorithms } })
    }

    /// Subjects of the trust anchors, as they go into a `CertificateRequest`.
    pub(crate) fn hints(&self) -> Vec<rustls::DistinguishedName> {
        self.anchors.iter().map(TrustAnchor::hint).collect()
    }

    /// Whether a trust anchor is past its validity period.
    pub(super) fn has_expired_anchor(&self, now: UnixTime) -> bool {
        let now = Seconds::try_from(now.as_secs()).unwrap_or(Seconds::MAX);
        self.anchors.iter().any(|anchor| anchor.validity.1 < now)
    }

    /// Validates the client's certificate, with what else it sent in any order.
    pub fn validate(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        self.find_client(end_entity, others, now).map(|_| ())
    }

    /// The certificate that counts as the client's: the first, or without [`Check::FirstIsEndEntity`] any that fits.
    pub(super) fn find_client<'l>(
        &self,
        first: &'l CertificateDer<'l>,
        others: &'l [CertificateDer<'l>],
        now: UnixTime,
    ) -> Result<&'l CertificateDer<'l>, Refusal> {
        let Err(refusal) = self.validate_path(first, others, now) else {
            return Ok(first);
        };
        if self.rules.checks.has(Check::FirstIsEndEntity) {
            return Err(refusal);
        }
        let list: Vec<_> =
            std::iter::once(first).chain(others).take(MAX_CERTIFICATES).cloned().collect();
        others
            .iter()
            .take(MAX_CERTIFICATES)
            .find(|other| self.validate_path(other, &list, now).is_ok())
            .ok_or(refusal)
    }

    fn validate_path(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let octets = others.iter().fold(end_entity.len(), |sum, der| sum.saturating_add(der.len()));
        if octets > MAX_LIST_OCTETS {
            return Err(Refusal::TooMuchWork);
        }
        let now = Seconds::try_from(now.as_secs()).unwrap_or(Seconds::MAX);
        let first = Certificate::read(end_entity)?;
        single::end_entity(&first, self.rules.checks, now)?;
        let mut certificates = Vec::with_capacity(others.len().min(MAX_CERTIFICATES) + 1);
        certificates.push(first);
        for der in others {
            if certificates.len() >= MAX_CERTIFICATES {
                break;
            }
            if certificates.iter().any(|known| known.der == der.as_ref()) {
                continue;
            }
            // What cannot be read cannot be on a path either.
            if let Ok(certificate) = Certificate::read(der) {
                certificates.push(certificate);
            }
        }
        if self.rules.checks.has(Check::OrderedList) {
            is_ordered(end_entity, others)?;
        }
        if self.rules.checks.has(Check::ConfiguredAnchors) {
            return Search::new(&self.rules, &self.anchors, &certificates, now).run();
        }
        let sent = certificates.iter().skip(1).filter(|sent| sent.is_self_issued());
        let anchors: Vec<_> =
            self.anchors.iter().cloned().chain(sent.map(TrustAnchor::of)).collect();
        Search::new(&self.rules, &anchors, &certificates, now).run()
    }
}

/// The rule that TLS 1.2 had: each certificate certifies the one before it.
fn is_ordered(
    end_entity: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
) -> Result<(), Refusal> {
    let mut child = Certificate::read(end_entity)?;
    for der in others {
        let next = Certificate::read(der)?;
        if !child.issuer.matches(next.subject) || next.der == child.der {
            return Err(Refusal::Fault);
        }
        child = next;
    }
    Ok(())
}

/// Why a validator cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidatorError {
    /// A certificate is no trust anchor.
    #[error("certificate {index} cannot be a trust anchor: {reason}")]
    Anchor {
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: AnchorError,
    },
    /// A revocation list is of no use.
    #[error("revocation list {index} cannot be used: {reason}")]
    Crl {
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: CrlError,
    },
}
