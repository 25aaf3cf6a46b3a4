//! Messages of our own and of anybody, the traces of RFC 8448, and rustls.

use proptest::prelude::*;
use rustls::{HandshakeType, ProtocolVersion};

use super::{HandshakeReader, Message, Received};

mod describing;
mod extensions;
mod fields;
mod messages;
mod peers;
mod rfc8448;
mod rustls12;
mod rustls13;
mod rustls_peers;
mod trace;

const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3];

/// Octets in hexadecimal, white space between them as it may be.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// The handshake messages in this content of records, headers included.
fn split(mut octets: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while let [_, high, middle, low, ..] = octets {
        let length = u32::from_be_bytes([0, *high, *middle, *low]);
        let (message, rest) = octets.split_at(4 + usize::try_from(length).unwrap());
        messages.push(message.to_vec());
        octets = rest;
    }
    assert!(octets.is_empty());
    messages
}

/// A message that has come in whole.
fn received(encoded: &[u8]) -> Received {
    let mut reader = HandshakeReader::new(1 << 24);
    reader.push(encoded);
    let message = reader.next().unwrap().unwrap();
    assert!(reader.is_empty(), "more than one message");
    message
}

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..=most)
}

/// Types that there are, and some that there are not.
fn kinds() -> impl Strategy<Value = HandshakeType> {
    (0..30_u8).prop_map(HandshakeType::from)
}

proptest! {
    #[test]
    fn what_can_be_read_is_written_as_it_came(kind in kinds(), body in octets(200)) {
        let message = received(&Message::raw(kind, body).encode());
        for version in VERSIONS {
            let Ok(read) = message.to_message(version) else { continue };
            let written = read.encode();
            // The one choice of spelling: no extensions, or an empty list of them.
            if written.len() + 2 == message.encoded.len() {
                prop_assert!(matches!(kind, HandshakeType::ClientHello | HandshakeType::ServerHello));
                prop_assert!(message.encoded.ends_with(&[0, 0]));
            } else {
                prop_assert_eq!(&written, &message.encoded);
            }
        }
    }
}
