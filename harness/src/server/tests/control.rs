//! Changes of policy while the gate runs.

use std::path::PathBuf;
use std::time::Duration;

use mtls_scenarios::Mode;

use super::client::{Client, VERSIONS, World, world, world_with};
use crate::server::testing::{Minted, now, pem, root};
use crate::server::{ConfigError, Fault};

#[tokio::test]
async fn mode_changes_for_new_and_open_connections() {
    let world = world().await;
    let control = world.gate.control();
    for version in VERSIONS {
        control.set_mode("gamma.agents.test", Mode::Loose).unwrap();
        let nobody = Client::anonymous(version);
        let mut open = world.connect(&nobody, "gamma.agents.test").await.unwrap();
        assert_eq!(open.get("/whoami").await.unwrap().0, 200);
        control.set_mode("gamma.agents.test", Mode::Strict).unwrap();
        assert_eq!(open.get("/whoami").await.unwrap().0, 421);
        // Neither with a ticket nor without.
        assert!(world.visit(&nobody, "gamma.agents.test").await.is_err());
        assert!(world.visit(&Client::anonymous(version), "gamma.agents.test").await.is_err());
        let client = Client::with(&[&world.alpha.client("Client")], version);
        assert!(world.visit(&client, "gamma.agents.test").await.unwrap().verified);
        // The same mode again disturbs nobody.
        let mut open = world.connect(&client, "gamma.agents.test").await.unwrap();
        control.set_mode("GAMMA.agents.test", Mode::Strict).unwrap();
        assert_eq!(open.get("/whoami").await.unwrap().0, 200);
    }
    control.set_mode("gamma.agents.test", Mode::Public).unwrap();
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    assert!(!world.visit(&client, "gamma.agents.test").await.unwrap().verified);
}

#[tokio::test]
async fn anchors_change() {
    let world = world().await;
    let next = root("Next");
    let control = world.gate.control();
    for version in VERSIONS {
        control.set_anchors("alpha", vec![world.alpha.der.clone()]).unwrap();
        let old = Client::with(&[&world.alpha.client("Old")], version);
        let new = Client::with(&[&next.client("New")], version);
        assert!(world.visit(&old, "alpha.agents.test").await.unwrap().verified);
        assert!(world.visit(&new, "alpha.agents.test").await.is_err());
        let mut open = world.connect(&old, "alpha.agents.test").await.unwrap();
        let both = vec![world.alpha.der.clone(), next.der.clone()];
        control.set_anchors("alpha", both).unwrap();
        assert_eq!(open.get("/protected").await.unwrap().0, 421);
        assert!(world.visit(&old, "alpha.agents.test").await.unwrap().verified);
        assert!(world.visit(&new, "alpha.agents.test").await.unwrap().verified);
        control.set_anchors("alpha", vec![next.der.clone()]).unwrap();
        assert!(world.visit(&old, "alpha.agents.test").await.is_err());
        assert!(world.visit(&new, "alpha.agents.test").await.unwrap().verified);
    }
}

#[tokio::test]
async fn revocation_lists_change() {
    let world = world().await;
    let control = world.gate.control();
    let client = world.alpha.client("Client");
    for version in VERSIONS {
        control.set_crls("alpha", vec![world.alpha.crl(&[])]).unwrap();
        let visitor = Client::with(&[&client], version);
        assert!(world.visit(&visitor, "crl.agents.test").await.unwrap().verified);
        control.set_crls("alpha", vec![world.alpha.crl(&[&client])]).unwrap();
        let error = world.visit(&visitor, "crl.agents.test").await.unwrap_err();
        assert!(error.contains("CertificateRevoked"), "{error}");
        // This one does not ask.
        assert!(world.visit(&visitor, "alpha.agents.test").await.unwrap().verified);
    }
}

#[tokio::test]
async fn what_cannot_be_changes_nothing() {
    let world = world().await;
    let control = world.gate.control();
    let leaf = world.alpha.client("Leaf").der;
    let bad = vec![world.alpha.der.clone(), leaf];
    assert!(matches!(control.set_anchors("alpha", bad), Err(ConfigError::Anchor { index: 1, .. })));
    assert!(matches!(control.set_anchors("alpha", Vec::new()), Err(ConfigError::NoAnchors(_))));
    assert!(matches!(control.set_anchors("x", Vec::new()), Err(ConfigError::NoSuchAccount(_))));
    let bad = vec![vec![0].into()];
    assert!(matches!(control.set_crls("alpha", bad), Err(ConfigError::Crl { index: 0, .. })));
    let result = control.set_mode("x.agents.test", Mode::Loose);
    assert!(matches!(result, Err(ConfigError::UnknownHost(_))));
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    assert!(world.visit(&client, "alpha.agents.test").await.unwrap().verified);
}

/// A directory, and a file of CA certificates in it.
fn ca_file(content: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, content).unwrap();
    (directory, path)
}

async fn is_let_in(world: &World, client: &Minted, host: &str) -> bool {
    let client = Client::with(&[client], VERSIONS[1]);
    world.visit(&client, host).await.is_ok_and(|visit| visit.marker)
}

