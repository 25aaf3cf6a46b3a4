//! TLS 1.2 as rustls speaks it.

use rustls::{ContentType, NamedGroup};

use super::peers::Peers;
use super::split;
use crate::tls::{
    KeyBlock, Side, Suite, Transcript, Version, extended_master_secret, protections, verify_data12,
};

/// Follows a connection of rustls from the premaster secret alone.
fn follow(suite: &Suite, group: NamedGroup) {
    let mut peers = Peers::connect(suite, group);
    let mut records = peers.take_records().into_iter();
    let mut transcript = Transcript::new();
    let mut randoms = Vec::new();
    for (_, record) in records.by_ref().take_while(|(_, r)| r.kind == ContentType::Handshake) {
        for message in split(&record.payload) {
            // Of both hellos, after header and version.
            if matches!(message[0], 1 | 2) {
                randoms.push(message[6..38].to_vec());
            }
            transcript.push(&message);
        }
    }
    let session_hash = transcript.hash(suite.hash);
    let master = extended_master_secret(suite.hash, &peers.shared(), &session_hash);
    assert_eq!(master, peers.logged("CLIENT_RANDOM"));
    let [client_random, server_random] = randoms.try_into().unwrap();
    let keys = protections(suite, &master, &client_random, &server_random);
    let KeyBlock { mut client, mut server } = keys;

    // Both Finished, and the server's ChangeCipherSpec between them.
    for (side, record) in records.filter(|(_, r)| r.kind == ContentType::Handshake) {
        let protection = match side {
            Side::Client => &mut client,
            Side::Server => &mut server,
        };
        let (kind, message) = protection.open(&record).unwrap();
        assert_eq!((kind, &message[..4]), (ContentType::Handshake, &[20, 0, 0, 12][..]));
        let hash = transcript.hash(suite.hash);
        assert_eq!(message[4..], verify_data12(suite.hash, &master, side, &hash));
        transcript.push(&message);
    }
    // Hellos, Certificate, both key exchanges, ServerHelloDone and both Finished.
    assert_eq!(transcript.len(), 8);
    peers.exchange_data(&mut client, &mut server);
}

#[test]
fn every_suite_is_followed_and_spoken() {
    for suite in Suite::ALL.iter().filter(|suite| suite.version == Version::Tls12) {
        follow(suite, NamedGroup::X25519);
    }
}

#[test]
fn p256_is_followed_and_spoken() {
    let suite = Suite::ALL.iter().find(|suite| suite.signs_with_rsa == Some(false)).unwrap();
    follow(suite, NamedGroup::secp256r1);
}
