//! The rules that a certificate is held to on its own, whatever path it is on.

use super::certificate::{Certificate, PublicKey, Version};
use super::check::{Check, Checks};
use super::refusal::Refusal;
use super::time::{START_OF_2050, Seconds};

/// Content octets of the `AlgorithmIdentifier` of Ed25519 (RFC 8410).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// The client's own certificate.
pub(super) fn end_entity(
    certificate: &Certificate<'_>,
    checks: Checks,
    now: Seconds,
) -> Result<(), Refusal> {
    common(certificate, checks, now)?;
    if certificate.version == Version::V1 && checks.has(Check::EndEntityVersion3) {
        return Err(Refusal::Version);
    }
    let extensions = &certificate.extensions;
    if extensions.is_ca() && checks.has(Check::CaAsEndEntity) {
        return Err(Refusal::CaAsEndEntity);
    }
    let signs = extensions.key_usage.is_none_or(|usage| usage.digital_signature);
    if !signs && checks.has(Check::KeyUsage) {
        return Err(Refusal::NotForSigning);
    }
    let nobody = certificate.subject.is_empty() && extensions.subject_alt_name.is_none();
    if nobody && checks.has(Check::EmptySubject) {
        return Err(Refusal::EmptySubject);
    }
    Ok(())
}

/// A certificate that is to issue another: RFC 5280 6.1.4 (k), (n).
pub(super) fn issuer(
    certificate: &Certificate<'_>,
    checks: Checks,
    now: Seconds,
) -> Result<(), Refusal> {
    common(certificate, checks, now)?;
    let extensions = &certificate.extensions;
    if certificate.subject.is_empty() && checks.has(Check::EmptySubject) {
        return Err(Refusal::EmptySubject);
    }
    if certificate.version == Version::V1 {
        // Version 1 has no basicConstraints to ask for.
        return if checks.has(Check::IssuerVersion) { Err(Refusal::IssuerVersion) } else { Ok(()) };
    }
    if !extensions.is_ca() && checks.has(Check::BasicConstraints) {
        return Err(Refusal::NotACa);
    }
    let issues = extensions.key_usage.is_none_or(|usage| usage.key_cert_sign);
    if !issues && checks.has(Check::KeyUsage) {
        return Err(Refusal::NotForCertificateSigning);
    }
    Ok(())
}

fn common(certificate: &Certificate<'_>, checks: Checks, now: Seconds) -> Result<(), Refusal> {
    if let Some(defect) = certificate.defect.filter(|_| checks.has(Check::DerStrictness)) {
        return Err(Refusal::Encoding(defect));
    }
    if certificate.version == Version::Unsupported && checks.has(Check::Version) {
        return Err(Refusal::Version);
    }
    if checks.has(Check::SerialNumber) {
        serial_number(certificate.serial)?;
    }
    let extensions = &certificate.extensions;
    if let Some(malformed) = extensions.malformed.filter(|_| checks.has(Check::ExtensionSyntax)) {
        return Err(malformed.into());
    }
    if extensions.duplicate && checks.has(Check::DuplicateExtensions) {
        return Err(Refusal::DuplicateExtension);
    }
    if extensions.unknown_critical && checks.has(Check::CriticalExtensions) {
        return Err(Refusal::UnknownCriticalExtension);
    }
    if checks.has(Check::Validity) {
        validity((certificate.not_before, certificate.not_after), now)?;
    }
    let for_clients = extensions.extended_key_usage.is_none_or(|usage| usage.client_auth);
    if !for_clients && checks.has(Check::ExtendedKeyUsage) {
        return Err(Refusal::NotForClientAuthentication);
    }
    if certificate.not_after >= START_OF_2050 && checks.has(Check::NoLateExpiry) {
        return Err(Refusal::Fault);
    }
    if checks.has(Check::NoEd25519) {
        no_ed25519(certificate.key)?;
    }
    Ok(())
}

/// RFC 5280 4.1.2.2: positive, and at most 20 octets.
fn serial_number(content: &[u8]) -> Result<(), Refusal> {
    let negative = content.first().is_some_and(|octet| octet & 0x80 != 0);
    let zero = content.iter().all(|&octet| octet == 0);
    if negative || zero || content.len() > 20 { Err(Refusal::SerialNumber) } else { Ok(()) }
}

/// RFC 5280 4.1.2.5: both ends are inside.
pub(super) fn validity(
    (not_before, not_after): (Seconds, Seconds),
    now: Seconds,
) -> Result<(), Refusal> {
    let unsigned = |seconds: Seconds| u64::try_from(seconds).unwrap_or(0);
    if now < not_before {
        return Err(Refusal::NotYetValid { now: unsigned(now), not_before: unsigned(not_before) });
    }
    if now > not_after {
        return Err(Refusal::Expired { now: unsigned(now), not_after: unsigned(not_after) });
    }
    Ok(())
}

fn no_ed25519(key: PublicKey<'_>) -> Result<(), Refusal> {
    if key.algorithm == ED25519 { Err(Refusal::Fault) } else { Ok(()) }
}
