//! TLS 1.3 as rustls speaks it.

use std::io::Write;

use rustls::{ContentType, NamedGroup};

use super::peers::Peers;
use super::split;
use crate::tls::{KeySchedule, Secret, Side, Suite, Transcript, Version};

/// Follows a connection of rustls from the shared secret alone.
fn follow(suite: &Suite, group: NamedGroup) {
    let mut peers = Peers::connect(suite, group);
    let early = KeySchedule::early(suite.hash, None);
    let handshake = early.handshake(&peers.shared());
    let mut transcript = Transcript::new();
    let mut records = peers.take_records().into_iter();
    for _hello in 0..2 {
        transcript.push(&records.next().unwrap().1.payload);
    }
    let hash = transcript.hash(suite.hash);
    let client_secret = handshake.derive("c hs traffic", &hash);
    let server_secret = handshake.derive("s hs traffic", &hash);
    assert_eq!(client_secret.octets(), peers.logged("CLIENT_HANDSHAKE_TRAFFIC_SECRET"));
    assert_eq!(server_secret.octets(), peers.logged("SERVER_HANDSHAKE_TRAFFIC_SECRET"));
    let mut client = client_secret.protection(suite);
    let mut server = server_secret.protection(suite);
    let mut application = None;
    for (side, record) in records {
        if record.kind == ContentType::ChangeCipherSpec {
            continue;
        }
        let (protection, secret) = match side {
            Side::Client => (&mut client, &client_secret),
            Side::Server => (&mut server, &server_secret),
        };
        let (kind, content) = protection.open(&record).unwrap();
        assert_eq!(kind, ContentType::Handshake);
        for message in split(&content) {
            let hash = transcript.hash(suite.hash);
            let finished = message[0] == 20;
            if finished {
                assert_eq!(message[4..], secret.verify_data(&hash));
            }
            transcript.push(&message);
            if !finished {
                continue;
            }
            // The server's application traffic begins here, the client's at its own Finished.
            let hash = transcript.hash(suite.hash);
            match side {
                Side::Server => {
                    let next = handshake.master().derive("s ap traffic", &hash);
                    server = next.protection(suite);
                    application = Some((handshake.master().derive("c ap traffic", &hash), next));
                }
                Side::Client => {
                    client = application.as_ref().unwrap().0.protection(suite);
                }
            }
        }
    }
    let (client_secret, server_secret) = application.unwrap();
    assert_eq!(client_secret.octets(), peers.logged("CLIENT_TRAFFIC_SECRET_0"));
    assert_eq!(server_secret.octets(), peers.logged("SERVER_TRAFFIC_SECRET_0"));
    peers.exchange_data(&mut client, &mut server);
}

#[test]
fn every_suite_is_followed_and_spoken() {
    for suite in Suite::ALL.iter().filter(|suite| suite.version == Version::Tls13) {
        follow(suite, NamedGroup::X25519);
    }
}

#[test]
fn p256_is_followed_and_spoken() {
    follow(Suite::ALL.first().unwrap(), NamedGroup::secp256r1);
}

#[test]
fn updated_keys_are_followed() {
    let suite = Suite::ALL.first().unwrap();
    let mut peers = Peers::connect(suite, NamedGroup::X25519);
    peers.take_records();
    peers.client.refresh_traffic_keys().unwrap();
    peers.client.writer().write_all(b"question").unwrap();
    peers.talk();
    // The server updates its keys before it says something.
    peers.server.writer().write_all(b"answer").unwrap();
    peers.talk();
    let records = peers.take_records();
    for (side, label, said) in [
        (Side::Client, "CLIENT_TRAFFIC_SECRET_0", &b"question"[..]),
        (Side::Server, "SERVER_TRAFFIC_SECRET_0", &b"answer"[..]),
    ] {
        let secret = Secret::new(suite.hash, peers.logged(label));
        let sent: Vec<_> = records.iter().filter(|(sender, _)| *sender == side).collect();
        let [(_, update), (_, data)] = sent.try_into().unwrap();
        assert!(secret.protection(suite).open(data).is_err());
        if side == Side::Client {
            let key_update = (ContentType::Handshake, vec![24, 0, 0, 1, 1]);
            assert_eq!(secret.protection(suite).open(update), Ok(key_update));
        }
        let opened = secret.next().protection(suite).open(data);
        assert_eq!(opened, Ok((ContentType::ApplicationData, said.to_vec())));
    }
}
