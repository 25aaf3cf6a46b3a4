//! `Certificate` of both versions.

use rustls::HandshakeType;

use crate::tls::extension::{self, Extension};
use crate::tls::field::{Field, Message};
use crate::tls::reader::{Malformed, Reader, not_empty};

const KIND: HandshakeType = HandshakeType::Certificate;
const LIST: &str = "certificate_list";

/// RFC 8446 4.4.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate13 {
    /// `certificate_request_context`.
    pub context: Vec<u8>,
    /// `certificate_list`, the sender's own first.
    pub entries: Vec<CertificateEntry>,
}

/// An entry of the `certificate_list` of TLS 1.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateEntry {
    /// `cert_data`.
    pub data: Vec<u8>,
    /// What belongs to this certificate.
    pub extensions: Vec<Extension>,
}

impl CertificateEntry {
    /// A certificate alone.
    pub fn new(data: impl Into<Vec<u8>>) -> Self {
        Self { data: data.into(), extensions: Vec::new() }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let data = not_empty(reader.vec24("cert_data")?, "cert_data")?.to_vec();
        Ok(Self { data, extensions: extension::read_list(reader)? })
    }

    fn to_field(&self) -> Field {
        let data = Field::opaque("cert_data", 3, self.data.as_slice());
        Field::group("", vec![data, extension::to_field(&self.extensions)])
    }
}

impl Certificate13 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let entries = self.entries.iter().map(CertificateEntry::to_field);
        let fields = vec![
            Field::opaque("certificate_request_context", 1, self.context.as_slice()),
            Field::list(LIST, 3, entries),
        ];
        Message::new(KIND, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let context = reader.vec8("certificate_request_context")?.to_vec();
        let list = Reader::new(reader.vec24(LIST)?);
        reader.finish(LIST)?;
        Ok(Self { context, entries: list.all(CertificateEntry::read)? })
    }
}

/// RFC 5246 7.4.2 and 7.4.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate12 {
    /// `certificate_list`, the sender's own first.
    pub list: Vec<Vec<u8>>,
}

impl Certificate12 {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let entries = self.list.iter().map(|data| Field::opaque("", 3, data.as_slice()));
        Message::new(KIND, vec![Field::list(LIST, 3, entries)])
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let list = Reader::new(reader.vec24(LIST)?);
        reader.finish(LIST)?;
        let list = list.all(|entries| Ok(not_empty(entries.vec24(LIST)?, LIST)?.to_vec()))?;
        Ok(Self { list })
    }
}
