//! `KeyUpdate`.

use rustls::HandshakeType;

use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader};

/// RFC 8446 4.6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Whether the other side shall change its keys, too.
    pub request_update: bool,
}

impl KeyUpdate {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![Field::u8("request_update", self.request_update.into())];
        Message::new(HandshakeType::KeyUpdate, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        const WHAT: &str = "request_update";
        let mut reader = Reader::new(body);
        let request_update = match reader.u8(WHAT)? {
            0 => false,
            1 => true,
            _ => return Err(Malformed::Invalid { what: WHAT }),
        };
        reader.finish(WHAT)?;
        Ok(Self { request_update })
    }
}
