//! Lies that rustls must see through: each proves that the client has really told it.

use mtls_scenarios::{KeyAlgorithm, TlsVersion};
use rustls::AlertDescription;

use super::gate::Gate;
use crate::wire::Failure;

async fn alert(gate: &Gate, version: TlsVersion, script: &str) -> AlertDescription {
    match gate.visit(version, script).await {
        Err(Failure::Alert(alert)) => alert,
        other => panic!("{script} {version:?}: {other:?}"),
    }
}

#[tokio::test]
async fn possession() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        for (script, expected) in [
            (r#"[{"skip": "certificate_verify"}]"#, AlertDescription::UnexpectedMessage),
            (r#"[{"sign": {"key": "other"}}]"#, AlertDescription::DecryptError),
            (
                r#"[{"sign": {"transcript": "without_certificate"}}]"#,
                AlertDescription::DecryptError,
            ),
            (r#"[{"sign": {"transcript": "other_random"}}]"#, AlertDescription::DecryptError),
            (
                r#"[{"sign": {"forge": {"numbers": {"r": "zero", "s": "zero"}}}}]"#,
                AlertDescription::DecryptError,
            ),
            (
                r#"[{"edit": {"item": "certificate_verify", "field": "signature", "do": {"flip": -1}}}]"#,
                AlertDescription::DecryptError,
            ),
            (
                r#"[{"edit": {"item": "certificate_verify", "field": "signature", "do": {"length": {"plus": 1}}}}]"#,
                AlertDescription::DecodeError,
            ),
        ] {
            let seen = alert(&gate, version, script).await;
            assert_eq!(seen, expected, "{script} {version:?}");
        }
    }
}

#[tokio::test]
async fn context_belongs_to_tls_1_3() {
    let gate = Gate::new(KeyAlgorithm::P256);
    let server = r#"[{"sign": {"as": {"context": "server"}}}]"#;
    assert_eq!(alert(&gate, TlsVersion::Tls13, server).await, AlertDescription::DecryptError);
    // A client's own context string is the honest one.
    let client =
        r#"[{"sign": {"as": {"context": {"text": "TLS 1.3, client CertificateVerify"}}}}]"#;
    gate.visit(TlsVersion::Tls13, client).await.unwrap();
}

#[tokio::test]
async fn signatures_of_earlier_handshakes() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        gate.visit(version, "[]").await.unwrap();
        let replayed = r#"[{"sign": {"forge": "replayed"}}]"#;
        assert_eq!(alert(&gate, version, replayed).await, AlertDescription::DecryptError);
    }
}

#[tokio::test]
async fn order_and_keys() {
    let gate = Gate::new(KeyAlgorithm::P256);
    let unexpected = AlertDescription::UnexpectedMessage;
    for (version, script, expected) in [
        (TlsVersion::Tls13, r#"[{"swap": ["certificate", "certificate_verify"]}]"#, unexpected),
        (
            TlsVersion::Tls12,
            r#"[{"swap": ["client_key_exchange", "certificate_verify"]}]"#,
            unexpected,
        ),
        (TlsVersion::Tls13, r#"[{"duplicate": "certificate"}]"#, unexpected),
        (TlsVersion::Tls12, r#"[{"skip": "change_cipher_spec"}]"#, unexpected),
        (
            TlsVersion::Tls13,
            r#"[{"encrypt": {"items": "certificate", "under": "application"}}]"#,
            AlertDescription::DecryptError,
        ),
    ] {
        let seen = alert(&gate, version, script).await;
        assert!(seen == expected || seen == AlertDescription::BadRecordMac, "{script}: {seen:?}");
    }
}

#[tokio::test]
async fn a_script_that_cannot_be_followed_says_why() {
    let gate = Gate::new(KeyAlgorithm::P256);
    let script =
        r#"[{"edit": {"item": "certificate", "field": "certificat_list", "do": "remove"}}]"#;
    let Err(Failure::Unable(why)) = gate.visit(TlsVersion::Tls13, script).await else { panic!() };
    assert!(
        why.contains("has no field `certificat_list`") && why.contains("certificate_list.0"),
        "{why}"
    );
}
