//! Lines about messages.

use proptest::prelude::*;
use rustls::{NamedGroup, ProtocolVersion};

use super::{VERSIONS, kinds, octets, received};
use crate::tls::{
    Certificate12, Certificate13, CertificateEntry, CertificateRequest13, CertificateVerify,
    ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions, Extension,
    ExtensionType, Finished, KeyUpdate, Message, NewSessionTicket12, ServerHello, ServerHelloDone,
    ServerKeyExchange, describe, describe_alert, extension,
};

fn said(message: &Message) -> String {
    describe(&received(&message.encode()), ProtocolVersion::TLSv1_3)
}

fn said_12(message: &Message) -> String {
    describe(&received(&message.encode()), ProtocolVersion::TLSv1_2)
}

fn client_hello(extensions: Vec<Extension>) -> Message {
    ClientHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random: [1; 32],
        session_id: Vec::new(),
        cipher_suites: vec![0x1301.into(), 0x1302.into()],
        compression_methods: vec![0],
        extensions,
    }
    .to_message()
}

#[test]
fn hellos() {
    let hello = client_hello(vec![
        extension::server_name("a.test"),
        extension::supported_versions(&[ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2]),
        extension::alpn(&["h2", "http/1.1"]),
        extension::key_share(&[(NamedGroup::X25519, &[1; 32])]),
    ]);
    assert_eq!(
        said(&hello),
        "ClientHello: TLS 1.3, TLS 1.2, server_name a.test, alpn h2, http/1.1, key_share x25519, \
         2 cipher suites, 4 extensions"
    );
    assert_eq!(
        said(&client_hello(Vec::new())),
        "ClientHello: TLS 1.2, 2 cipher suites, no extensions"
    );
    let mut hello = ServerHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random: [1; 32],
        session_id: Vec::new(),
        cipher_suite: 0x1301.into(),
        compression_method: 0,
        extensions: vec![
            extension::selected_version(ProtocolVersion::TLSv1_3),
            extension::server_key_share(NamedGroup::secp256r1, &[4; 65]),
        ],
    };
    assert_eq!(
        said(&hello.to_message()),
        "ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256, key_share secp256r1"
    );
    hello.random = ServerHello::RETRY;
    hello.extensions[1] = extension::retry_key_share(NamedGroup::secp384r1);
    assert_eq!(
        said(&hello.to_message()),
        "ServerHello: HelloRetryRequest, TLS 1.3, TLS_AES_128_GCM_SHA256, key_share secp384r1"
    );
    let extensions =
        vec![extension::alpn(&["http/1.1"]), Extension::empty(ExtensionType::SERVER_NAME)];
    assert_eq!(
        said(&EncryptedExtensions { extensions }.to_message()),
        "EncryptedExtensions: alpn http/1.1, server_name"
    );
}

#[test]
fn certificates() {
    let two = Certificate13 {
        context: Vec::new(),
        entries: vec![CertificateEntry::new([1; 1000]), CertificateEntry::new([2; 432])],
    };
    assert_eq!(said(&two.to_message()), "Certificate: 2 certificates, 1432 octets");
    let none = Certificate12 { list: Vec::new() };
    assert_eq!(said_12(&none.to_message()), "Certificate: no certificates");
    assert_eq!(
        said(&none.to_message()),
        "Certificate: not readable: `certificate_list` ends early"
    );
    let compressed = CompressedCertificate {
        algorithm: 2.into(),
        uncompressed_length: 1000,
        compressed: vec![0; 500],
    };
    assert_eq!(
        said(&compressed.to_message()),
        "CompressedCertificate: brotli, 500 octets, said to be 1000 before"
    );
    let request = CertificateRequest13 {
        context: Vec::new(),
        extensions: vec![
            extension::signature_algorithms(&[0x0403.into(), 0x0804.into()]),
            extension::certificate_authorities(&[vec![0x30, 0], vec![0x30, 0]]),
        ],
    };
    assert_eq!(
        said(&request.to_message()),
        "CertificateRequest: ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, 2 certificate authorities"
    );
}

#[test]
fn keys_and_proofs() {
    let mut verify =
        CertificateVerify { scheme: 0x0403.into(), signature: vec![0; 71] }.to_message();
    assert_eq!(said(&verify), "CertificateVerify: ecdsa_secp256r1_sha256, 71 octets");
    verify.fields.truncate(1);
    assert_eq!(said(&verify), "CertificateVerify: not readable: `signature` ends early");
    let exchange = ServerKeyExchange {
        group: NamedGroup::X25519,
        public: vec![1; 32],
        scheme: 0x0804.into(),
        signature: vec![0; 256],
    };
    assert_eq!(
        said_12(&exchange.to_message()),
        "ServerKeyExchange: x25519, rsa_pss_rsae_sha256, 256 octets"
    );
    let exchange = ClientKeyExchange { public: vec![1; 65] };
    assert_eq!(said_12(&exchange.to_message()), "ClientKeyExchange: 65 octets");
    assert_eq!(said_12(&ServerHelloDone.to_message()), "ServerHelloDone");
    assert_eq!(said(&Finished { verify_data: vec![0; 32] }.to_message()), "Finished: 32 octets");
    assert_eq!(
        said(&KeyUpdate { request_update: true }.to_message()),
        "KeyUpdate: update_requested"
    );
    let ticket = NewSessionTicket12 { lifetime_hint: 7200, ticket: vec![0; 180] };
    assert_eq!(said_12(&ticket.to_message()), "NewSessionTicket: 180 octets, for 7200 s");
    assert_eq!(said(&Message::raw(99.into(), [0; 3])), "handshake message of type 99: 3 octets");
}

#[test]
fn alerts() {
    assert_eq!(describe_alert(&[2, 42]), "fatal bad_certificate (42)");
    assert_eq!(describe_alert(&[1, 0]), "warning close_notify (0)");
    assert_eq!(describe_alert(&[7, 200]), "level 7 unknown (200)");
    assert_eq!(describe_alert(&[2]), "alert of 1 octet instead of 2");
    assert_eq!(describe_alert(&[]), "alert of no octets instead of 2");
}

#[test]
fn a_peers_text_is_escaped_and_cut() {
    let line = said(&client_hello(vec![extension::server_name("\u{1b}[31m\n\u{202e}\"")]));
    assert!(line.contains(r#"server_name \x1b[31m\n\xe2\x80\xae\""#), "{line}");
    let line = said(&client_hello(vec![extension::server_name("x".repeat(65))]));
    assert!(line.contains(&format!("server_name {}...", "x".repeat(64))), "{line}");
    assert!(!line.contains(&"x".repeat(65)));
    let long = "p".repeat(200);
    let line = said(&client_hello(vec![extension::alpn(&[long.as_str(); 100])]));
    assert!(line.contains(" and 92 more"), "{line}");
    assert!(line.len() < 1000, "{line}");
}

proptest! {
    #[test]
    fn anything_is_one_short_line(kind in kinds(), body in octets(300)) {
        let message = received(&Message::raw(kind, body).encode());
        for version in VERSIONS {
            let line = describe(&message, version);
            prop_assert!(line.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{line:?}");
            prop_assert!(line.len() < 2000);
        }
    }

    #[test]
    fn any_extension_is_one_short_line(kind in 0..60_u16, data in octets(100)) {
        let line = said(&client_hello(vec![Extension::new(ExtensionType(kind), data)]));
        prop_assert!(line.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{line:?}");
    }

    #[test]
    fn any_alert_is_one_short_line(payload in octets(4)) {
        let line = describe_alert(&payload);
        prop_assert!(line.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{line:?}");
    }
}
