//! Each fault that sits in the gate rather than in the validator shows itself.

use mtls_scenarios::Mode;

use super::client::{Client, VERSIONS, world_with};
use crate::server::Fault;
use crate::server::testing::{lone_client, root};

#[tokio::test]
async fn over_acceptance() {
    for version in VERSIONS {
        let stranger = Client::with(&[&root("Other").client("Client")], version);
        let world = world_with(Some(Fault::AcceptAll)).await;
        assert!(world.visit(&stranger, "alpha.agents.test").await.unwrap().marker);

        let world = world_with(Some(Fault::LooseTreatsInvalidAsAuthenticated)).await;
        assert!(world.visit(&stranger, "alpha.agents.test").await.is_err());
        assert!(world.visit(&stranger, "gamma.agents.test").await.unwrap().marker);

        let world = world_with(Some(Fault::IgnorePossession)).await;
        let client = world.alpha.client("Client");
        let impostor = Client::impostor(&[&client], &lone_client("Other"), version);
        assert!(world.visit(&impostor, "alpha.agents.test").await.unwrap().marker);

        for (fault, admitted) in [(None, false), (Some(Fault::PathFromAnyCertificate), true)] {
            let world = world_with(fault).await;
            let (one, client) = (world.alpha.intermediate("One"), world.alpha.client("Client"));
            let last = Client::impostor(&[&one, &client], &client, version);
            let visit = world.visit(&last, "alpha.agents.test").await;
            assert_eq!(
                visit.is_ok_and(|v| v.whoami["subject"] == "CN=Client,O=Example ORG"),
                admitted
            );
            let thief = Client::impostor(&[&one, &client], &lone_client("Other"), version);
            assert!(world.visit(&thief, "alpha.agents.test").await.is_err());
        }

        let nobody = Client::anonymous(version);
        let world = world_with(Some(Fault::MarkerForEveryone)).await;
        let visit = world.visit(&nobody, "gamma.agents.test").await.unwrap();
        assert!(visit.marker && !visit.verified);

        let world = world_with(Some(Fault::StrictLetsEmptyListThrough)).await;
        assert!(!world.visit(&nobody, "alpha.agents.test").await.unwrap().verified);
    }
}

#[tokio::test]
async fn verified_and_forgotten() {
    let world = world_with(Some(Fault::AnonymousAlways)).await;
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    let visit = world.visit(&client, "alpha.agents.test").await.unwrap();
    assert!(!visit.verified && !visit.marker);
}

#[tokio::test]
async fn wrong_request() {
    let world = world_with(Some(Fault::IgnoreHost)).await;
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    let mut connection = world.connect(&client, "alpha.agents.test").await.unwrap();
    let request = "GET /protected HTTP/1.1\r\nHost: beta.agents.test\r\n\r\n";
    assert_eq!(connection.send(request).await.unwrap().0, 200);

    let world = world_with(Some(Fault::KeepConnections)).await;
    let mut open =
        world.connect(&Client::anonymous(VERSIONS[1]), "gamma.agents.test").await.unwrap();
    world.gate.control().set_mode("gamma.agents.test", Mode::Strict).unwrap();
    assert_eq!(open.get("/whoami").await.unwrap().0, 200);
}

#[tokio::test]
async fn over_blocking() {
    for fault in [
        Fault::RefuseEveryone,
        Fault::RefuseV1,
        Fault::RefuseIntermediates,
        Fault::RefuseDisorderedList,
        Fault::RefuseEd25519,
        Fault::RefuseLateExpiry,
        Fault::RefuseExpiredAnchor,
    ] {
        let world = world_with(Some(fault)).await;
        let ca = world.alpha.intermediate("Ca");
        let client = world.alpha.client("Client");
        let refused = match fault {
            Fault::RefuseV1 => vec![client.as_v1(&world.alpha)],
            Fault::RefuseIntermediates => vec![ca.client("Client"), ca],
            Fault::RefuseDisorderedList => vec![client.clone(), root("Other")],
            Fault::RefuseEd25519 => {
                let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
                vec![world.alpha.client_of("Client", key.into())]
            }
            Fault::RefuseLateExpiry => vec![world.alpha.client_with("Client", |params| {
                params.not_after = rcgen::date_time_ymd(2054, 1, 1);
            })],
            Fault::RefuseExpiredAnchor => {
                let old = crate::server::testing::root_with("Old", |params| {
                    params.not_after = crate::server::testing::now() - time::Duration::hours(1);
                });
                let both = vec![old.der.clone(), world.alpha.der.clone()];
                world.gate.control().set_anchors("alpha", both).unwrap();
                vec![old.client("Client")]
            }
            _ => vec![client.clone()],
        };
        let list: Vec<_> = refused.iter().collect();
        let blocked = Client::with(&list, VERSIONS[1]);
        assert!(world.visit(&blocked, "alpha.agents.test").await.is_err(), "{fault}");
        let plain = world.visit(&Client::with(&[&client], VERSIONS[1]), "alpha.agents.test").await;
        assert_eq!(plain.is_ok(), fault != Fault::RefuseEveryone, "{fault}");
    }
}

#[tokio::test]
async fn revocation() {
    let past = crate::server::testing::now() - time::Duration::hours(1);
    for fault in [
        Fault::FutureRevocationIgnored,
        Fault::StaleCrlIgnored,
        Fault::LeafOnlyRevocation,
        Fault::CrlFailOpen,
        Fault::CrlOfAnyIssuer,
    ] {
        for faulty in [false, true] {
            let world = world_with(faulty.then_some(fault)).await;
            let one = world.alpha.intermediate("One");
            let mut list = vec![world.alpha.client("Client")];
            let namesake = one.client_with("Other", |params| {
                params.serial_number = list[0].params.serial_number.clone();
            });
            let crls = match fault {
                // Revoked as of next month.
                Fault::FutureRevocationIgnored => vec![world.alpha.crl(&[&list[0]])],
                Fault::StaleCrlIgnored => vec![world.alpha.crl_until(&[&list[0]], past)],
                Fault::CrlFailOpen => vec![one.crl(&[])],
                Fault::CrlOfAnyIssuer => vec![world.alpha.crl(&[]), one.crl(&[&namesake])],
                _ => {
                    list = vec![one.client("Client"), one.clone()];
                    vec![world.alpha.crl(&[&one]), one.crl(&[])]
                }
            };
            world.gate.control().set_crls("alpha", crls).unwrap();
            let client = Client::with(&list.iter().collect::<Vec<_>>(), VERSIONS[1]);
            let admitted = world.visit(&client, "crl.agents.test").await.is_ok();
            assert_eq!(admitted, faulty != (fault == Fault::CrlOfAnyIssuer), "{fault} {faulty}");
        }
    }
}
