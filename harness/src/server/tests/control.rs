//! Changes of policy while the gate runs.

use mtls_scenarios::Mode;

use super::client::{Client, VERSIONS, world};
use crate::server::ConfigError;
use crate::server::testing::root;

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
