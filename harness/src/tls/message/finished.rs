//! `Finished`.

use rustls::HandshakeType;

use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, not_empty};

/// RFC 8446 4.4.4 and RFC 5246 7.4.9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// As long as the hash of the cipher suite in TLS 1.3, 12 octets in TLS 1.2.
    pub verify_data: Vec<u8>,
}

impl Finished {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![Field::bytes("verify_data", self.verify_data.as_slice())];
        Message::new(HandshakeType::Finished, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        Ok(Self { verify_data: not_empty(body, "verify_data")?.to_vec() })
    }
}
