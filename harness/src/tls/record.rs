//! Records as they are on the wire (RFC 8446 5.1; RFC 5246 6.2), protected or not.

use rustls::{ContentType, ProtocolVersion};

use super::reader::Malformed;

/// Octets that the content of a record may have.
pub(super) const MAX_PLAINTEXT: usize = 1 << 14;

/// Octets that a record may have after its header: TLS 1.2 allows protection to add the most (RFC 5246 6.2.3).
const MAX_PAYLOAD: usize = MAX_PLAINTEXT + 2048;

/// Octets of a record's header.
const HEADER_LEN: usize = 5;

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Type of its content; of a protected record in TLS 1.3, always application data.
    pub kind: ContentType,
    /// The version that it says; no reader needs it (RFC 8446 5.1).
    pub version: ProtocolVersion,
    /// What follows the header.
    pub payload: Vec<u8>,
}

impl Record {
    /// The octets on the wire. Of a length that does not fit its field, the low 16 bits are written.
    pub fn encode(&self) -> Vec<u8> {
        let header = header(self.kind, self.version, self.payload.len());
        [&header[..], &*self.payload].concat()
    }
}

/// The header of a record with this many octets after it.
pub(super) fn header(kind: ContentType, version: ProtocolVersion, len: usize) -> [u8; HEADER_LEN] {
    let [major, minor] = u16::from(version).to_be_bytes();
    let [.., high, low] = len.to_be_bytes();
    [u8::from(kind), major, minor, high, low]
}

/// Finds the records in a stream of octets.
///
/// It holds what was pushed and not yet taken; who pushes only after `next` found nothing more never has it hold
/// more than one record and one push.
#[derive(Clone, Debug, Default)]
pub struct RecordReader {
    buffer: Vec<u8>,
}

impl RecordReader {
    /// At the beginning of a stream.
    pub const fn new() -> Self {
        Self { buffer: Vec::new() }
    }

    /// Adds octets as they came.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// The next record; `None` until it is complete. What is no record remains so: the stream is lost.
    pub fn next(&mut self) -> Result<Option<Record>, Malformed> {
        // Refused at the first octet: whoever answers in another protocol may never send five.
        let Some(kind) = self.buffer.first().copied().map(ContentType::from) else {
            return Ok(None);
        };
        if matches!(kind, ContentType::Unknown(_)) {
            return Err(Malformed::Invalid { what: "type of the record" });
        }
        let Some((&[_, major, minor, high, low], rest)) =
            self.buffer.split_first_chunk::<HEADER_LEN>()
        else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_PAYLOAD {
            return Err(Malformed::Invalid { what: "length of the record" });
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let version = ProtocolVersion::from(u16::from_be_bytes([major, minor]));
        let record = Record { kind, version, payload: payload.to_vec() };
        self.buffer.drain(..HEADER_LEN + length);
        Ok(Some(record))
    }

    /// Whether nothing is left: no record, nor a part of one.
    pub const fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }
}
