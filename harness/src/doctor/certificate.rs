//! What a certificate says, as the rules need it.

use mtls_reports::PeerText;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::algorithm::{KeyKind, SignatureKind};
use super::contents::FoundCertificate;
use super::extensions::Extensions;
use super::finding::Finding;
use super::place::Place;
use super::table;
use crate::pki::name_text;

/// A certificate that could be read. Nothing about it is judged yet.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) place: Place,
    pub(super) der: CertificateDer<'static>,
    /// As on the wire: 0 is version 1.
    pub(super) version: u32,
    /// Content octets.
    pub(super) serial: Vec<u8>,
    pub(super) subject: Name,
    pub(super) issuer: Name,
    /// Seconds since 1970.
    pub(super) not_before: i64,
    /// Seconds since 1970.
    pub(super) not_after: i64,
    pub(super) key: KeyKind,
    /// Octets of `subjectPublicKey`.
    pub(super) public_key: Vec<u8>,
    pub(super) signature: SignatureKind,
    pub(super) extensions: Extensions,
}

/// A distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// RFC 4514, escaped.
    pub(super) text: String,
    /// What names are compared by: case and repeated spaces do not count (RFC 5280 7.1).
    folded: String,
}

impl Name {
    fn new(raw: &[u8]) -> Self {
        let text = name_text(raw).unwrap_or_else(|| "(unreadable)".to_owned());
        let folded = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text: PeerText::new(&text).as_str().to_owned(), folded }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    pub(super) fn matches(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Certificate {
    /// Reads what was found; an unreadable certificate is a finding.
    pub(super) fn read(found: &FoundCertificate) -> Result<Self, Box<Finding>> {
        let malformed = |what: String| Box::new(table::MALFORMED.at(&found.place, what));
        let (rest, parsed) = X509Certificate::from_der(&found.der)
            .map_err(|error| malformed(format!("The certificate cannot be read: {error}.")))?;
        if !rest.is_empty() {
            return Err(malformed("Octets follow the certificate.".to_owned()));
        }
        let subject = Name::new(parsed.subject().as_raw());
        let place = Place { subject: Some(subject.text.clone()), ..found.place.clone() };
        let spki = parsed.public_key();
        Ok(Self {
            place,
            der: CertificateDer::from(found.der.clone()),
            version: parsed.version().0,
            serial: parsed.raw_serial().to_vec(),
            issuer: Name::new(parsed.issuer().as_raw()),
            subject,
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            key: KeyKind::of(spki),
            public_key: spki.subject_public_key.data.to_vec(),
            signature: SignatureKind::of(&parsed.signature_algorithm.algorithm),
            extensions: Extensions::of(&parsed),
        })
    }

    pub(super) fn is_v1(&self) -> bool {
        self.version == 0 && !self.extensions.present
    }

    /// Whether it may issue, by `basicConstraints`, or by being a root of version 1.
    pub(super) fn is_ca(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|ca| ca)
            || (self.is_v1() && self.is_self_issued())
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.subject.matches(&self.issuer)
    }

    /// Self-issued, and by its key identifiers not under another key of the same name (RFC 5280 3.2).
    pub(super) fn is_self_signed(&self) -> bool {
        self.is_named_by(self)
    }

    /// Whether `issuer` may have issued this one, going by names and key identifiers.
    pub(super) fn is_named_by(&self, issuer: &Self) -> bool {
        let identifiers = (&self.extensions.authority_key_id, &issuer.extensions.subject_key_id);
        let other_key = matches!(identifiers, (Some(wanted), Some(there)) if wanted != there);
        self.issuer.matches(&issuer.subject) && !other_key
    }
}
