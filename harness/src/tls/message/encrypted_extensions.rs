//! `EncryptedExtensions`.

use rustls::HandshakeType;

use crate::tls::extension::{self, Extension};
use crate::tls::field::Message;
use crate::tls::reader::{Malformed, Reader};

/// RFC 8446 4.3.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// What the client need not know to find the keys.
    pub extensions: Vec<Extension>,
}

impl EncryptedExtensions {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![extension::to_field(&self.extensions)];
        Message::new(HandshakeType::EncryptedExtensions, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let extensions = extension::read_list(&mut reader)?;
        reader.finish("extensions")?;
        Ok(Self { extensions })
    }
}
