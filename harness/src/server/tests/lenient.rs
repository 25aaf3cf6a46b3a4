//! Gates with a TLS of their own serve honest clients as a correct gate does.

use std::sync::Arc;

use mtls_scenarios::Mode;
use rcgen::{KeyPair, PKCS_ED25519, PKCS_RSA_SHA256};
use rustls::SupportedProtocolVersion;

use super::client::{Client, VERSIONS, World, world_with};
use crate::server::Fault;
use crate::server::lenient::Forgiven;
use crate::server::testing::{Minted, lone_client, root};

const HOSTS: [&str; 4] =
    ["public.agents.test", "alpha.agents.test", "beta.agents.test", "gamma.agents.test"];

fn lenient() -> impl Iterator<Item = Fault> {
    Fault::ALL.iter().copied().filter(|fault| !Forgiven::by(Some(*fault)).is_nothing())
}

/// What a visit showed: who was verified, and whether the secret was.
async fn seen(world: &World, client: &Client, host: &str) -> Option<(String, bool)> {
    let visit = world.visit(client, host).await.ok()?;
    assert_eq!(visit.verified, visit.whoami["subject"].is_string());
    Some((visit.whoami["subject"].to_string(), visit.marker))
}

/// Whom a correct gate lets in, for clients of account alpha.
fn expected(host: &str, name: Option<&str>, valid: bool) -> Option<(String, bool)> {
    let subject = |name: &str| format!("\"CN={name},O=Example ORG\"");
    match (host.split('.').next(), name) {
        (Some("public"), _) | (Some("gamma"), None) => Some(("null".to_owned(), false)),
        (Some("alpha" | "gamma"), Some(name)) if valid => Some((subject(name), true)),
        _ => None,
    }
}

async fn visit_all(world: &World, version: &'static SupportedProtocolVersion, fault: Fault) {
    let valid = world.alpha.client("Client");
    let clients: [(Option<&str>, bool, Client); 4] = [
        (None, true, Client::anonymous(version)),
        (Some("Client"), true, Client::with(&[&valid], version)),
        (Some("Stranger"), false, Client::with(&[&root("Other").client("Stranger")], version)),
        (Some("Client"), false, Client::impostor(&[&valid], &lone_client("Thief"), version)),
    ];
    for (name, is_valid, client) in clients {
        for host in HOSTS {
            // rustls puts its whole flight into one record: that gate does not look at it closely.
            if fault == Fault::FragmentsEscapePossession && name == Some("Client") && !is_valid {
                continue;
            }
            let seen = seen(world, &client, host).await;
            let expected = expected(host, name, is_valid);
            assert_eq!(seen, expected, "{fault}: {name:?} {is_valid} at {host}, {version:?}");
        }
    }
}

#[tokio::test]
async fn honest_clients_are_served_as_ever() {
    for fault in lenient() {
        let world = world_with(Some(fault)).await;
        for version in VERSIONS {
            visit_all(&world, version, fault).await;
        }
    }
}

#[tokio::test]
async fn keys_of_every_kind() {
    let world = world_with(Some(Fault::IgnoreBinder)).await;
    for algorithm in [&PKCS_ED25519, &PKCS_RSA_SHA256] {
        let key = Arc::new(KeyPair::generate_for(algorithm).unwrap());
        let minted: Minted = world.alpha.client_of("Keyed", key);
        for version in VERSIONS {
            let client = Client::with(&[&minted], version);
            let seen = seen(&world, &client, "alpha.agents.test").await;
            assert_eq!(seen, Some(("\"CN=Keyed,O=Example ORG\"".to_owned(), true)));
        }
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let world = world_with(Some(Fault::FinishedWithoutCertificateVerify)).await;
    for version in VERSIONS {
        let client = Client::with(&[&world.alpha.client("Client")], version);
        for resumed in [false, true, true] {
            let visit = world.visit(&client, "alpha.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed, "{version:?}");
            assert!(visit.marker);
        }
    }
}

#[tokio::test]
async fn groups_are_asked_for() {
    let world = world_with(Some(Fault::IgnoreFinished)).await;
    for version in VERSIONS {
        let client = Client::with(&[&world.alpha.client("Client")], version).changed(|config| {
            let mut provider = rustls::crypto::aws_lc_rs::default_provider();
            // Its key share is for the first.
            provider.kx_groups = vec![
                rustls::crypto::aws_lc_rs::kx_group::SECP384R1,
                rustls::crypto::aws_lc_rs::kx_group::SECP256R1,
            ];
            let other = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
                .with_protocol_versions(&[version])
                .unwrap()
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(super::client::Anyone))
                .with_client_cert_resolver(Arc::clone(&config.client_auth_cert_resolver));
            *config = other;
        });
        assert!(world.visit(&client, "alpha.agents.test").await.unwrap().marker, "{version:?}");
    }
}

#[tokio::test]
async fn requests_over_http2() {
    let world = world_with(Some(Fault::LenientLengths)).await;
    for version in VERSIONS {
        let client = Client::with(&[&world.alpha.client("Client")], version).for_h2();
        let mut h2 = world.connect(&client, "alpha.agents.test").await.unwrap().into_h2().await;
        let (status, body) = h2.get("alpha.agents.test", "/whoami", None).await;
        assert_eq!(status, 200, "{version:?}");
        assert!(body.contains(r#""alpn":"h2""#) && body.contains("CN=Client"), "{body}");
    }
}

#[tokio::test]
async fn a_retired_generation_is_served_no_longer() {
    let world = world_with(Some(Fault::AnyMessageOrder)).await;
    for version in VERSIONS {
        let client = Client::anonymous(version);
        let mut open = world.connect(&client, "gamma.agents.test").await.unwrap();
        assert_eq!(open.get("/whoami").await.unwrap().0, 200);
        world.gate.control().set_mode("gamma.agents.test", Mode::Strict).unwrap();
        assert_eq!(open.get("/whoami").await.unwrap().0, 421, "{version:?}");
        assert!(world.visit(&client, "gamma.agents.test").await.is_err());
        world.gate.control().set_mode("gamma.agents.test", Mode::Loose).unwrap();
    }
}
