//! Certification path building and validation (RFC 5280 6.1, RFC 4158), bounded in every direction.

use super::anchor::TrustAnchor;
use super::certificate::{Certificate, PublicKey};
use super::check::Check;
use super::constraints;
use super::crl::Crl;
use super::name::Name;
use super::refusal::Refusal;
use super::rules::Rules;
use super::single;
use super::time::Seconds;

/// Certificates of a `certificate_list` that are looked at, duplicates not counted.
pub(super) const MAX_CERTIFICATES: usize = 16;
/// Certificates on a path below the trust anchor.
const MAX_DEPTH: usize = 8;
/// Signatures that are verified for one client.
const MAX_SIGNATURES: u32 = 100;

/// A search for a path from the first certificate to a trust anchor.
pub(super) struct Search<'v, 'c> {
    rules: &'v Rules,
    /// Trust anchors for this search.
    anchors: &'v [TrustAnchor],
    /// Candidates: the end-entity first.
    certificates: &'c [Certificate<'c>],
    now: Seconds,
    signatures_left: u32,
    names: constraints::Limits,
    /// What the best attempt failed for: how near it came to a trust anchor, and why.
    nearest: (Nearness, Refusal),
}

/// How near to a valid path an attempt came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Nothing tried.
    NoIssuer,
    /// A certificate that was sent carries the name of an issuer, but is unfit.
    UnfitIssuer,
    /// A trust anchor carries the name of an issuer, but did not sign.
    AnchorNamed,
    /// A trust anchor signed, but the path breaks a rule.
    AnchorReached,
}

/// An issuer of a certificate on a path.
#[derive(Clone, Copy)]
struct Issuer<'a> {
    name: Name<'a>,
    key: PublicKey<'a>,
    may_sign_crls: bool,
}

