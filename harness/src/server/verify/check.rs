//! The rules of the validator by name, each of which can be switched off or on.

/// A rule that a certification path is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Check {
    /// Certificates are DER, without trailing octets, with equal inner and outer algorithms.
    DerStrictness,
    /// Versions are 3, or 1 for an end-entity; version 1 has no extensions.
    Version,
    /// RFC 5280 6.1.4 (k): issuers below the trust anchor are version 3.
    IssuerVersion,
    /// RFC 5280 4.1.2.2: serial numbers are positive and at most 20 octets.
    SerialNumber,
    /// RFC 5280 4.2: no extension occurs twice.
    DuplicateExtensions,
    /// RFC 5280 4.2: critical extensions are understood.
    CriticalExtensions,
    /// RFC 5280 6.1.3 (a) (2): all certificates below the trust anchor are in their validity period.
    Validity,
    /// RFC 5280 6.1.3 (a) (4): the issuer's name is the subject of the next certificate.
    NameChaining,
    /// RFC 5280 6.1.3 (a) (1): every signature is good.
    Signature,
    /// The signature by the trust anchor in particular.
    AnchorSignature,
    /// RFC 5280 6.1.4 (k): issuers are CAs.
    BasicConstraints,
    /// RFC 5280 6.1.4 (m): no more issuers than `pathLenConstraint`.
    PathLength,
    /// RFC 5280 4.2.1.3: `digitalSignature` on the end-entity, `keyCertSign` on issuers.
    KeyUsage,
    /// RFC 5280 4.2.1.12: `clientAuth`, on issuers as well.
    ExtendedKeyUsage,
    /// RFC 5280 6.1.3 (b), (c).
    NameConstraints,
    /// The end-entity is not a CA, nor a trust anchor.
    CaAsEndEntity,
    /// RFC 5280 4.1.2.6: issuers have a subject, end-entities a subject or a subject alternative name.
    EmptySubject,
    /// RFC 5280 6.3: no certificate is revoked.
    Revocation,
    /// RFC 5280 4.2: extensions that decide can be read.
    ExtensionSyntax,
    /// Names that cannot be compared with a name constraint do not pass it.
    ComparableNames,
    /// RFC 8446 4.4.2: the first certificate of the list is the client's.
    FirstIsEndEntity,
    /// RFC 5280 6.3.3: a revocation list past `nextUpdate` lets nobody in.
    CurrentCrls,
    /// Entries of a revocation list count whatever their date.
    FutureRevocations,
    /// RFC 5280 6.3.3 (b): the revocation lists of a certificate's issuer speak about it, and no others.
    CrlIssuer,
    /// Issuers may not be revoked either.
    RevokedIssuers,
    /// A certificate that no revocation list speaks about is not let in.
    RevocationStatus,
    /// Only configured trust anchors end a path.
    ConfiguredAnchors,
    /// RFC 8446 4.4.3: the client has the private key.
    Possession,
    /// Off by default: end-entities are version 3 too.
    EndEntityVersion3,
    /// Off by default: the trust anchor's validity period counts.
    AnchorValidity,
    /// Off by default: the trust anchor itself signed the end-entity.
    DirectlyIssued,
    /// Off by default: the `certificate_list` is the path, in order, and nothing else.
    OrderedList,
    /// Off by default: no Ed25519.
    NoEd25519,
    /// Off by default: no certificate outlives 2049.
    NoLateExpiry,
}

/// The set of rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks(u64);

impl Checks {
    const OFF_BY_DEFAULT: [Check; 6] = [
        Check::EndEntityVersion3,
        Check::AnchorValidity,
        Check::DirectlyIssued,
        Check::OrderedList,
        Check::NoEd25519,
        Check::NoLateExpiry,
    ];

    /// No rule at all.
    pub const fn none() -> Self {
        Self(0)
    }

    /// These rules and this one.
    #[must_use]
    pub const fn with(self, check: Check) -> Self {
        Self(self.0 | Self::bit(check))
    }

    /// These rules but this one.
    #[must_use]
    pub const fn without(self, check: Check) -> Self {
        Self(self.0 & !Self::bit(check))
    }

    /// Whether a rule is in force.
    pub const fn has(self, check: Check) -> bool {
        self.0 & Self::bit(check) != 0
    }

    #[expect(
        clippy::as_conversions,
        reason = "the discriminant of a fieldless enum, in a const fn"
    )]
    const fn bit(check: Check) -> u64 {
        1 << (check as u64)
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self::OFF_BY_DEFAULT.into_iter().fold(Self(u64::MAX), Self::without)
    }
}
