//! Certificate revocation lists (RFC 5280 5).

use rustls::crypto::WebPkiSupportedAlgorithms;

use super::certificate::PublicKey;
use super::der::{Notes, Reader, tag};
use super::extensions;
use super::name::Name;
use super::refusal::{EncodingDefect, Malformed, Refusal};
use super::signature;
use super::time::{self, Seconds};

/// Why a revocation list cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// It is no revocation list.
    #[error("it is not a revocation list: {0}")]
    Malformed(#[from] Malformed),
    /// It is not DER.
    #[error("it is not in DER: {0}")]
    Encoding(EncodingDefect),
    /// A critical extension is not understood: delta, indirect and partial lists are not supported.
    #[error("it has a critical extension that is not supported (delta, indirect or partial list)")]
    UnknownCriticalExtension,
}

/// A revocation list that has been read; its signature is still to be checked.
#[derive(Clone, Debug)]
pub(crate) struct Crl {
    tbs: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    issuer: Vec<u8>,
    this_update: Seconds,
    next_update: Option<Seconds>,
    /// Serial numbers with the date of their revocation, sorted.
    revoked: Vec<(Vec<u8>, Seconds)>,
}

impl Crl {
    /// Reads a `CertificateList`.
    pub(crate) fn read(der: &[u8]) -> Result<Self, CrlError> {
        let notes = Notes::default();
        let mut outer = Reader::new(der, &notes);
        let mut fields = outer.sequence("CertificateList")?;
        outer.finish("CertificateList")?;
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertList")?;
        let outer_algorithm = fields.expect(tag::SEQUENCE, "signatureAlgorithm")?.value;
        let signature = fields.octet_aligned_bits("signatureValue")?;
        fields.finish("CertificateList")?;

        let mut body = fields.inside(tbs);
        if body.peek() == Some(tag::INTEGER) && body.integer("version")? != [1] {
            return Err(Malformed::new("version").into());
        }
        let algorithm = body.expect(tag::SEQUENCE, "signature")?.value;
        let issuer = Name::read(&mut body, "issuer")?;
        let this_update = time::read(&mut body, "thisUpdate")?;
        let next_update =
            if time::is_next(&body) { Some(time::read(&mut body, "nextUpdate")?) } else { None };
        let revoked = match body.optional(tag::SEQUENCE, "revokedCertificates")? {
            Some(list) => read_entries(body.inside(list))?,
            None => Vec::new(),
        };
        if let Some(wrapper) = body.optional(tag::constructed(0), "crlExtensions")? {
            let mut wrapper = body.inside(wrapper);
            refuse_critical(wrapper.sequence("crlExtensions")?)?;
            wrapper.finish("crlExtensions")?;
        }
        body.finish("tbsCertList")?;
        if algorithm != outer_algorithm {
            notes.note(EncodingDefect::AlgorithmMismatch);
        }
        if let Some(defect) = notes.first() {
            return Err(CrlError::Encoding(defect));
        }
        Ok(Self {
            tbs: tbs.raw.to_vec(),
            algorithm: algorithm.to_vec(),
            signature: signature.to_vec(),
            issuer: issuer.content().to_vec(),
            this_update,
            next_update,
            revoked,
        })
    }

    /// Whether this list is by the issuer of that name.
    pub(super) fn is_by(&self, issuer: Name<'_>) -> bool {
        Name::from_content(&self.issuer, &Notes::default(), "issuer")
            .is_ok_and(|own| own.matches(issuer))
    }

    /// Whether that key signed this list.
    pub(super) fn verify(
        &self,
        algorithms: &WebPkiSupportedAlgorithms,
        key: PublicKey<'_>,
    ) -> Result<(), Refusal> {
        signature::verify(algorithms, key, &self.algorithm, &self.tbs, &self.signature)
    }

    /// Whether the list is in force.
    pub(super) fn is_current(&self, now: Seconds) -> bool {
        self.this_update <= now && self.next_update.is_none_or(|next| now <= next)
    }

    /// Whether a serial number is on the list with a date up to this one, whatever the reason given there.
    pub(super) fn revokes(&self, serial: &[u8], until: Seconds) -> bool {
        let first = self.revoked.partition_point(|(entry, _)| entry.as_slice() < serial);
        self.revoked.get(first).is_some_and(|(entry, date)| entry == serial && *date <= until)
    }
}

fn read_entries(mut list: Reader<'_, '_>) -> Result<Vec<(Vec<u8>, Seconds)>, CrlError> {
    let mut revoked = Vec::new();
    while !list.is_empty() {
        let mut entry = list.sequence("revokedCertificates")?;
        let serial = entry.integer("userCertificate")?.to_vec();
        revoked.push((serial, time::read(&mut entry, "revocationDate")?));
        if let Some(extensions) = entry.optional(tag::SEQUENCE, "crlEntryExtensions")? {
            refuse_critical(entry.inside(extensions))?;
        }
        entry.finish("revokedCertificates")?;
    }
    revoked.sort_unstable();
    Ok(revoked)
}

fn refuse_critical(mut list: Reader<'_, '_>) -> Result<(), CrlError> {
    while !list.is_empty() {
        if extensions::next(&mut list)?.critical {
            return Err(CrlError::UnknownCriticalExtension);
        }
    }
    Ok(())
}
