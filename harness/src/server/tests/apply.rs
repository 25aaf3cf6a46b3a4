//! A whole policy in the place of another.

use mtls_scenarios::Mode;

use super::client::{Client, VERSIONS, World, config, world, world_with};
use crate::server::{ConfigError, Fault, GateEndpoint, GatePolicy};

/// The policy that the world began with, but for revocation lists: they are made anew each time.
fn policy(world: &World) -> GatePolicy {
    let config = config(&world.alpha, &world.beta, None);
    let mut policy =
        GatePolicy { accounts: config.accounts, listeners: config.listeners, server: None };
    policy.accounts.iter_mut().for_each(|account| account.crls.clear());
    policy
}

fn endpoints(policy: &mut GatePolicy) -> &mut Vec<GateEndpoint> {
    policy.listeners.get_mut("main").unwrap()
}

fn make_strict(policy: &mut GatePolicy, host: &str) {
    let mut all = endpoints(policy).iter_mut();
    all.find(|endpoint| endpoint.host == host).unwrap().mode = Mode::Strict;
}

#[tokio::test]
async fn a_whole_policy_is_put_in_place_or_none() {
    let world = world().await;
    let control = world.gate.control();
    control.apply(policy(&world)).unwrap();
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    let nobody = Client::anonymous(VERSIONS[1]);
    let mut kept = world.connect(&client, "alpha.agents.test").await.unwrap();
    let mut open = world.connect(&nobody, "gamma.agents.test").await.unwrap();

    // One bad account among good changes: nothing happens.
    let mut spoilt = policy(&world);
    make_strict(&mut spoilt, "gamma.agents.test");
    spoilt.accounts[1].anchors.clear();
    assert!(matches!(control.apply(spoilt), Err(ConfigError::NoAnchors(_))));
    let mut elsewhere = policy(&world);
    make_strict(&mut elsewhere, "gamma.agents.test");
    let copy = endpoints(&mut elsewhere).clone();
    elsewhere.listeners.insert("other".to_owned(), copy);
    assert!(matches!(control.apply(elsewhere), Err(ConfigError::NoSuchListener(_))));
    let mut fewer = policy(&world);
    make_strict(&mut fewer, "gamma.agents.test");
    fewer.listeners.remove("crl");
    assert!(matches!(control.apply(fewer), Err(ConfigError::EmptyListener(_))));
    assert_eq!(open.get("/whoami").await.unwrap().0, 200);

    let mut stricter = policy(&world);
    make_strict(&mut stricter, "gamma.agents.test");
    endpoints(&mut stricter).retain(|endpoint| endpoint.host != "beta.agents.test");
    control.apply(stricter).unwrap();
    assert_eq!(open.get("/whoami").await.unwrap().0, 421);
    assert_eq!(kept.get("/whoami").await.unwrap().0, 200);
    assert!(world.visit(&nobody, "gamma.agents.test").await.is_err());
    let other = Client::with(&[&world.beta.client("Client")], VERSIONS[1]);
    assert!(world.visit(&other, "beta.agents.test").await.is_err());
    // And back again; tickets of the account that was not touched are good all the time.
    control.apply(policy(&world)).unwrap();
    assert!(world.visit(&other, "beta.agents.test").await.unwrap().verified);
    let visit = world.visit(&client, "alpha.agents.test").await.unwrap();
    assert_eq!(visit.whoami["resumed"], true);
}

#[tokio::test]
async fn what_was_changed_in_between_counts_for_nothing() {
    let world = world().await;
    let control = world.gate.control();
    control.apply(policy(&world)).unwrap();
    control.set_mode("gamma.agents.test", Mode::Strict).unwrap();
    control.claim_host("alpha.agents.test", "free.agents.test").unwrap();
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    assert!(world.visit(&client, "free.agents.test").await.is_ok());
    control.apply(policy(&world)).unwrap();
    assert!(world.visit(&client, "free.agents.test").await.is_err());
    assert!(world.visit(&client, "alpha.agents.test").await.unwrap().verified);
    let nobody = Client::anonymous(VERSIONS[1]);
    assert!(world.visit(&nobody, "gamma.agents.test").await.is_ok());
}

#[tokio::test]
async fn a_gate_that_ignores_reloads_ignores_this_one_too() {
    let world = world_with(Some(Fault::ReloadIgnored)).await;
    let mut stricter = policy(&world);
    make_strict(&mut stricter, "gamma.agents.test");
    world.gate.control().apply(stricter).unwrap();
    let nobody = Client::anonymous(VERSIONS[1]);
    assert!(world.visit(&nobody, "gamma.agents.test").await.is_ok());
}
