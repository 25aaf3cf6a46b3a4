//! `NewSessionTicket` of both versions.

use rustls::HandshakeType;

use crate::tls::extension::{self, Extension};
use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader, not_empty};

const KIND: HandshakeType = HandshakeType::NewSessionTicket;

/// RFC 8446 4.6.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket13 {
    /// `ticket_lifetime` in seconds.
    pub lifetime: u32,
    /// `ticket_age_add`: hides the age of the ticket.
    pub age_add: u32,
    /// `ticket_nonce`.
    pub nonce: Vec<u8>,
    /// The ticket.
    pub ticket: Vec<u8>,
    /// `early_data`, if any.
    pub extensions: Vec<Extension>,
}

impl NewSessionTicket13 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![
            Field::u32("ticket_lifetime", self.lifetime),
            Field::u32("ticket_age_add", self.age_add),
            Field::opaque("ticket_nonce", 1, self.nonce.as_slice()),
            Field::opaque("ticket", 2, self.ticket.as_slice()),
            extension::to_field(&self.extensions),
        ];
        Message::new(KIND, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let lifetime = reader.u32("ticket_lifetime")?;
        let age_add = reader.u32("ticket_age_add")?;
        let nonce = reader.vec8("ticket_nonce")?.to_vec();
        let ticket = not_empty(reader.vec16("ticket")?, "ticket")?.to_vec();
        let extensions = extension::read_list(&mut reader)?;
        reader.finish("extensions")?;
        Ok(Self { lifetime, age_add, nonce, ticket, extensions })
    }
}

/// RFC 5077 3.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket12 {
    /// `ticket_lifetime_hint` in seconds.
    pub lifetime_hint: u32,
    /// Empty where the server has thought better of it.
    pub ticket: Vec<u8>,
}

impl NewSessionTicket12 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![
            Field::u32("ticket_lifetime_hint", self.lifetime_hint),
            Field::opaque("ticket", 2, self.ticket.as_slice()),
        ];
        Message::new(KIND, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let lifetime_hint = reader.u32("ticket_lifetime_hint")?;
        let ticket = reader.vec16("ticket")?.to_vec();
        reader.finish("ticket")?;
        Ok(Self { lifetime_hint, ticket })
    }
}
