//! `CompressedCertificate`.

use rustls::{CertificateCompressionAlgorithm, HandshakeType};

use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader, not_empty};

/// RFC 8879 4. Nothing is decompressed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompressedCertificate {
    /// How it is compressed.
    pub algorithm: CertificateCompressionAlgorithm,
    /// Octets that the `Certificate` is said to have.
    pub uncompressed_length: u32,
    /// `compressed_certificate_message`.
    pub compressed: Vec<u8>,
}

impl CompressedCertificate {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![
            Field::u16("algorithm", self.algorithm.into()),
            Field::u24("uncompressed_length", self.uncompressed_length),
            Field::opaque("compressed_certificate_message", 3, self.compressed.as_slice()),
        ];
        Message::new(HandshakeType::CompressedCertificate, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        const COMPRESSED: &str = "compressed_certificate_message";
        let mut reader = Reader::new(body);
        let algorithm = reader.u16("algorithm")?.into();
        let uncompressed_length = reader.u24("uncompressed_length")?;
        let compressed = not_empty(reader.vec24(COMPRESSED)?, COMPRESSED)?.to_vec();
        reader.finish(COMPRESSED)?;
        Ok(Self { algorithm, uncompressed_length, compressed })
    }
}
