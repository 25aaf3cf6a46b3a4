//! What must come out of a step, before any target is known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One acceptable result of a probe. A step lists a set of these; any of them passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Let in as exactly the end-entity of the credential: the marker came back, and every identity the gate
    /// reports is that one.
    Authenticated,
    /// Refused by TLS or with an HTTP status, without the marker.
    Rejected,
    /// Rejected, or served as nobody: no identity, no marker.
    Unauthenticated,
    /// Served as nobody: no identity, no marker.
    Anonymous,
}

impl Expected {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Rejected => "rejected",
            Self::Unauthenticated => "unauthenticated",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Expectation of a step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// STRICT and LOOSE: `authenticated`.
    Accepted,
    /// STRICT: `rejected`. LOOSE: `unauthenticated`, narrowed by the target's declared [`LooseFamily`].
    Refused,
    /// STRICT: `rejected`. LOOSE: `anonymous`. For clients that show no certificate.
    NoCertificate,
    /// The standard leaves it open: a target may declare in its file which it promises, and is then held to it.
    /// Undeclared, acceptance as exactly this end-entity and refusal are both good.
    Policy(Policy),
    /// Any of these, whatever the mode.
    Only(Vec<Expected>),
    /// Whatever happens is good; a later step looks at the consequences.
    Anything,
    /// Sets of outcomes, spelled out.
    ByMode {
        /// At a STRICT endpoint.
        strict: Vec<Expected>,
        /// At a LOOSE endpoint.
        loose: Vec<Expected>,
    },
}

/// Decisions that the standards leave to the relying party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// An X.509 v1 end-entity certificate (the documented customer recipe yields one).
    X509V1EndEntity,
    /// A trust anchor past its `notAfter`: RFC 5280 6.1.1 (d) gives an anchor no validity.
    ExpiredTrustAnchor,
    /// `extKeyUsage` with only `anyExtendedKeyUsage` (RFC 5280 4.2.1.12: "MAY").
    AnyExtendedKeyUsage,
    /// The trusted CA's own certificate as the client's.
    CaCertificateAsClient,
    /// `extKeyUsage` of an intermediate applied to what it issues (common practice, not RFC 5280).
    NestedExtendedKeyUsage,
    /// Serial numbers that RFC 5280 4.1.2.2 forbids CAs to issue: zero, negative, over 20 octets.
    UnusualSerialNumber,
    /// Encodings that RFC 5280 forbids CAs to issue but BER readers take: lengths, time types.
    NonCanonicalEncoding,
    /// `rfc822Name` constraints: conforming applications SHOULD process them.
    EmailNameConstraints,
    /// `uniformResourceIdentifier` constraints: conforming applications SHOULD process them.
    UriNameConstraints,
    /// Name forms whose match the standards leave unclear (wildcards, trailing dots).
    UnusualNames,
    /// Hosts of mailboxes and URIs under name constraints that are no host names: a trailing dot, an asterisk.
    NonCanonicalHosts,
    /// An end-entity with an empty subject and no subject alternative name.
    EmptySubject,
    /// More certificates than the path needs, or out of order (RFC 8446 4.4.2: be prepared).
    DisorderedCertificateList,
    /// RSA keys below 2048 bits.
    SmallRsaKey,
    /// A certificate that is on no list, where the list of its issuer is past `nextUpdate`: its status is undetermined
    /// (RFC 5280 6.3.3).
    StaleRevocationList,
    /// A certificate on the path of which an issuer has no list: its status is undetermined (RFC 5280 6.3.3).
    MissingRevocationList,
    /// A right ECDSA signature over the handshake that is not in DER, as RFC 8446 4.2.3 has it and BER readers take.
    NonCanonicalSignature,
    /// Cipher suites that TLS 1.3 does not oblige a gate to have (RFC 8446 9.1).
    OptionalAlgorithms,
    /// A TLS 1.2 client that does not offer the extended master secret (RFC 7627 5.2).
    NoExtendedMasterSecret,
}

impl Policy {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X509V1EndEntity => "x509_v1_end_entity",
            Self::ExpiredTrustAnchor => "expired_trust_anchor",
            Self::AnyExtendedKeyUsage => "any_extended_key_usage",
            Self::CaCertificateAsClient => "ca_certificate_as_client",
            Self::NestedExtendedKeyUsage => "nested_extended_key_usage",
            Self::UnusualSerialNumber => "unusual_serial_number",
            Self::NonCanonicalEncoding => "non_canonical_encoding",
            Self::EmailNameConstraints => "email_name_constraints",
            Self::UriNameConstraints => "uri_name_constraints",
            Self::UnusualNames => "unusual_names",
            Self::NonCanonicalHosts => "non_canonical_hosts",
            Self::EmptySubject => "empty_subject",
            Self::DisorderedCertificateList => "disordered_certificate_list",
            Self::SmallRsaKey => "small_rsa_key",
            Self::StaleRevocationList => "stale_revocation_list",
            Self::MissingRevocationList => "missing_revocation_list",
            Self::NonCanonicalSignature => "non_canonical_signature",
            Self::OptionalAlgorithms => "optional_algorithms",
            Self::NoExtendedMasterSecret => "no_extended_master_secret",
        }
    }
}

