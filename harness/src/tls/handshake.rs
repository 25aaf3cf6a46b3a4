//! Handshake messages out of the fragments that records carry (RFC 8446 5.1).

use rustls::HandshakeType;

use super::field::Message;
use super::reader::{Malformed, Reader};

const WHAT: &str = "handshake message";

/// A handshake message as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// `msg_type`.
    pub kind: HandshakeType,
    /// The octets, the header included.
    pub encoded: Vec<u8>,
}

impl Received {
    /// The octets after the header.
    pub fn body(&self) -> &[u8] {
        self.encoded.get(Message::HEADER..).unwrap_or_default()
    }
}

/// Joins fragments of handshake messages.
///
/// Holds no more than one message and the fragment pushed last, where all messages are taken out after each push.
#[derive(Clone, Debug)]
pub struct HandshakeReader {
    limit: usize,
    pending: Vec<u8>,
    /// Octets at the front that have been taken; they go with the next push.
    taken: usize,
}

impl HandshakeReader {
    /// A reader that refuses messages with a body of more than `limit` octets.
    pub const fn new(limit: usize) -> Self {
        Self { limit, pending: Vec::new(), taken: 0 }
    }

    /// Takes the payload of a record.
    pub fn push(&mut self, fragment: &[u8]) {
        self.pending.drain(..self.taken);
        self.taken = 0;
        self.pending.extend_from_slice(fragment);
    }

    /// The next message, or none before all of it has come. What is too long is refused as soon as its header is there,
    /// and ever after.
    #[expect(
        clippy::should_implement_trait,
        reason = "none yet is not the end, and some are errors"
    )]
    pub fn next(&mut self) -> Result<Option<Received>, Malformed> {
        let waiting = self.pending.get(self.taken..).unwrap_or_default();
        if waiting.len() < Message::HEADER {
            return Ok(None);
        }
        let mut reader = Reader::new(waiting);
        let kind = HandshakeType::from(reader.u8(WHAT)?);
        let length = usize::try_from(reader.u24(WHAT)?)
            .ok()
            .filter(|&length| length <= self.limit)
            .ok_or(Malformed::TooLong { what: WHAT })?;
        let whole = Message::HEADER + length;
        let Some(encoded) = waiting.get(..whole).map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        self.taken += whole;
        Ok(Some(Received { kind, encoded }))
    }

    /// Whether no message has come in part.
    pub const fn is_empty(&self) -> bool {
        self.taken == self.pending.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(reader: &mut HandshakeReader) -> Vec<Received> {
        std::iter::from_fn(|| reader.next().unwrap()).collect()
    }

    #[test]
    fn too_long_is_refused_with_the_header() {
        let mut reader = HandshakeReader::new(0x0102);
        reader.push(&[11, 0, 1]);
        assert_eq!(reader.next(), Ok(None));
        reader.push(&[3]);
        assert_eq!(reader.next(), Err(Malformed::TooLong { what: WHAT }));
        assert_eq!(reader.next(), Err(Malformed::TooLong { what: WHAT }));

        let mut longest = HandshakeReader::new(0x0102);
        longest.push(&[11, 0, 1, 2]);
        longest.push(&[7; 0x0101]);
        assert_eq!(longest.next(), Ok(None));
        assert!(!longest.is_empty());
        longest.push(&[7, 14]);
        let message = longest.next().unwrap().unwrap();
        assert_eq!((message.kind, message.body()), (HandshakeType::Certificate, &[7; 0x0102][..]));
        assert!(!longest.is_empty(), "the next message has begun");
        longest.push(&[0, 0, 0]);
        assert_eq!(longest.next().unwrap().unwrap().kind, HandshakeType::ServerHelloDone);
        assert!(longest.is_empty());
    }

    proptest! {
        #[test]
        fn fragments_do_not_matter(
            messages in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..6),
            size in 1..400_usize,
        ) {
            let encoded: Vec<_> = messages
                .iter()
                .map(|(kind, body)| Message::raw((*kind).into(), body.as_slice()).encode())
                .collect();
            let mut reader = HandshakeReader::new(300);
            let mut read = Vec::new();
            for fragment in encoded.concat().chunks(size) {
                reader.push(fragment);
                read.extend(all(&mut reader).into_iter().map(|message| message.encoded));
            }
            prop_assert_eq!(read, encoded);
            prop_assert!(reader.is_empty());
        }
    }
}
