//! `Certificate` (RFC 5280 4.1), read without copying.

use super::der::{Notes, Reader, tag};
use super::extensions::Extensions;
use super::name::Name;
use super::refusal::{EncodingDefect, Malformed};
use super::time::{self, Seconds};

/// A certificate as it stands; nothing about it is decided yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certificate<'a> {
    /// All octets, also those after the certificate.
    pub(super) der: &'a [u8],
    /// The octets that are signed.
    pub(super) tbs: &'a [u8],
    pub(super) version: Version,
    /// Content octets of the `INTEGER`.
    pub(super) serial: &'a [u8],
    /// Content of `tbsCertificate.signature`.
    pub(super) algorithm: &'a [u8],
    pub(super) issuer: Name<'a>,
    pub(super) not_before: Seconds,
    pub(super) not_after: Seconds,
    pub(super) subject: Name<'a>,
    pub(super) key: PublicKey<'a>,
    pub(super) extensions: Extensions<'a>,
    pub(super) signature: &'a [u8],
    /// The first deviation from DER.
    pub(super) defect: Option<EncodingDefect>,
}

/// Version as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V3,
    /// Version 2, or one that does not exist, or fields that the version does not have.
    Unsupported,
}

/// `SubjectPublicKeyInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey<'a> {
    /// Content of `algorithm`.
    pub(super) algorithm: &'a [u8],
    /// The octets of `subjectPublicKey`.
    pub(super) bits: &'a [u8],
}

impl<'a> PublicKey<'a> {
    fn read(reader: &mut Reader<'a, '_>) -> Result<Self, Malformed> {
        let mut fields = reader.sequence("subjectPublicKeyInfo")?;
        let algorithm = fields.expect(tag::SEQUENCE, "algorithm")?.value;
        let bits = fields.octet_aligned_bits("subjectPublicKey")?;
        fields.finish("subjectPublicKeyInfo")?;
        Ok(Self { algorithm, bits })
    }
}

impl<'a> Certificate<'a> {
    /// Reads a certificate. BER that is not DER is only noted.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let notes = Notes::default();
        let mut outer = Reader::new(der, &notes);
        let mut fields = outer.sequence("Certificate")?;
        if !outer.is_empty() {
            notes.note(EncodingDefect::TrailingBytes);
        }
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertificate")?;
        let outer_algorithm = fields.expect(tag::SEQUENCE, "signatureAlgorithm")?.value;
        let signature = fields.octet_aligned_bits("signatureValue")?;
        fields.finish("Certificate")?;

        let mut body = fields.inside(tbs);
        let (version, spelled_out) = version(&mut body)?;
        let serial = body.integer("serialNumber")?;
        let algorithm = body.expect(tag::SEQUENCE, "signature")?.value;
        let issuer = Name::read(&mut body, "issuer")?;
        let mut validity = body.sequence("validity")?;
        let not_before = time::read(&mut validity, "notBefore")?;
        let not_after = time::read(&mut validity, "notAfter")?;
        validity.finish("validity")?;
        let subject = Name::read(&mut body, "subject")?;
        let key = PublicKey::read(&mut body)?;
        // RFC 5280 4.1.2.8: unique identifiers, [1] and [2], are for version 2 and 3.
        let issuer_id = body.optional(tag::context(1), "issuerUniqueID")?;
        let subject_id = body.optional(tag::context(2), "subjectUniqueID")?;
        let extensions = match body.optional(tag::constructed(3), "extensions")? {
            Some(wrapper) => Extensions::read(&mut body.inside(wrapper))?,
            None => Extensions::default(),
        };
        body.finish("tbsCertificate")?;

        if spelled_out && version == Version::V1 {
            notes.note(EncodingDefect::ExplicitVersion1);
        }
        if algorithm != outer_algorithm {
            notes.note(EncodingDefect::AlgorithmMismatch);
        }
        let beyond_v1 = extensions.present || issuer_id.is_some() || subject_id.is_some();
        let version =
            if version == Version::V1 && beyond_v1 { Version::Unsupported } else { version };
        Ok(Self {
            der,
            tbs: tbs.raw,
            version,
            serial,
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            key,
            extensions,
            signature,
            defect: notes.first(),
        })
    }

    /// RFC 5280 6.1: issuer and subject are the same name.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer.matches(self.subject)
    }

    /// Subject name as text (RFC 4514).
    pub(crate) fn subject_text(&self) -> String {
        super::text::rfc4514(self.subject)
    }

    /// Subject name as text without escapes, so that what it means is anybody's guess.
    pub(crate) fn unescaped_subject_text(&self) -> String {
        super::text::unescaped(self.subject)
    }

    /// Relative distinguished names of the subject (RFC 4514), most specific first.
    pub(crate) fn subject_rdns(&self) -> Vec<String> {
        super::text::rdns(self.subject)
    }

    /// Values of the common names, most specific last.
    pub(crate) fn common_names(&self) -> Vec<String> {
        super::text::common_names(self.subject)
    }

    /// When it expires: `notAfter`, in seconds since 1970.
    pub(crate) const fn not_after(&self) -> Seconds {
        self.not_after
    }

    /// Subject alternative names as text.
    pub(crate) fn subject_alt_names(&self) -> Vec<String> {
        let content = self.extensions.subject_alt_name.unwrap_or_default();
        super::general_name::iterate(content)
            .map(super::general_name::GeneralName::to_text)
            .collect()
    }
}

/// The version, and whether it is spelled out.
fn version(body: &mut Reader<'_, '_>) -> Result<(Version, bool), Malformed> {
    let Some(wrapper) = body.optional(tag::constructed(0), "version")? else {
        return Ok((Version::V1, false));
    };
    let mut inner = body.inside(wrapper);
    let number = inner.integer("version")?;
    inner.finish("version")?;
    let version = match number {
        [0] => Version::V1,
        [2] => Version::V3,
        _ => Version::Unsupported,
    };
    Ok((version, true))
}
