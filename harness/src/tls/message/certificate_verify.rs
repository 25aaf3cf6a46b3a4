//! `CertificateVerify`.

use rustls::{HandshakeType, SignatureScheme};

use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader};

/// RFC 8446 4.4.3 and RFC 5246 7.4.8, which look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateVerify {
    /// `algorithm`.
    pub scheme: SignatureScheme,
    /// The signature.
    pub signature: Vec<u8>,
}

impl CertificateVerify {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![
            Field::u16("algorithm", self.scheme.into()),
            Field::opaque("signature", 2, self.signature.as_slice()),
        ];
        Message::new(HandshakeType::CertificateVerify, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let scheme = reader.u16("algorithm")?.into();
        let signature = reader.vec16("signature")?.to_vec();
        reader.finish("signature")?;
        Ok(Self { scheme, signature })
    }
}
