//! What rustls says is read, and written as it came.

use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider, kx_group};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, Connection, ContentType, ProtocolVersion, RootCertStore,
    ServerConfig, ServerConnection, SupportedProtocolVersion, version,
};

use crate::tls::{
    Certificate12, ClientHello, ExtensionType, HandshakeReader, NewSessionTicket12, Received,
    ServerHello, describe, extension,
};

type Group = &'static dyn rustls::crypto::SupportedKxGroup;

/// A client and a server that have not spoken yet; each of them shows `localhost`'s certificate and wants to see it.
fn peers(version: &'static SupportedProtocolVersion, groups: [Vec<Group>; 2]) -> [Connection; 2] {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let chain = vec![cert.der().clone()];
    let key = || PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let roots = Arc::new(roots);
    let [client_provider, server_provider] = groups.map(|kx_groups| {
        Arc::new(rustls::crypto::CryptoProvider { kx_groups, ..default_provider() })
    });

    let mut client = ClientConfig::builder_with_provider(client_provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(Arc::clone(&roots))
        .with_client_auth_cert(chain.clone(), key())
        .unwrap();
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&server_provider));
    let mut server = ServerConfig::builder_with_provider(server_provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(chain, key())
        .unwrap();
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    server.ticketer = Ticketer::new().unwrap();

    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(client), name).unwrap();
    [client.into(), ServerConnection::new(Arc::new(server)).unwrap().into()]
}

/// Shakes hands, and returns what each side sent in the clear.
fn spoken(mut peers: [Connection; 2]) -> [Vec<Received>; 2] {
    let mut sent = [Vec::new(), Vec::new()];
    while peers.iter().any(|peer| peer.is_handshaking() || peer.wants_write()) {
        for from in [0, 1] {
            let mut octets = Vec::new();
            while peers[from].wants_write() {
                peers[from].write_tls(&mut octets).unwrap();
            }
            let mut unread = octets.as_slice();
            while !unread.is_empty() {
                peers[1 - from].read_tls(&mut unread).unwrap();
                peers[1 - from].process_new_packets().unwrap();
            }
            sent[from].extend(octets);
        }
    }
    sent.map(|octets| in_the_clear(&octets))
}

/// The handshake messages before the first record that is something else, but for a `change_cipher_spec` of TLS 1.3,
/// after which a client may say hello again.
fn in_the_clear(mut octets: &[u8]) -> Vec<Received> {
    let mut reader = HandshakeReader::new(1 << 16);
    let mut messages = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = octets {
        let (payload, rest) = rest.split_at(u16::from_be_bytes([*high, *low]).into());
        octets = rest;
        match ContentType::from(*kind) {
            ContentType::Handshake => reader.push(payload),
            ContentType::ChangeCipherSpec if messages.len() == 1 => continue,
            _ => break,
        }
        while let Some(message) = reader.next().unwrap() {
            messages.push(message);
        }
    }
    assert!(reader.is_empty());
    messages
}

fn lines(messages: &[Received], version: ProtocolVersion) -> Vec<String> {
    for message in messages {
        let read = message.to_message(version).unwrap();
        assert_eq!(read.encode(), message.encoded, "{:?}", message.kind);
    }
    messages.iter().map(|message| describe(message, version)).collect()
}

fn names(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.split(':').next().unwrap()).collect()
}

#[test]
fn tls_12_with_a_client_certificate() {
    let groups = [vec![kx_group::X25519], vec![kx_group::X25519]];
    let [client, server] = spoken(peers(&version::TLS12, groups));
    let version = ProtocolVersion::TLSv1_2;
    let said = lines(&client, version);
    assert_eq!(
        names(&said),
        ["ClientHello", "Certificate", "ClientKeyExchange", "CertificateVerify"]
    );
    assert!(said[0].contains("server_name localhost, alpn h2, http/1.1"), "{}", said[0]);
    assert!(said[1].starts_with("Certificate: 1 certificate, "), "{}", said[1]);
    let said = lines(&server, version);
    assert_eq!(
        names(&said),
        [
            "ServerHello",
            "Certificate",
            "ServerKeyExchange",
            "CertificateRequest",
            "ServerHelloDone",
            "NewSessionTicket"
        ]
    );
    assert!(said[2].starts_with("ServerKeyExchange: x25519, ecdsa_"), "{}", said[2]);
    assert!(said[3].ends_with("1 certificate authority"), "{}", said[3]);

    let of = |messages: &[Received], at: usize| messages[at].body().to_vec();
    assert_eq!(Certificate12::parse(&of(&client, 1)), Certificate12::parse(&of(&server, 1)));
    assert!(!NewSessionTicket12::parse(&of(&server, 5)).unwrap().ticket.is_empty());
}

#[test]
fn tls_13_with_and_without_a_retry() {
    for (group, retries) in [(kx_group::X25519, 0), (kx_group::SECP384R1, 1)] {
        let groups = [vec![kx_group::X25519, kx_group::SECP384R1], vec![group]];
        let [client, server] = spoken(peers(&version::TLS13, groups));
        let version = ProtocolVersion::TLSv1_3;
        assert_eq!(names(&lines(&client, version)), vec!["ClientHello"; 1 + retries]);
        let said = lines(&server, version);
        assert_eq!(names(&said), vec!["ServerHello"; 1 + retries]);
        assert_eq!(said[0].contains("HelloRetryRequest"), retries == 1, "{}", said[0]);

        let hello = ClientHello::parse(client.last().unwrap().body()).unwrap();
        let shares = hello.extension(ExtensionType::KEY_SHARE).unwrap();
        assert_eq!(extension::read::key_share(shares).unwrap()[0].0, group.name());
        let hello = ServerHello::parse(server.last().unwrap().body()).unwrap();
        let share = hello.extension(ExtensionType::KEY_SHARE).unwrap();
        assert_eq!(extension::read::server_key_share(share).unwrap().0, group.name());
        assert!(!hello.is_retry());
    }
}
