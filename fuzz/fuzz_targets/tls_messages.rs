//! Handshake messages from anybody: what can be read is written back octet by octet, and all of it can be described.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtls_harness::tls::extension::{self, read};
use mtls_harness::tls::{ClientHello, HandshakeReader, Received, describe, describe_alert};
use rustls::{HandshakeType, ProtocolVersion};

fuzz_target!(|input: &[u8]| {
    describe_alert(input);
    extensions(input);
    let mut reader = HandshakeReader::new(1 << 16);
    for fragment in input.chunks(97) {
        reader.push(fragment);
        while let Ok(Some(message)) = reader.next() {
            for version in [ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3] {
                check(&message, version);
            }
        }
    }
});

fn check(message: &Received, version: ProtocolVersion) {
    let line = describe(message, version);
    assert!(line.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "described as {line:?}");
    if let Ok(hello) = ClientHello::parse(message.body()) {
        hello.extensions.iter().for_each(|extension| extensions(&extension.data));
    }
    let Ok(mut fields) = message.to_message(version) else { return };
    let written = fields.encode();
    for path in fields.paths() {
        let span = fields.span(&path).expect("a path without a span");
        assert!(span.end <= written.len(), "{path} ends after the message");
        assert!(fields.find_mut(&path).is_some(), "{path} leads nowhere");
    }
    let is_hello = matches!(message.kind, HandshakeType::ClientHello | HandshakeType::ServerHello);
    // No extensions may be written as none, or as an empty list.
    if !(is_hello && written.len() + 2 == message.encoded.len()) {
        assert_eq!(written, message.encoded, "read and written again, the octets differ");
    }
}

fn extensions(data: &[u8]) {
    if let Ok(name) = read::server_name(data) {
        assert_eq!(extension::server_name(name).data, data);
    }
    if let Ok(versions) = read::supported_versions(data) {
        assert_eq!(extension::supported_versions(&versions).data, data);
    }
    if let Ok(shares) = read::key_share(data) {
        assert_eq!(extension::key_share(&shares).data, data);
    }
    if let Ok(offered) = read::pre_shared_key(data) {
        assert_eq!(extension::pre_shared_key(&offered).data, data);
    }
    if let Ok(schemes) = read::signature_algorithms(data) {
        assert_eq!(extension::signature_algorithms(&schemes).data, data);
    }
    let _ = (read::alpn(data), read::certificate_authorities(data), read::cookie(data));
}
