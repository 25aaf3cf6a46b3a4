//! Whose certificates endpoints trust, and whose names they list.

use std::sync::{Arc, Mutex};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::client::{Client, VERSIONS, World, world_with};
use crate::server::Fault;
use crate::server::testing::{Minted, now, root_with};

#[derive(Debug, Default)]
struct Listener(Mutex<Vec<Vec<u8>>>);

impl ResolvesClientCert for Listener {
    fn resolve(&self, names: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        *self.0.lock().unwrap() = names.iter().map(|name| name.to_vec()).collect();
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The common names of an endpoint's `certificate_authorities`.
async fn listed(world: &World, host: &str) -> Vec<&'static str> {
    let mut lists = Vec::new();
    for version in VERSIONS {
        let listener = Arc::new(Listener::default());
        let client = Client::anonymous(version).changed(|config| {
            config.client_auth_cert_resolver = Arc::<Listener>::clone(&listener);
        });
        let _ = world.visit(&client, host).await;
        let names = listener.0.lock().unwrap();
        let known = ["Alpha", "Beta"];
        lists.push(
            names
                .iter()
                .map(|name| *known.iter().find(|k| name.ends_with(k.as_bytes())).unwrap())
                .collect(),
        );
    }
    let last = lists.pop().unwrap();
    assert_eq!(lists, [last]);
    lists.remove(0)
}

#[tokio::test]
async fn endpoints_list_their_own_authorities() {
    for (fault, alpha, beta) in [
        (None, &["Alpha"][..], &["Beta"][..]),
        (Some(Fault::ListsEveryAuthority), &["Alpha", "Beta"], &["Alpha", "Beta"]),
        (Some(Fault::ListsOtherAuthority), &["Beta"], &["Alpha"]),
    ] {
        let world = world_with(fault).await;
        assert_eq!(listed(&world, "alpha.agents.test").await, alpha);
        assert_eq!(listed(&world, "gamma.agents.test").await, alpha);
        assert_eq!(listed(&world, "beta.agents.test").await, beta);
        // What they trust is right all the same.
        assert!(!lets_in(&world, &world.alpha, "beta.agents.test").await);
        assert!(lets_in(&world, &world.beta, "beta.agents.test").await);
    }
}

async fn lets_in(world: &World, issuer: &Minted, host: &str) -> bool {
    let client = Client::with(&[&issuer.client("Client")], VERSIONS[1]);
    world.visit(&client, host).await.is_ok_and(|visit| visit.marker)
}

#[tokio::test]
async fn one_bundle_for_all() {
    let world = world_with(Some(Fault::OneBundleForAll)).await;
    for host in ["alpha.agents.test", "beta.agents.test", "gamma.agents.test", "crl.agents.test"] {
        assert!(lets_in(&world, &world.alpha, host).await, "{host}");
        assert!(lets_in(&world, &world.beta, host).await, "{host}");
    }
    let next = crate::server::testing::root("Next");
    assert!(!lets_in(&world, &next, "beta.agents.test").await);
    world.gate.control().set_anchors("alpha", vec![next.der.clone()]).unwrap();
    assert!(lets_in(&world, &next, "beta.agents.test").await);
}

#[tokio::test]
async fn an_expired_ca_does_not_disturb_the_others() {
    let expired = root_with("Expired", |params| params.not_after = now() - time::Duration::days(1));
    for (fault, works) in [(None, true), (Some(Fault::ExpiredAnchorSpoilsBundle), false)] {
        let world = world_with(fault).await;
        assert!(lets_in(&world, &world.alpha, "alpha.agents.test").await);
        let both = vec![world.alpha.der.clone(), expired.der.clone()];
        world.gate.control().set_anchors("alpha", both).unwrap();
        assert_eq!(lets_in(&world, &world.alpha, "alpha.agents.test").await, works);
        assert_eq!(lets_in(&world, &expired, "alpha.agents.test").await, works);
        assert!(lets_in(&world, &world.beta, "beta.agents.test").await);
    }
}
