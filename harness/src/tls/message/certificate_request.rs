//! `CertificateRequest` of both versions.

use rustls::{HandshakeType, SignatureScheme};

use crate::tls::extension::{self, Extension};
use crate::tls::field::{Field, Message, code_points};
use crate::tls::reader::{self, Malformed, Reader, not_empty};

const KIND: HandshakeType = HandshakeType::CertificateRequest;

/// RFC 8446 4.3.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest13 {
    /// `certificate_request_context`: empty in the handshake.
    pub context: Vec<u8>,
    /// `signature_algorithms` must be among them.
    pub extensions: Vec<Extension>,
}

impl CertificateRequest13 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![
            Field::opaque("certificate_request_context", 1, self.context.as_slice()),
            extension::to_field(&self.extensions),
        ];
        Message::new(KIND, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let context = reader.vec8("certificate_request_context")?.to_vec();
        let extensions = extension::read_list(&mut reader)?;
        reader.finish("extensions")?;
        Ok(Self { context, extensions })
    }
}

/// RFC 5246 7.4.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest12 {
    /// `ClientCertificateType`: 1 is `rsa_sign`, 64 `ecdsa_sign`.
    pub certificate_types: Vec<u8>,
    /// `supported_signature_algorithms`.
    pub signature_algorithms: Vec<SignatureScheme>,
    /// Names in DER.
    pub certificate_authorities: Vec<Vec<u8>>,
}

impl CertificateRequest12 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let authorities =
            self.certificate_authorities.iter().map(|name| Field::opaque("", 2, name.as_slice()));
        let fields = vec![
            Field::opaque("certificate_types", 1, self.certificate_types.as_slice()),
            Field::opaque(
                "supported_signature_algorithms",
                2,
                code_points(&self.signature_algorithms),
            ),
            Field::list("certificate_authorities", 2, authorities),
        ];
        Message::new(KIND, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        const TYPES: &str = "certificate_types";
        const ALGORITHMS: &str = "supported_signature_algorithms";
        const AUTHORITIES: &str = "certificate_authorities";
        let mut reader = Reader::new(body);
        let certificate_types = not_empty(reader.vec8(TYPES)?, TYPES)?.to_vec();
        let signature_algorithms = reader::code_points(reader.vec16(ALGORITHMS)?, ALGORITHMS)?;
        let authorities = Reader::new(reader.vec16(AUTHORITIES)?);
        reader.finish(AUTHORITIES)?;
        let certificate_authorities = authorities
            .all(|names| Ok(not_empty(names.vec16(AUTHORITIES)?, AUTHORITIES)?.to_vec()))?;
        Ok(Self { certificate_types, signature_algorithms, certificate_authorities })
    }
}