impl<'v, 'c> Search<'v, 'c> {
    pub(super) fn new(
        rules: &'v Rules,
        anchors: &'v [TrustAnchor],
        certificates: &'c [Certificate<'c>],
        now: Seconds,
    ) -> Self {
        Self {
            rules,
            anchors,
            certificates,
            now,
            signatures_left: MAX_SIGNATURES,
            names: constraints::Limits::new(rules.checks),
            nearest: (Nearness::NoIssuer, Refusal::UnknownIssuer),
        }
    }

    /// Looks for a path from the first certificate.
    pub(super) fn run(mut self) -> Result<(), Refusal> {
        let Some(end_entity) = self.certificates.first() else {
            return Err(Refusal::UnknownIssuer);
        };
        let mut path = Vec::with_capacity(MAX_DEPTH);
        path.push(end_entity);
        if self.extend(&mut path) { Ok(()) } else { Err(self.nearest.1) }
    }

    /// Whether the path can be carried on to a trust anchor.
    fn extend(&mut self, path: &mut Vec<&'c Certificate<'c>>) -> bool {
        let Some(&child) = path.last() else {
            return false;
        };
        let anchors = self.anchors;
        if anchors.iter().any(|anchor| self.ends_at(path, child, anchor)) {
            return true;
        }
        let candidates = self.certificates;
        for candidate in candidates.iter().skip(1) {
            if !self.chains(child, candidate.subject) || is_on(path, candidate) {
                continue;
            }
            match self.fit_issuer(path, child, candidate) {
                Ok(()) => {
                    path.push(candidate);
                    if self.extend(path) {
                        return true;
                    }
                    path.pop();
                }
                Err(refusal) => self.note(Nearness::UnfitIssuer, refusal),
            }
        }
        false
    }

    fn fit_issuer(
        &mut self,
        path: &[&Certificate<'_>],
        child: &Certificate<'_>,
        candidate: &Certificate<'_>,
    ) -> Result<(), Refusal> {
        let checks = self.rules.checks;
        if path.len() >= MAX_DEPTH || checks.has(Check::DirectlyIssued) {
            return Err(Refusal::PathTooLong);
        }
        single::issuer(candidate, checks, self.now)?;
        if checks.has(Check::PathLength) {
            path_length(path, candidate)?;
        }
        self.signed_by(child, candidate.key)
    }

    /// Whether the trust anchor issued the last certificate of a path that keeps all rules.
    fn ends_at(
        &mut self,
        path: &[&Certificate<'_>],
        child: &Certificate<'_>,
        anchor: &TrustAnchor,
    ) -> bool {
        let Some(subject) = anchor.subject().filter(|subject| self.chains(child, *subject)) else {
            return false;
        };
        if self.rules.checks.has(Check::AnchorSignature)
            && let Err(refusal) = self.signed_by(child, anchor.key())
        {
            self.note(Nearness::AnchorNamed, refusal);
            return false;
        }
        let issuer = Issuer { name: subject, key: anchor.key(), may_sign_crls: true };
        match self.whole_path(path, anchor, issuer) {
            Ok(()) => true,
            Err(refusal) => {
                self.note(Nearness::AnchorReached, refusal);
                false
            }
        }
    }

    /// The rules that need the whole path.
    fn whole_path(
        &mut self,
        path: &[&Certificate<'_>],
        anchor: &TrustAnchor,
        top: Issuer<'_>,
    ) -> Result<(), Refusal> {
        let checks = self.rules.checks;
        if checks.has(Check::AnchorValidity) {
            single::validity(anchor.validity, self.now)?;
        }
        if checks.has(Check::CaAsEndEntity)
            && path.first().is_some_and(|end_entity| anchor.is(end_entity))
        {
            return Err(Refusal::CaAsEndEntity);
        }
        if checks.has(Check::NameConstraints) {
            self.name_constraints(path)?;
        }
        if checks.has(Check::Revocation) && self.rules.crls.is_some() {
            self.revocation(path, top)?;
        }
        Ok(())
    }

    fn name_constraints(&mut self, path: &[&Certificate<'_>]) -> Result<(), Refusal> {
        for (height, issuer) in path.iter().enumerate() {
            let Some(constraints) = issuer.extensions.name_constraints else {
                continue;
            };
            for (index, below) in path.iter().take(height).enumerate() {
                // RFC 5280 6.1.3 (b): self-issued certificates are exempt, but for the end-entity.
                if index > 0 && below.is_self_issued() {
                    continue;
                }
                constraints.check(
                    below.subject,
                    below.extensions.subject_alt_name,
                    &mut self.names,
                )?;
            }
        }
        Ok(())
    }

    fn revocation(&mut self, path: &[&Certificate<'_>], top: Issuer<'_>) -> Result<(), Refusal> {
        let issuers = path.iter().skip(1).map(|issuer| Issuer {
            name: issuer.subject,
            key: issuer.key,
            may_sign_crls: issuer.extensions.key_usage.is_none_or(|usage| usage.crl_sign),
        });
        let asked = if self.rules.checks.has(Check::RevokedIssuers) { path.len() } else { 1 };
        for (certificate, issuer) in path.iter().zip(issuers.chain([top])).take(asked) {
            self.not_revoked(certificate, issuer)?;
        }
        Ok(())
    }

    /// RFC 5280 6.3.3: at least one current list of the issuer, and the certificate on none.
    fn not_revoked(
        &mut self,
        certificate: &Certificate<'_>,
        issuer: Issuer<'_>,
    ) -> Result<(), Refusal> {
        let rules = self.rules;
        let has = |check| rules.checks.has(check);
        let mut outcome = Err(Refusal::UnknownRevocationStatus);
        for crl in rules.crls.iter().flatten() {
            let is_issuers = self.is_by(crl, issuer)?;
            if !is_issuers && has(Check::CrlIssuer) {
                continue;
            }
            let is_current = crl.is_current(self.now);
            let is_asked = is_current || has(Check::CurrentCrls);
            let until = if has(Check::FutureRevocations) { Seconds::MAX } else { self.now };
            if is_asked && crl.revokes(certificate.serial, until) {
                return Err(Refusal::Revoked);
            }
            if is_issuers && (is_current || !has(Check::CurrentCrls)) {
                outcome = Ok(());
            } else if is_issuers && outcome.is_err() {
                outcome = Err(Refusal::StaleRevocationList);
            }
        }
        match outcome {
            Err(Refusal::UnknownRevocationStatus) if !has(Check::RevocationStatus) => Ok(()),
            outcome => outcome,
        }
    }

    /// Whether a revocation list is by this issuer: it bears its name and its signature.
    fn is_by(&mut self, crl: &Crl, issuer: Issuer<'_>) -> Result<bool, Refusal> {
        if !issuer.may_sign_crls || !crl.is_by(issuer.name) {
            return Ok(false);
        }
        self.spend_signature()?;
        Ok(crl.verify(&self.rules.algorithms, issuer.key).is_ok())
    }

    fn chains(&self, child: &Certificate<'_>, issuer: Name<'_>) -> bool {
        !self.rules.checks.has(Check::NameChaining) || child.issuer.matches(issuer)
    }

    fn signed_by(&mut self, child: &Certificate<'_>, key: PublicKey<'_>) -> Result<(), Refusal> {
        self.spend_signature()?;
        if !self.rules.checks.has(Check::Signature) {
            return Ok(());
        }
        self.rules.verify_signature(child, key)
    }

    fn spend_signature(&mut self) -> Result<(), Refusal> {
        self.signatures_left = self.signatures_left.checked_sub(1).ok_or(Refusal::TooMuchWork)?;
        Ok(())
    }

    fn note(&mut self, nearness: Nearness, refusal: Refusal) {
        if nearness > self.nearest.0 {
            self.nearest = (nearness, refusal);
        }
    }
}

/// RFC 5280 6.1.4 (l), (m): self-issued issuers do not count.
fn path_length(path: &[&Certificate<'_>], candidate: &Certificate<'_>) -> Result<(), Refusal> {
    let constraint = candidate.extensions.basic_constraints.and_then(|basic| basic.path_len);
    let Some(limit) = constraint else {
        return Ok(());
    };
    let below = path.iter().skip(1).filter(|issuer| !issuer.is_self_issued()).count();
    if u64::try_from(below).is_ok_and(|below| below <= limit) {
        Ok(())
    } else {
        Err(Refusal::PathTooLong)
    }
}

/// Whether a certificate of this name and key is on the path already.
fn is_on(path: &[&Certificate<'_>], candidate: &Certificate<'_>) -> bool {
    path.iter().any(|on_path| {
        on_path.key == candidate.key && on_path.subject.content() == candidate.subject.content()
    })
}