#[tokio::test]
async fn ca_files_are_loaded() {
    let next = root("Next");
    let (_directory, good) = ca_file(&pem(&next.der));
    let (_directory, bad) = ca_file("-----BEGIN CERTIFICATE-----\n*");
    let world = world().await;
    let control = world.gate.control();
    let (old, new) = (world.alpha.client("Old"), next.client("New"));
    let error = control.load_ca_file("alpha", &bad).unwrap_err();
    assert!(matches!(error, ConfigError::CaFile(_)) && error.to_string().contains("is not PEM"));
    assert!(is_let_in(&world, &old, "alpha.agents.test").await);
    assert!(!is_let_in(&world, &new, "alpha.agents.test").await);
    control.load_ca_file("alpha", &good).unwrap();
    assert!(!is_let_in(&world, &old, "alpha.agents.test").await);
    assert!(is_let_in(&world, &new, "alpha.agents.test").await);
    assert!(matches!(control.load_ca_file("x", &good), Err(ConfigError::NoSuchAccount(_))));
}

#[tokio::test]
async fn failing_open_on_a_bad_ca_file() {
    let world = world_with(Some(Fault::FailOpenOnBadCaFile)).await;
    let control = world.gate.control();
    let stranger = root("Other").client("Client");
    let (_directory, bad) = ca_file("");
    assert!(!is_let_in(&world, &stranger, "alpha.agents.test").await);
    control.load_ca_file("alpha", &bad).unwrap();
    for version in VERSIONS {
        let nobody = world.visit(&Client::anonymous(version), "alpha.agents.test").await.unwrap();
        assert!(!nobody.verified);
        let client = Client::with(&[&stranger], version);
        for _ in 0..2 {
            assert!(world.visit(&client, "alpha.agents.test").await.unwrap().marker);
        }
        assert!(world.visit(&Client::anonymous(version), "beta.agents.test").await.is_err());
    }
    control.set_mode("gamma.agents.test", Mode::Strict).unwrap();
    assert!(is_let_in(&world, &stranger, "gamma.agents.test").await);
    control.set_anchors("alpha", vec![world.alpha.der.clone()]).unwrap();
    assert!(!is_let_in(&world, &stranger, "alpha.agents.test").await);
}

#[tokio::test]
async fn reloads_that_are_ignored() {
    let world = world_with(Some(Fault::ReloadIgnored)).await;
    let control = world.gate.control();
    let next = root("Next");
    let (_directory, file) = ca_file(&pem(&next.der));
    let client = world.alpha.client("Client");
    control.set_mode("gamma.agents.test", Mode::Strict).unwrap();
    control.set_anchors("alpha", vec![next.der.clone()]).unwrap();
    control.load_ca_file("alpha", &file).unwrap();
    control.set_crls("alpha", vec![world.alpha.crl(&[&client])]).unwrap();
    assert!(world.visit(&Client::anonymous(VERSIONS[1]), "gamma.agents.test").await.is_ok());
    assert!(is_let_in(&world, &client, "alpha.agents.test").await);
    assert!(is_let_in(&world, &client, "crl.agents.test").await);
    assert!(!is_let_in(&world, &next.client("New"), "alpha.agents.test").await);
}

#[tokio::test]
async fn hosts_are_claimed() {
    for (fault, taken) in [(None, false), (Some(Fault::ClaimedHostTakenOver), true)] {
        let world = world_with(fault).await;
        let control = world.gate.control();
        let (alpha, beta) = (world.alpha.client("Alpha"), world.beta.client("Beta"));
        let result = control.claim_host("beta.agents.test", "Alpha.agents.test");
        assert_eq!(result.is_ok(), taken);
        assert!(taken || matches!(result, Err(ConfigError::DuplicateHost { .. })));
        assert_eq!(is_let_in(&world, &beta, "alpha.agents.test").await, taken);
        assert_eq!(is_let_in(&world, &alpha, "alpha.agents.test").await, !taken);
        // What nobody else on the listener has may be claimed, more than once.
        assert!(!is_let_in(&world, &beta, "crl.agents.test").await);
        for _ in 0..2 {
            control.claim_host("beta.agents.test", "free.agents.test").unwrap();
        }
        assert!(is_let_in(&world, &beta, "free.agents.test").await);
        let result = control.claim_host("beta.agents.test", "not a name");
        assert!(matches!(result, Err(ConfigError::InvalidHost { .. })));
        let result = control.claim_host("x.agents.test", "y.agents.test");
        assert!(matches!(result, Err(ConfigError::UnknownHost(_))));
    }
}

#[tokio::test]
async fn the_clock_goes_ahead() {
    let world = world().await;
    let short = world.alpha.client_with("Short", |params| {
        params.not_after = now() + time::Duration::hours(1);
    });
    let late = world.alpha.client_with("Late", |params| {
        params.not_before = now() + time::Duration::hours(1);
    });
    let long = world.alpha.client("Long");
    let list = world.alpha.crl_until(&[], now() + time::Duration::hours(1));
    world.gate.control().set_crls("alpha", vec![list]).unwrap();
    for ahead in [false, true] {
        assert_eq!(is_let_in(&world, &short, "alpha.agents.test").await, !ahead);
        assert_eq!(is_let_in(&world, &late, "alpha.agents.test").await, ahead);
        assert!(is_let_in(&world, &long, "alpha.agents.test").await);
        assert_eq!(is_let_in(&world, &long, "crl.agents.test").await, !ahead);
        world.gate.control().advance_clock(Duration::from_secs(2 * 3600));
    }
}
