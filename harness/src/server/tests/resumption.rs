//! Tickets and session ids: what they keep, and where they end.

use mtls_scenarios::Mode;
use rustls::client::Resumption;
use rustls::client::Tls12Resumption;

use super::client::{Client, VERSIONS, world, world_with};
use crate::server::Fault;

#[tokio::test]
async fn resumption_keeps_the_identity() {
    let world = world().await;
    let client = world.alpha.client("Client");
    for version in VERSIONS {
        for how in [Tls12Resumption::SessionIdOrTickets, Tls12Resumption::SessionIdOnly] {
            let visitor = Client::with(&[&client], version).changed(|config| {
                config.resumption = Resumption::in_memory_sessions(8).tls12_resumption(how);
            });
            for resumed in [false, true, true] {
                let visit = world.visit(&visitor, "alpha.agents.test").await.unwrap();
                assert_eq!(visit.whoami["resumed"], resumed);
                assert_eq!(visit.whoami["subject"], "CN=Client,O=Example ORG");
                assert!(visit.marker);
            }
        }
    }
}

#[tokio::test]
async fn tickets_end_with_their_generation() {
    let world = world().await;
    let control = world.gate.control();
    let client = world.alpha.client("Client");
    for version in VERSIONS {
        let visitor = Client::with(&[&client], version);
        for _ in 0..2 {
            world.visit(&visitor, "gamma.agents.test").await.unwrap();
        }
        control.set_mode("gamma.agents.test", Mode::Strict).unwrap();
        let visit = world.visit(&visitor, "gamma.agents.test").await.unwrap();
        assert_eq!(visit.whoami["resumed"], false);
        control.set_mode("gamma.agents.test", Mode::Loose).unwrap();
    }
}

#[tokio::test]
async fn tickets_that_outlive_policy() {
    let world = world_with(Some(Fault::TicketsOutlivePolicy)).await;
    for version in VERSIONS {
        world.gate.control().set_mode("gamma.agents.test", Mode::Loose).unwrap();
        let visitor = Client::with(&[&world.alpha.client("Client")], version);
        world.visit(&visitor, "gamma.agents.test").await.unwrap();
        world.gate.control().set_mode("gamma.agents.test", Mode::Strict).unwrap();
        let visit = world.visit(&visitor, "gamma.agents.test").await.unwrap();
        assert_eq!(visit.whoami["resumed"], true);
    }
}
