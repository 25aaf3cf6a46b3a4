//! Names of code points as the IANA registries have them, or their value where they have none.

use std::borrow::Cow;

use rustls::{
    CertificateCompressionAlgorithm, CipherSuite, HandshakeType, NamedGroup, ProtocolVersion,
    SignatureScheme,
};

fn or_value(name: Option<&'static str>, value: u16) -> Cow<'static, str> {
    name.map_or_else(|| format!("{value:#06x}").into(), Cow::Borrowed)
}

/// `TLS 1.3` and the like.
pub(super) fn version(version: ProtocolVersion) -> Cow<'static, str> {
    let name = match version {
        ProtocolVersion::SSLv3 => Some("SSL 3.0"),
        ProtocolVersion::TLSv1_0 => Some("TLS 1.0"),
        ProtocolVersion::TLSv1_1 => Some("TLS 1.1"),
        ProtocolVersion::TLSv1_2 => Some("TLS 1.2"),
        ProtocolVersion::TLSv1_3 => Some("TLS 1.3"),
        _ => None,
    };
    or_value(name, version.into())
}

/// Name of a handshake message.
pub(super) fn message(kind: HandshakeType) -> Cow<'static, str> {
    let unknown = || format!("handshake message of type {}", u8::from(kind)).into();
    kind.as_str().map_or_else(unknown, Cow::Borrowed)
}

/// Name of a cipher suite.
pub(super) fn cipher_suite(suite: CipherSuite) -> Cow<'static, str> {
    let name = or_value(suite.as_str(), suite.into());
    match name.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}").into(),
        None => name,
    }
}

/// Name of a group.
pub(super) fn group(group: NamedGroup) -> Cow<'static, str> {
    match group {
        NamedGroup::X25519 => "x25519".into(),
        NamedGroup::X448 => "x448".into(),
        _ => or_value(group.as_str(), group.into()),
    }
}

/// Name of a way to compress certificates.
pub(super) fn compression(algorithm: CertificateCompressionAlgorithm) -> Cow<'static, str> {
    let name = match algorithm {
        CertificateCompressionAlgorithm::Zlib => Some("zlib"),
        CertificateCompressionAlgorithm::Brotli => Some("brotli"),
        CertificateCompressionAlgorithm::Zstd => Some("zstd"),
        _ => None,
    };
    or_value(name, algorithm.into())
}

/// Name of a signature scheme.
pub(super) fn signature_scheme(scheme: SignatureScheme) -> Cow<'static, str> {
    let value = u16::from(scheme);
    let name = match value {
        0x0201 => Some("rsa_pkcs1_sha1"),
        0x0203 => Some("ecdsa_sha1"),
        0x0401 => Some("rsa_pkcs1_sha256"),
        0x0403 => Some("ecdsa_secp256r1_sha256"),
        0x0501 => Some("rsa_pkcs1_sha384"),
        0x0503 => Some("ecdsa_secp384r1_sha384"),
        0x0601 => Some("rsa_pkcs1_sha512"),
        0x0603 => Some("ecdsa_secp521r1_sha512"),
        0x0804 => Some("rsa_pss_rsae_sha256"),
        0x0805 => Some("rsa_pss_rsae_sha384"),
        0x0806 => Some("rsa_pss_rsae_sha512"),
        0x0807 => Some("ed25519"),
        0x0808 => Some("ed448"),
        0x0809 => Some("rsa_pss_pss_sha256"),
        0x080a => Some("rsa_pss_pss_sha384"),
        0x080b => Some("rsa_pss_pss_sha512"),
        0x081a => Some("ecdsa_brainpoolP256r1tls13_sha256"),
        0x081b => Some("ecdsa_brainpoolP384r1tls13_sha384"),
        0x081c => Some("ecdsa_brainpoolP512r1tls13_sha512"),
        0x0904 => Some("mldsa44"),
        0x0905 => Some("mldsa65"),
        0x0906 => Some("mldsa87"),
        _ => None,
    };
    or_value(name, value)
}

/// Name of an alert.
pub(super) const fn alert(description: u8) -> &'static str {
    match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_registries_have_them() {
        assert_eq!(version(ProtocolVersion::TLSv1_3), "TLS 1.3");
        assert_eq!(version(ProtocolVersion::Unknown(0x7f1c)), "0x7f1c");
        assert_eq!(cipher_suite(0x1301.into()), "TLS_AES_128_GCM_SHA256");
        assert_eq!(cipher_suite(0xc02b.into()), "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(cipher_suite(0x0a0a.into()), "0x0a0a");
        assert_eq!(group(NamedGroup::X25519), "x25519");
        assert_eq!(group(NamedGroup::secp256r1), "secp256r1");
        assert_eq!(signature_scheme(SignatureScheme::ED25519), "ed25519");
        assert_eq!(message(HandshakeType::Finished), "Finished");
        assert_eq!(message(99.into()), "handshake message of type 99");
        assert_eq!(compression(2.into()), "brotli");
        assert_eq!(alert(116), "certificate_required");
    }
}
