//! What a `CertificateVerify` signs, and by what.

use rustls::SignatureScheme;

/// Whose words these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client's.
    Client,
    /// The server's.
    Server,
}

/// What the `CertificateVerify` of TLS 1.3 signs (RFC 8446 4.4.3).
pub fn signed_content(side: Side, transcript_hash: &[u8]) -> Vec<u8> {
    let context: &[u8] = match side {
        Side::Client => b"TLS 1.3, client CertificateVerify",
        Side::Server => b"TLS 1.3, server CertificateVerify",
    };
    [&[0x20; 64], context, &[0], transcript_hash].concat()
}

/// Whether a scheme may sign a handshake of TLS 1.3; others are for certificates alone there (RFC 8446 4.2.3).
pub const fn signs_tls13(scheme: SignatureScheme) -> bool {
    !matches!(
        scheme,
        SignatureScheme::RSA_PKCS1_SHA1
            | SignatureScheme::ECDSA_SHA1_Legacy
            | SignatureScheme::RSA_PKCS1_SHA256
            | SignatureScheme::RSA_PKCS1_SHA384
            | SignatureScheme::RSA_PKCS1_SHA512
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_in_the_standard() {
        let content = signed_content(Side::Server, &[0x01; 32]);
        let (padding, rest) = content.split_at(64);
        assert_eq!(padding, [0x20; 64]);
        assert_eq!(rest, [&b"TLS 1.3, server CertificateVerify\0"[..], &[0x01; 32]].concat());
        assert_eq!(content.len(), 130);
        assert_ne!(content, signed_content(Side::Client, &[0x01; 32]));
    }
}
