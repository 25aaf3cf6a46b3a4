//! Tickets and session ids: what they keep, and where they end.

use std::time::Duration;

use mtls_scenarios::Mode;
use rustls::client::Tls12Resumption;
use rustls::version;

use super::client::{Client, world};
use crate::server::testing::now;

/// TLS 1.2 by ticket and by session id, and TLS 1.3.
pub(super) const WAYS: [(&rustls::SupportedProtocolVersion, Tls12Resumption); 3] = [
    (&version::TLS12, Tls12Resumption::SessionIdOrTickets),
    (&version::TLS12, Tls12Resumption::SessionIdOnly),
    (&version::TLS13, Tls12Resumption::SessionIdOrTickets),
];

#[tokio::test]
async fn resumption_keeps_the_identity() {
    let world = world().await;
    let client = world.alpha.client("Client");
    for (version, how) in WAYS {
        let visitor = Client::with(&[&client], version).roaming(how);
        for resumed in [false, true, true] {
            let visit = world.visit(&visitor, "alpha.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed);
            assert_eq!(visit.whoami["subject"], "CN=Client,O=Example ORG");
            assert!(visit.marker);
        }
    }
}

#[tokio::test]
async fn anonymous_stays_anonymous() {
    let world = world().await;
    for (version, how) in WAYS {
        let nobody = Client::anonymous(version).roaming(how);
        for resumed in [false, true, true] {
            let visit = world.visit(&nobody, "gamma.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed);
            assert!(!visit.verified && !visit.marker);
        }
    }
}

#[tokio::test]
async fn sessions_stay_with_their_endpoint() {
    let world = world().await;
    for (version, how) in WAYS {
        let client = Client::with(&[&world.alpha.client("Client")], version).roaming(how);
        world.visit(&client, "alpha.agents.test").await.unwrap();
        assert!(world.visit(&client, "beta.agents.test").await.is_err());
        for host in ["crl.agents.test", "gamma.agents.test"] {
            let visit = world.visit(&client, host).await.unwrap();
            assert_eq!(visit.whoami["resumed"], false);
        }
        for host in ["gamma.agents.test", "public.agents.test"] {
            let nobody = Client::anonymous(version).roaming(how);
            world.visit(&nobody, host).await.unwrap();
            assert!(world.visit(&nobody, "alpha.agents.test").await.is_err());
        }
    }
}

#[tokio::test]
async fn sessions_end_with_their_generation() {
    let world = world().await;
    let control = world.gate.control();
    let client = world.alpha.client("Client");
    for (version, how) in WAYS {
        let visitor = Client::with(&[&client], version).roaming(how);
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
async fn sessions_end_a_day_after_they_began() {
    for (version, how) in WAYS {
        let world = world().await;
        let client = world.alpha.client("Client");
        let visitor = Client::with(&[&client], version).roaming(how);
        for resumed in [false, true, false, true] {
            let visit = world.visit(&visitor, "alpha.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed);
            world.gate.control().advance_clock(Duration::from_secs(15 * 3600));
        }
    }
}

/// RFC 6066 3: a session is not resumed under another name. Its ticket is good otherwise.
#[tokio::test]
async fn a_session_that_is_not_resumed_does_not_shorten_the_next() {
    for (version, how) in WAYS {
        let world = world().await;
        let control = world.gate.control();
        control.claim_host("alpha.agents.test", "other.agents.test").unwrap();
        let client = world.alpha.client("Client");
        let visitor = Client::with(&[&client], version).roaming(how);
        world.visit(&visitor, "alpha.agents.test").await.unwrap();
        for resumed in [false, true] {
            control.advance_clock(Duration::from_secs(15 * 3600));
            let visit = world.visit(&visitor, "other.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed);
            assert_eq!(visit.whoami["endpoint"], "alpha.agents.test");
        }
    }
}

#[tokio::test]
async fn an_expired_certificate_resumes_nothing() {
    for (version, how) in WAYS {
        let world = world().await;
        let client = world.alpha.client_with("Client", |params| {
            params.not_after = now() + time::Duration::hours(1);
        });
        let visitor = Client::with(&[&client], version).roaming(how);
        assert!(world.visit(&visitor, "alpha.agents.test").await.unwrap().verified);
        assert!(world.visit(&visitor, "alpha.agents.test").await.unwrap().verified);
        world.gate.control().advance_clock(Duration::from_secs(2 * 3600));
        assert_eq!(world.visit(&visitor, "alpha.agents.test").await.unwrap_err(), "status 403");
        let again = Client::with(&[&client], version);
        let error = world.visit(&again, "alpha.agents.test").await.unwrap_err();
        assert!(error.contains("CertificateExpired"), "{error}");
    }
}
