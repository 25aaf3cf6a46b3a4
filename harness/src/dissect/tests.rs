//! Whatever is on a tape, it is told.

use mtls_reports::model::Speaker;
use proptest::prelude::*;
use rustls::{CipherSuite, ContentType, HandshakeType, ProtocolVersion};

use super::dialogue;
use crate::tape::{End, Tape};
use crate::tls::{HashAlgorithm, Message, Protection, Record, Secret, Suite};

const SECRET: [u8; 32] = [7; 32];
const UPDATE_NOT_REQUESTED: [u8; 1] = [0];

fn suite() -> &'static Suite {
    Suite::find(CipherSuite::TLS13_CHACHA20_POLY1305_SHA256).unwrap()
}

fn told(tape: &Tape) -> Vec<String> {
    let lines = dialogue(&tape.recording().unwrap());
    let mark = |who| match who {
        Speaker::Sent => '>',
        Speaker::Received => '<',
        Speaker::Note => '-',
    };
    lines.iter().map(|line| format!("{} {}", mark(line.who), line.text)).collect()
}

fn record(kind: ContentType, payload: &[u8]) -> Vec<u8> {
    Record { kind, version: ProtocolVersion::TLSv1_2, payload: payload.to_vec() }.encode()
}

fn finished() -> Vec<u8> {
    Message::raw(HandshakeType::Finished, vec![0; 32]).encode()
}

fn key_update() -> Vec<u8> {
    Message::raw(HandshakeType::KeyUpdate, UPDATE_NOT_REQUESTED).encode()
}

/// A tape with a traffic secret of the client's, and what protects under it.
fn under(label: &str) -> (Tape, Secret, Protection) {
    let tape = Tape::blank();
    tape.secret(label, &[0; 32], &SECRET);
    let secret = Secret::new(HashAlgorithm::Sha256, SECRET);
    let protection = secret.protection(suite());
    (tape, secret, protection)
}

#[test]
fn what_is_protected_otherwise_than_as_a_rule_is_said_so() {
    let (tape, _, mut handshake) = under("CLIENT_HANDSHAKE_TRAFFIC_SECRET");
    tape.sent(&record(ContentType::Handshake, &finished()));
    tape.sent(&handshake.seal(ContentType::Handshake, &finished(), 0));
    tape.sent(&handshake.seal(ContentType::ApplicationData, b"GET / HTTP/1.1\r\n", 0));
    tape.sent(&record(ContentType::ApplicationData, b"GET / HTTP/1.1\r\n"));
    let expected = [
        "> Finished: 32 octets, in the clear",
        "> Finished: 32 octets",
        "> HTTP: GET /, under handshake keys",
        "> HTTP: GET /, in the clear",
    ];
    assert_eq!(told(&tape), expected);
}

#[test]
fn key_updates_are_followed() {
    let (tape, mut secret, mut protection) = under("CLIENT_TRAFFIC_SECRET_0");
    for _ in 0..3 {
        tape.sent(&protection.seal(ContentType::Handshake, &key_update(), 0));
        secret = secret.next();
        protection = secret.protection(suite());
    }
    tape.sent(&protection.seal(ContentType::ApplicationData, b"GET /a HTTP/1.1\r\n", 7));
    assert_eq!(told(&tape), ["> KeyUpdate: update_not_requested (3 times)", "> HTTP: GET /a"]);
}

#[test]
fn what_no_secret_opens_is_not_guessed_at() {
    let (tape, ..) = under("CLIENT_TRAFFIC_SECRET_0");
    let mut other = Secret::new(HashAlgorithm::Sha256, [8; 32]).protection(suite());
    tape.sent(&other.seal(ContentType::Handshake, &finished(), 0));
    assert_eq!(told(&tape), ["> application_data record that no recorded secret opens"]);
}

#[test]
fn messages_are_joined_and_what_is_missing_is_named() {
    let tape = Tape::blank();
    let message = finished();
    for octet in message.chunks(12) {
        tape.sent(&record(ContentType::Handshake, octet));
    }
    tape.sent(&record(ContentType::Handshake, &message[..20]));
    tape.received(&record(ContentType::Alert, &[2, 50])[..6]);
    tape.ended(End::Close);
    let expected = [
        "> Finished: 32 octets, in the clear, in 3 records",
        "< end of stream",
        "- the last that the client sent is a handshake message that is not complete",
        "- the last that the gate sent is a record that is not complete",
    ];
    assert_eq!(told(&tape), expected);
}

#[test]
fn what_is_no_tls_is_told_too() {
    let tape = Tape::blank();
    tape.note("step 1".to_owned());
    tape.sent(b"GET /x HTTP/1.1\r\n\r\n");
    tape.received(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    tape.ended(End::Reset);
    let expected = [
        "- step 1",
        "> without TLS: HTTP: GET /x",
        "< without TLS: HTTP: 400 Bad Request",
        "< reset",
    ];
    assert_eq!(told(&tape), expected);
}

#[test]
fn a_flood_is_a_line() {
    let tape = Tape::blank();
    let empty = record(ContentType::ApplicationData, &[1; 30]);
    (0..5000).for_each(|_| tape.received(&empty));
    assert_eq!(told(&tape).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn garbage_is_told(
        parts in proptest::collection::vec((any::<bool>(), octets()), 0..20),
        secrets in proptest::collection::vec((0..LABELS.len(), 0..64_usize), 0..8),
    ) {
        let tape = Tape::blank();
        for (label, length) in secrets {
            tape.secret(LABELS[label], &[1; 32], &vec![2; length]);
        }
        for (sent, octets) in parts {
            if sent { tape.sent(&octets) } else { tape.received(&octets) }
        }
        let _ = dialogue(&tape.recording().unwrap());
    }
}

const LABELS: [&str; 4] =
    ["CLIENT_RANDOM", "CLIENT_TRAFFIC_SECRET_0", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "ODD"];

/// Octets, records of octets, and records of messages of octets.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let octets = || proptest::collection::vec(any::<u8>(), 0..80);
    let kind = || any::<u8>().prop_map(|kind| 20 + kind % 5);
    prop_oneof![
        octets(),
        (kind(), octets()).prop_map(|(kind, payload)| record(kind.into(), &payload)),
        (any::<u8>(), octets()).prop_map(|(kind, body)| {
            let message = Message::raw((kind % 26).into(), body).encode();
            record(ContentType::Handshake, &message)
        }),
        (any::<bool>(), octets()).prop_map(|(is_tls13, rest)| {
            record(ContentType::Handshake, &server_hello(is_tls13, &rest))
        }),
    ]
}

fn server_hello(is_tls13: bool, rest: &[u8]) -> Vec<u8> {
    let suite = if is_tls13 { [0x13, 0x01] } else { [0xc0, 0x2b] };
    let mut body = [&[3, 3][..], &[9; 32], &[0], &suite, &[0]].concat();
    if is_tls13 {
        body.extend([0, 6, 0, 43, 0, 2, 3, 4]);
    }
    [Message::raw(HandshakeType::ServerHello, body).encode(), rest.to_vec()].concat()
}
