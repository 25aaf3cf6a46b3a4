//! What an observer is told.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::client::{Client, VERSIONS, World, config};
use crate::server::testing::root;
use crate::server::verify::Refusal;
use crate::server::{Admission, Gate, GateEvent, GateOptions, Happened, Observer, Rejection};

#[derive(Debug)]
struct Listening(mpsc::UnboundedSender<GateEvent>);

impl Observer for Listening {
    fn notice(&self, event: GateEvent) {
        let _ = self.0.send(event);
    }
}

struct Observed {
    world: World,
    events: mpsc::UnboundedReceiver<GateEvent>,
}

impl Observed {
    async fn new() -> Self {
        let (alpha, beta) = (root("Alpha"), root("Beta"));
        let (sender, events) = mpsc::unbounded_channel();
        let options =
            GateOptions { observer: Some(Arc::new(Listening(sender))), ..GateOptions::default() };
        let gate = Gate::start_with(config(&alpha, &beta, None), options).await.unwrap();
        Self { world: World { alpha, beta, gate }, events }
    }

    async fn next(&mut self) -> GateEvent {
        self.events.recv().await.unwrap()
    }

    async fn refused(&mut self) -> (Option<String>, Option<String>, Rejection, Option<String>) {
        match self.next().await.happened {
            Happened::Refused { server_name, host, reason, presented } => {
                (server_name, host, reason, presented.and_then(|identity| identity.subject))
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_comes_and_what_they_ask() {
    let mut observed = Observed::new().await;
    for version in VERSIONS {
        let client = Client::with(&[&observed.world.alpha.client("Client")], version);
        observed.world.visit(&client, "alpha.agents.test").await.unwrap();
        let connected = observed.next().await;
        let Happened::Connected { host, client, resumed: false, .. } = connected.happened else {
            panic!("{connected:?}");
        };
        assert_eq!(host, "alpha.agents.test");
        let Admission::Authenticated(identity) = client else { panic!("{client:?}") };
        assert_eq!(identity.subject.as_deref(), Some("CN=Client,O=Example ORG"));
        for asked in ["/whoami", "/protected"] {
            let answered = observed.next().await;
            assert_eq!(answered.connection, connected.connection);
            let Happened::Answered { path, status: 200, .. } = answered.happened else {
                panic!("{answered:?}");
            };
            assert_eq!(path, asked);
        }
        let nobody = Client::anonymous(version);
        observed.world.visit(&nobody, "gamma.agents.test").await.unwrap();
        let connected = observed.next().await.happened;
        let anonymous =
            matches!(connected, Happened::Connected { client: Admission::Anonymous, .. });
        assert!(anonymous, "{connected:?}");
        for expected in [200, 403] {
            let answered = observed.next().await.happened;
            let same = matches!(answered, Happened::Answered { status, .. } if status == expected);
            assert!(same, "{answered:?}");
        }
    }
}

#[tokio::test]
async fn why_the_rest_do_not() {
    let mut observed = Observed::new().await;
    let alpha = Some("alpha.agents.test".to_owned());
    for version in VERSIONS {
        let stranger = Client::with(&[&observed.world.beta.client("Stranger")], version);
        let _ = observed.world.visit(&stranger, "alpha.agents.test").await;
        let subject = Some("CN=Stranger,O=Example ORG".to_owned());
        let reason = Rejection::Certificate(Refusal::UnknownIssuer);
        assert_eq!(observed.refused().await, (alpha.clone(), alpha.clone(), reason, subject));

        let _ = observed.world.visit(&Client::anonymous(version), "alpha.agents.test").await;
        let reason = Rejection::NoCertificate;
        assert_eq!(observed.refused().await, (alpha.clone(), alpha.clone(), reason, None));

        // The right certificate and another key: it is named, and it is not let in.
        let victim = observed.world.alpha.client("Victim");
        let key = observed.world.alpha.client("Other");
        let thief = Client::impostor(&[&victim], &key, version);
        let _ = observed.world.visit(&thief, "alpha.agents.test").await;
        let (_, _, reason, subject) = observed.refused().await;
        assert_eq!(reason.code(), "handshake", "{reason}");
        assert_eq!(subject.as_deref(), Some("CN=Victim,O=Example ORG"));

        let _ = observed.world.visit(&Client::anonymous(version), "x.agents.test").await;
        let name = Some("x.agents.test".to_owned());
        assert_eq!(observed.refused().await, (name, None, Rejection::UnknownServerName, None));

        let nameless = Client::anonymous(version).changed(|config| config.enable_sni = false);
        let _ = observed.world.visit(&nameless, "alpha.agents.test").await;
        assert_eq!(observed.refused().await, (None, None, Rejection::NoServerName, None));
    }
    let address = observed.world.gate.address("main").unwrap();
    drop(TcpStream::connect(address).await.unwrap());
    assert_eq!(observed.refused().await, (None, None, Rejection::ClientLeft, None));
}