/// What a target promises where a [`Policy`] leaves it the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// It accepts.
    Accept,
    /// It refuses.
    Refuse,
}

/// How a LOOSE endpoint treats a certificate that does not validate (RFC 8446 4.4.2.4 allows both to abort and to
/// go on without authentication).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LooseFamily {
    /// The handshake fails.
    FailClosedTls,
    /// The handshake succeeds, every request gets an HTTP error.
    FailClosedHttp,
    /// The request is served and the application told that the certificate is not verified; an unverified
    /// identity may be reported next to that flag.
    PassWithFlag,
}

impl LooseFamily {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FailClosedTls => "fail_closed_tls",
            Self::FailClosedHttp => "fail_closed_http",
            Self::PassWithFlag => "pass_with_flag",
        }
    }
}

/// Promises of a target, by policy.
pub type Promises = BTreeMap<Policy, Promise>;

/// TLS alert descriptions (RFC 8446 6, and the RFC 5246 ones still in use), registry spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the registered names say it")]
pub enum Alert {
    CloseNotify,
    UnexpectedMessage,
    BadRecordMac,
    RecordOverflow,
    HandshakeFailure,
    NoCertificate,
    BadCertificate,
    UnsupportedCertificate,
    CertificateRevoked,
    CertificateExpired,
    CertificateUnknown,
    IllegalParameter,
    UnknownCa,
    AccessDenied,
    DecodeError,
    DecryptError,
    ProtocolVersion,
    InsufficientSecurity,
    InternalError,
    InappropriateFallback,
    UserCanceled,
    NoRenegotiation,
    MissingExtension,
    UnsupportedExtension,
    UnrecognizedName,
    BadCertificateStatusResponse,
    UnknownPskIdentity,
    CertificateRequired,
    NoApplicationProtocol,
}

impl Alert {
    /// Every alert with its code point (`AlertDescription`).
    pub const ALL: [(u8, Self); 29] = [
        (0, Self::CloseNotify),
        (10, Self::UnexpectedMessage),
        (20, Self::BadRecordMac),
        (22, Self::RecordOverflow),
        (40, Self::HandshakeFailure),
        (41, Self::NoCertificate),
        (42, Self::BadCertificate),
        (43, Self::UnsupportedCertificate),
        (44, Self::CertificateRevoked),
        (45, Self::CertificateExpired),
        (46, Self::CertificateUnknown),
        (47, Self::IllegalParameter),
        (48, Self::UnknownCa),
        (49, Self::AccessDenied),
        (50, Self::DecodeError),
        (51, Self::DecryptError),
        (70, Self::ProtocolVersion),
        (71, Self::InsufficientSecurity),
        (80, Self::InternalError),
        (86, Self::InappropriateFallback),
        (90, Self::UserCanceled),
        (100, Self::NoRenegotiation),
        (109, Self::MissingExtension),
        (110, Self::UnsupportedExtension),
        (112, Self::UnrecognizedName),
        (113, Self::BadCertificateStatusResponse),
        (115, Self::UnknownPskIdentity),
        (116, Self::CertificateRequired),
        (120, Self::NoApplicationProtocol),
    ];

    /// Its registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloseNotify => "close_notify",
            Self::UnexpectedMessage => "unexpected_message",
            Self::BadRecordMac => "bad_record_mac",
            Self::RecordOverflow => "record_overflow",
            Self::HandshakeFailure => "handshake_failure",
            Self::NoCertificate => "no_certificate",
            Self::BadCertificate => "bad_certificate",
            Self::UnsupportedCertificate => "unsupported_certificate",
            Self::CertificateRevoked => "certificate_revoked",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateUnknown => "certificate_unknown",
            Self::IllegalParameter => "illegal_parameter",
            Self::UnknownCa => "unknown_ca",
            Self::AccessDenied => "access_denied",
            Self::DecodeError => "decode_error",
            Self::DecryptError => "decrypt_error",
            Self::ProtocolVersion => "protocol_version",
            Self::InsufficientSecurity => "insufficient_security",
            Self::InternalError => "internal_error",
            Self::InappropriateFallback => "inappropriate_fallback",
            Self::UserCanceled => "user_canceled",
            Self::NoRenegotiation => "no_renegotiation",
            Self::MissingExtension => "missing_extension",
            Self::UnsupportedExtension => "unsupported_extension",
            Self::UnrecognizedName => "unrecognized_name",
            Self::BadCertificateStatusResponse => "bad_certificate_status_response",
            Self::UnknownPskIdentity => "unknown_psk_identity",
            Self::CertificateRequired => "certificate_required",
            Self::NoApplicationProtocol => "no_application_protocol",
        }
    }

    /// The alert with this code point, where it is a known one.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == code).map(|(_, alert)| *alert)
    }
}
