//! Gates that mean harm.

use mtls_scenarios::{KeyAlgorithm, Script, TlsVersion};
use rustls::{CipherSuite, NamedGroup, ProtocolVersion};
use tokio::io::AsyncReadExt as _;

use super::gate::Gate;
use crate::tls::extension;
use crate::tls::{Extension, ServerHello};
use crate::wire::rehearsal::{Garbage, rehearse};
use crate::wire::{Failure, connect_over};

/// `random` of a `HelloRetryRequest` (RFC 8446 4.1.3).
const RETRY: [u8; 32] = *b"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\
                           \xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

fn hello(random: [u8; 32], cipher_suite: CipherSuite, extensions: Vec<Extension>) -> Vec<u8> {
    let hello = ServerHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random,
        session_id: Vec::new(),
        cipher_suite,
        compression_method: 0,
        extensions,
    };
    hello.to_message().encode()
}

async fn misbehaves(script: &str, garbage: Garbage<'_>) -> String {
    let script: Script = serde_json::from_str(script).unwrap();
    match rehearse(&script, garbage).await {
        Err(Failure::Misbehaved(what)) => what.as_str().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_version_that_was_not_offered() {
    let suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    let older = hello([7; 32], suite, Vec::new());
    let what = misbehaves("[]", Garbage::Messages(&older)).await;
    assert!(what.contains("version that was not offered"), "{what}");
}

#[tokio::test]
async fn a_retry_in_a_group_that_was_not_offered() {
    let extensions = vec![
        extension::selected_version(ProtocolVersion::TLSv1_3),
        extension::retry_key_share(NamedGroup::X448),
    ];
    let retry = hello(RETRY, CipherSuite::TLS13_AES_128_GCM_SHA256, extensions);
    let what = misbehaves("[]", Garbage::Messages(&retry)).await;
    assert!(what.contains("group that was not offered"), "{what}");
}

#[tokio::test]
async fn certificate_requests_without_end() {
    // An empty context, and ed25519 for `signature_algorithms`.
    let request = [13, 0, 0, 11, 0, 0, 8, 0, 13, 0, 4, 0, 2, 8, 7];
    let requests = request.repeat(1000);
    let script = r#"[{"post_handshake": []}]"#;
    let what = misbehaves(script, Garbage::Afterwards(22, &requests)).await;
    assert!(what.contains("without end"), "{what}");
}

#[tokio::test]
async fn keys_change_at_the_end_of_a_record_only() {
    let updates = [24, 0, 0, 1, 1].repeat(2);
    let what = misbehaves("[]", Garbage::Afterwards(22, &updates)).await;
    assert!(what.contains("spans a change of keys"), "{what}");
}

#[tokio::test]
async fn what_was_left_open_closes_with_the_memory() {
    let gate = Gate::new(KeyAlgorithm::P256);
    let script = r#"[{"stop": {"before": "server_flight", "then": "leave_open"}}]"#;
    let dial = gate.dial(TlsVersion::Tls13, script);
    let (near, mut far) = tokio::io::duplex(1 << 16);
    let left = connect_over(Box::new(near), dial).await;
    assert_eq!(left.unwrap_err().0, Failure::Left);
    drop(gate);
    let mut hello = Vec::new();
    far.read_to_end(&mut hello).await.unwrap();
    assert_eq!(hello.first(), Some(&22));
}
