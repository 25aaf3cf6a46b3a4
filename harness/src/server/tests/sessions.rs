//! Each fault of sessions shows itself. The correct twins are the tests of `resumption` and `control`.

use std::time::Duration;

use mtls_scenarios::Mode;
use rustls::client::Tls12Resumption;

use super::client::{Client, Visit, World, config, world_with};
use super::resumption::WAYS;
use crate::server::testing::{Minted, now, root};
use crate::server::{Fault, Gate};

/// Whether a visit happened, and resumed a session.
fn resumed(visit: Result<&Visit, &String>) -> bool {
    visit.is_ok_and(|visit| visit.whoami["resumed"] == true)
}

/// Visits one host, and then another with the session of the first.
async fn carry(
    world: &World,
    list: &[&Minted],
    way: (&'static rustls::SupportedProtocolVersion, Tls12Resumption),
    from: &str,
    to: &str,
) -> Result<Visit, String> {
    let client = Client::with(list, way.0).roaming(way.1);
    world.visit(&client, from).await.unwrap();
    world.visit(&client, to).await
}

const ALPHA: &str = "alpha.agents.test";
const BETA: &str = "beta.agents.test";
const GAMMA: &str = "gamma.agents.test";
const PUBLIC: &str = "public.agents.test";
const CRL: &str = "crl.agents.test";

#[tokio::test]
async fn shared_across_accounts() {
    let world = world_with(Some(Fault::SharedTicketsAcrossAccounts)).await;
    let client = world.alpha.client("Client");
    for way in WAYS {
        let visit = carry(&world, &[&client], way, ALPHA, BETA).await.unwrap();
        assert_eq!(visit.whoami["subject"], "CN=Client,O=Example ORG");
        assert!(visit.marker && resumed(Ok(&visit)));
        assert!(carry(&world, &[], way, GAMMA, ALPHA).await.is_err());
        assert!(carry(&world, &[], way, PUBLIC, ALPHA).await.is_err());
    }
}

#[tokio::test]
async fn shared_across_modes() {
    let world = world_with(Some(Fault::SharedTicketsAcrossModes)).await;
    let client = world.alpha.client("Client");
    for way in WAYS {
        for from in [GAMMA, PUBLIC] {
            let visit = carry(&world, &[], way, from, ALPHA).await.unwrap();
            assert!(!visit.verified && !visit.marker && resumed(Ok(&visit)));
            // And again, with the session that it got there.
            let nobody = Client::anonymous(way.0).roaming(way.1);
            world.visit(&nobody, from).await.unwrap();
            for _ in 0..2 {
                assert!(resumed(world.visit(&nobody, ALPHA).await.as_ref()));
            }
        }
        assert!(carry(&world, &[&client], way, ALPHA, BETA).await.is_err());
        let visit = carry(&world, &[&client], way, ALPHA, PUBLIC).await.unwrap();
        assert!(!visit.verified && resumed(Ok(&visit)));
    }
}

#[tokio::test]
async fn shared_session_cache() {
    let world = world_with(Some(Fault::SharedSessionCache)).await;
    let client = world.alpha.client("Client");
    for way in WAYS {
        let shared = way.1 == Tls12Resumption::SessionIdOnly;
        let visit = carry(&world, &[], way, GAMMA, ALPHA).await;
        assert_eq!(resumed(visit.as_ref()), shared);
        let visit = carry(&world, &[&client], way, ALPHA, BETA).await;
        assert_eq!(visit.is_ok_and(|visit| visit.marker), shared);
    }
}

#[tokio::test]
async fn surviving_a_change_of_mode() {
    for (fault, survives) in
        [(Fault::TicketsSurviveModeChange, true), (Fault::TicketsSurviveRotation, false)]
    {
        let world = world_with(Some(fault)).await;
        for (version, how) in WAYS {
            world.gate.control().set_mode(GAMMA, Mode::Loose).unwrap();
            let nobody = Client::anonymous(version).roaming(how);
            world.visit(&nobody, GAMMA).await.unwrap();
            world.gate.control().set_mode(GAMMA, Mode::Strict).unwrap();
            for _ in 0..2 {
                let visit = world.visit(&nobody, GAMMA).await;
                assert_eq!(resumed(visit.as_ref()), survives, "{fault}");
                assert!(!visit.is_ok_and(|visit| visit.verified || visit.marker));
            }
            assert!(world.visit(&Client::anonymous(version), GAMMA).await.is_err());
        }
    }
}

#[tokio::test]
async fn surviving_a_change_of_cas() {
    let next = root("Next");
    for (fault, survives) in
        [(Fault::TicketsSurviveRotation, true), (Fault::TicketsSurviveRevocation, false)]
    {
        let world = world_with(Some(fault)).await;
        let client = world.alpha.client("Client");
        for (version, how) in WAYS {
            world.gate.control().set_anchors("alpha", vec![world.alpha.der.clone()]).unwrap();
            let visitor = Client::with(&[&client], version).roaming(how);
            world.visit(&visitor, ALPHA).await.unwrap();
            world.gate.control().set_anchors("alpha", vec![next.der.clone()]).unwrap();
            for _ in 0..2 {
                let visit = world.visit(&visitor, ALPHA).await;
                assert_eq!(visit.is_ok_and(|visit| visit.marker), survives, "{fault}");
            }
            assert!(world.visit(&Client::with(&[&client], version), ALPHA).await.is_err());
        }
    }
}

#[tokio::test]
async fn surviving_a_revocation() {
    for (fault, survives) in
        [(Fault::TicketsSurviveRevocation, true), (Fault::TicketsSurviveModeChange, false)]
    {
        let world = world_with(Some(fault)).await;
        let client = world.alpha.client("Client");
        for (version, how) in WAYS {
            world.gate.control().set_crls("alpha", vec![world.alpha.crl(&[])]).unwrap();
            let visitor = Client::with(&[&client], version).roaming(how);
            world.visit(&visitor, CRL).await.unwrap();
            world.gate.control().set_crls("alpha", vec![world.alpha.crl(&[&client])]).unwrap();
            for _ in 0..2 {
                let visit = world.visit(&visitor, CRL).await;
                assert_eq!(visit.is_ok_and(|visit| visit.marker), survives, "{fault}");
            }
            assert!(world.visit(&Client::with(&[&client], version), CRL).await.is_err());
        }
    }
}

#[tokio::test]
async fn surviving_expiry() {
    for (version, how) in WAYS {
        let world = world_with(Some(Fault::TicketsSurviveExpiry)).await;
        let client = world.alpha.client_with("Client", |params| {
            params.not_after = now() + time::Duration::hours(1);
        });
        let visitor = Client::with(&[&client], version).roaming(how);
        world.visit(&visitor, ALPHA).await.unwrap();
        world.gate.control().advance_clock(Duration::from_secs(2 * 3600));
        for _ in 0..2 {
            let visit = world.visit(&visitor, ALPHA).await.unwrap();
            assert!(visit.marker && resumed(Ok(&visit)));
        }
        assert!(world.visit(&Client::with(&[&client], version), ALPHA).await.is_err());
    }
}

#[tokio::test]
async fn rolling() {
    // A session id stays the same when it is resumed: there is nothing to renew.
    for (version, how) in WAYS {
        let world = world_with(Some(Fault::RollingTickets)).await;
        let visitor = Client::with(&[&world.alpha.client("Client")], version).roaming(how);
        world.visit(&visitor, ALPHA).await.unwrap();
        let mut sessions = Vec::new();
        for _ in 0..3 {
            world.gate.control().advance_clock(Duration::from_secs(15 * 3600));
            sessions.push(resumed(world.visit(&visitor, ALPHA).await.as_ref()));
        }
        let by_ticket = how != Tls12Resumption::SessionIdOnly;
        assert_eq!(sessions, [true, by_ticket, true], "{version:?}");
    }
}

#[tokio::test]
async fn identity_flips() {
    for (version, how) in WAYS {
        let world = world_with(Some(Fault::ResumptionVerifies)).await;
        let nobody = Client::anonymous(version).roaming(how);
        let first = world.visit(&nobody, GAMMA).await.unwrap();
        assert!(!first.verified && !first.marker);
        let second = world.visit(&nobody, GAMMA).await.unwrap();
        assert!(second.verified && second.marker && second.whoami["subject"].is_null());

        let world = world_with(Some(Fault::IdentityLostOnResumption)).await;
        let client = Client::with(&[&world.alpha.client("Client")], version).roaming(how);
        for host in [ALPHA, GAMMA] {
            assert!(world.visit(&client, host).await.unwrap().verified);
            let visit = world.visit(&client, host).await.unwrap();
            assert!(!visit.verified && !visit.marker && resumed(Ok(&visit)));
        }
        assert!(world.visit(&Client::anonymous(version), ALPHA).await.is_err());
    }
}

#[tokio::test]
async fn lax() {
    let world = world_with(Some(Fault::LaxTickets)).await;
    let stranger = root("Other").client("Client");
    for way in WAYS {
        let client = Client::with(&[&stranger], way.0).roaming(way.1);
        assert!(!world.visit(&client, GAMMA).await.unwrap().verified);
        assert!(world.visit(&client, GAMMA).await.unwrap().verified);
        let visit = world.visit(&client, ALPHA).await.unwrap();
        assert_eq!(visit.whoami["subject"], "CN=Client,O=Example ORG");
        assert!(visit.marker && resumed(Ok(&visit)));
        assert!(carry(&world, &[&stranger], way, GAMMA, BETA).await.is_err());
        assert!(carry(&world, &[], way, GAMMA, ALPHA).await.is_err());
        assert!(world.visit(&Client::with(&[&stranger], way.0), ALPHA).await.is_err());
    }
}

#[tokio::test]
async fn refusing_unknown_tickets() {
    for fault in [None, Some(Fault::RefuseUnknownTickets)] {
        let world = world_with(fault).await;
        let client = world.alpha.client("Client");
        for way in WAYS {
            let client = Client::with(&[&client], way.0).roaming(way.1);
            assert!(world.visit(&client, ALPHA).await.unwrap().verified);
            assert!(resumed(world.visit(&client, ALPHA).await.as_ref()));
            let elsewhere = world.visit(&client, CRL).await;
            let by_ticket = way.1 != Tls12Resumption::SessionIdOnly;
            assert_eq!(elsewhere.is_err(), fault.is_some() && by_ticket, "{way:?}");
        }
    }
}

#[tokio::test]
async fn surviving_a_restart() {
    for fault in [None, Some(Fault::TicketsSurviveRestart)] {
        for way in WAYS {
            let mut world = world_with(fault).await;
            let nobody = Client::anonymous(way.0).roaming(way.1);
            world.visit(&nobody, GAMMA).await.unwrap();
            let remains = world.gate.remains();
            let config = config(&world.alpha, &world.beta, fault);
            world.gate = Gate::start_again(config, remains).await.unwrap();
            let visit = world.visit(&nobody, GAMMA).await;
            assert_eq!(resumed(visit.as_ref()), fault.is_some(), "{way:?}");
        }
    }
}
