//! With an honest script the client is let in, whatever is negotiated.

use mtls_scenarios::{KeyAlgorithm, TlsVersion};
use rustls::crypto::aws_lc_rs;

use super::gate::Gate;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls12, TlsVersion::Tls13];

#[tokio::test]
async fn every_key_and_version() {
    for key in
        [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Ed25519, KeyAlgorithm::P384]
    {
        let gate = Gate::new(key);
        for version in VERSIONS {
            let (facts, answer) = gate.visit(version, "[]").await.unwrap();
            assert_eq!(
                (facts.version, answer.as_slice()),
                (Some(version), b"yours".as_slice()),
                "{key:?}"
            );
            assert_eq!(facts.resumed, Some(false));
        }
    }
}

#[tokio::test]
async fn every_cipher_suite() {
    for suite in [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9] {
        let gate = Gate::new(KeyAlgorithm::P256);
        let version = if suite < 0x2000 { TlsVersion::Tls13 } else { TlsVersion::Tls12 };
        let script = format!(r#"[{{"hello": {{"cipher_suites": [{suite}]}}}}]"#);
        let (_, answer) = gate.visit(version, &script).await.unwrap();
        assert_eq!(answer, b"yours", "{suite:04x}");
    }
}

#[tokio::test]
async fn other_groups_and_a_retry() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for script in [
        r#"[{"hello": {"groups": [23]}}]"#,
        r#"[{"hello": {"key_shares": []}}]"#,
        r#"[{"hello": {"groups": [23, 29], "key_shares": []}}]"#,
        r#"[{"hello": {"extended_master_secret": false}}]"#,
    ] {
        for version in VERSIONS {
            let (_, answer) = gate.visit(version, script).await.unwrap();
            assert_eq!(answer, b"yours", "{script} {version:?}");
        }
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let mut gate = Gate::new(KeyAlgorithm::P256);
    for version in VERSIONS {
        gate.visit(version, "[]").await.unwrap();
        let (facts, answer) = gate.visit(version, r#"[{"resume": "honestly"}]"#).await.unwrap();
        assert_eq!(
            (facts.resumed, answer.as_slice()),
            (Some(true), b"yours".as_slice()),
            "{version:?}"
        );
    }
    // Without tickets rustls hands out session ids.
    gate.config.ticketer = Gate::new(KeyAlgorithm::P256).config.ticketer;
    gate.config.ticketer = std::sync::Arc::new(NoTickets);
    gate.visit(TlsVersion::Tls12, "[]").await.unwrap();
    let resumed = gate.visit(TlsVersion::Tls12, r#"[{"resume": "honestly"}]"#).await.unwrap();
    assert_eq!(resumed.0.resumed, Some(true));
}

#[derive(Debug)]
struct NoTickets;

impl rustls::server::ProducesTickets for NoTickets {
    fn enabled(&self) -> bool {
        false
    }
    fn lifetime(&self) -> u32 {
        0
    }
    fn encrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

#[tokio::test]
async fn how_it_is_delivered_does_not_matter() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for script in [
        r#"[{"fragment": {"items": ["client_hello", "certificate", "certificate_verify"], "every": 50}}]"#,
        r#"[{"fragment": {"items": "client_hello", "inside": "extensions.server_name.extension_data"}}]"#,
        r#"[{"coalesce": ["certificate", "client_key_exchange", "certificate_verify"]}]"#,
        r#"[{"segment": {"items": "client_hello", "every": 100}}]"#,
        r#"[{"pad": {"items": ["certificate", "application_data"], "octets": 300}}]"#,
        r#"[{"skip": "server_finished"}]"#,
    ] {
        for version in VERSIONS {
            let (_, answer) = gate.visit(version, script).await.unwrap();
            assert_eq!(answer, b"yours", "{script} {version:?}");
        }
    }
}

#[test]
fn rustls_has_no_more_suites_than_are_tried() {
    assert_eq!(aws_lc_rs::ALL_CIPHER_SUITES.len(), 9);
}
