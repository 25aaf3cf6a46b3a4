//! Messages of our own, of rustls, and of anybody.

use proptest::prelude::*;
use rustls::{HandshakeType, ProtocolVersion};

use super::{HandshakeReader, Message, Received};

mod describing;
mod extensions;
mod fields;
mod messages;
mod rustls_peers;

const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3];

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
