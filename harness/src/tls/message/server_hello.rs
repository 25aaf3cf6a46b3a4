//! `ServerHello`, and `HelloRetryRequest`, which looks like one.

use rustls::{CipherSuite, HandshakeType, ProtocolVersion};

use super::{hello_extensions, read_hello_extensions, read_session_id};
use crate::tls::extension::Extension;
use crate::tls::extension_type::ExtensionType;
use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader};

/// RFC 8446 4.1.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// TLS 1.2 where `supported_versions` speaks.
    pub legacy_version: ProtocolVersion,
    /// Octets that nobody can guess, but for [`ServerHello::RETRY`].
    pub random: [u8; 32],
    /// `legacy_session_id_echo`.
    pub session_id: Vec<u8>,
    /// What will be used.
    pub cipher_suite: CipherSuite,
    /// `legacy_compression_method`.
    pub compression_method: u8,
    /// Written only where there are any.
    pub extensions: Vec<Extension>,
}

impl ServerHello {
    /// The `random` of a `HelloRetryRequest` (RFC 8446 4.1.3): SHA-256 of its name.
    pub const RETRY: [u8; 32] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
        0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8,
        0x33, 0x9c,
    ];

    /// Whether this is a `HelloRetryRequest`.
    pub fn is_retry(&self) -> bool {
        self.random == Self::RETRY
    }

    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let mut fields = vec![
            Field::u16("legacy_version", self.legacy_version.into()),
            Field::bytes("random", self.random),
            Field::opaque("legacy_session_id_echo", 1, self.session_id.as_slice()),
            Field::u16("cipher_suite", self.cipher_suite.into()),
            Field::u8("legacy_compression_method", self.compression_method),
        ];
        fields.extend(hello_extensions(&self.extensions));
        Message::new(HandshakeType::ServerHello, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        Ok(Self {
            legacy_version: reader.u16("legacy_version")?.into(),
            random: reader.array("random")?,
            session_id: read_session_id(&mut reader, "legacy_session_id_echo")?,
            cipher_suite: reader.u16("cipher_suite")?.into(),
            compression_method: reader.u8("legacy_compression_method")?,
            extensions: read_hello_extensions(reader)?,
        })
    }

    /// The `extension_data` of an extension.
    pub fn extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        Extension::find(&self.extensions, kind).map(|extension| extension.data.as_slice())
    }
}
