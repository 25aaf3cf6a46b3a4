//! `ClientHello`.

use rustls::{CipherSuite, HandshakeType, ProtocolVersion};

use super::{hello_extensions, read_hello_extensions, read_session_id};
use crate::tls::extension::Extension;
use crate::tls::extension_type::ExtensionType;
use crate::tls::field::{Field, Message, code_points};
use crate::tls::reader::{self, Malformed, Reader, not_empty};

/// RFC 8446 4.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// TLS 1.2 where `supported_versions` speaks.
    pub legacy_version: ProtocolVersion,
    /// Octets that nobody can guess.
    pub random: [u8; 32],
    /// `legacy_session_id`.
    pub session_id: Vec<u8>,
    /// What the client would use, best first.
    pub cipher_suites: Vec<CipherSuite>,
    /// `legacy_compression_methods`.
    pub compression_methods: Vec<u8>,
    /// Written only where there are any.
    pub extensions: Vec<Extension>,
}

impl ClientHello {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let mut fields = vec![
            Field::u16("legacy_version", self.legacy_version.into()),
            Field::bytes("random", self.random),
            Field::opaque("legacy_session_id", 1, self.session_id.as_slice()),
            Field::opaque("cipher_suites", 2, code_points(&self.cipher_suites)),
            Field::opaque("legacy_compression_methods", 1, self.compression_methods.as_slice()),
        ];
        fields.extend(hello_extensions(&self.extensions));
        Message::new(HandshakeType::ClientHello, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        const COMPRESSION_METHODS: &str = "legacy_compression_methods";
        const CIPHER_SUITES: &str = "cipher_suites";
        let mut reader = Reader::new(body);
        Ok(Self {
            legacy_version: reader.u16("legacy_version")?.into(),
            random: reader.array("random")?,
            session_id: read_session_id(&mut reader, "legacy_session_id")?,
            cipher_suites: reader::code_points(reader.vec16(CIPHER_SUITES)?, CIPHER_SUITES)?,
            compression_methods: not_empty(reader.vec8(COMPRESSION_METHODS)?, COMPRESSION_METHODS)?
                .to_vec(),
            extensions: read_hello_extensions(reader)?,
        })
    }

    /// The `extension_data` of an extension.
    pub fn extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        Extension::find(&self.extensions, kind).map(|extension| extension.data.as_slice())
    }
}
