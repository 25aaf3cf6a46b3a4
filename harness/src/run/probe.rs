//! One probe: connect, ask the gate whom it sees, ask for the protected resource, and say what came of it.

use std::sync::Arc;

use mtls_reports::PeerText;
use mtls_reports::model::{Fault, Identity, Observation, Outcome, TlsFacts};
use rustls::crypto::CryptoProvider;
use tokio::time::Instant;

use super::identity::{self, Reading};
use crate::client::{self, Connection, Dial, Failure, Request, Response};
use crate::target::Running;

/// One probe of a gate.
#[derive(Clone, Debug)]
pub(super) struct Probe<'a> {
    pub(super) target: &'a Running,
    pub(super) dial: Dial<'a>,
    pub(super) host: &'a str,
    pub(super) provider: &'a Arc<CryptoProvider>,
}

impl Probe<'_> {
    /// Probes. Every wait inside ends at the dial's deadline.
    pub(super) async fn observe(&self) -> Observation {
        let started = Instant::now();
        let (answers, tls) = self.ask().await;
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (outcome, marker, unverified_identity) =
            answers.map_or_else(|failure| (outcome_of(failure), false, None), Answers::outcome);
        Observation { outcome, marker, unverified_identity, tls, elapsed_us }
    }

    async fn ask(&self) -> (Result<Answers, Failure>, TlsFacts) {
        let mut connection = match client::connect(self.dial.clone(), self.provider).await {
            Ok(connection) => connection,
            Err((failure, facts)) => return (Err(failure), facts),
        };
        let facts = connection.facts().clone();
        (self.requests(&mut connection).await, facts)
    }

    async fn requests(&self, connection: &mut Connection) -> Result<Answers, Failure> {
        let paths = self.target.probe();
        let request = |path| Request { host: self.host, path };
        let first = connection.request(request(&paths.identity_path)).await?;
        let reading = match &paths.identity {
            Some(source) if is_success(first.status) => identity::read(source, &first),
            _ => Reading::default(),
        };
        if paths.protected_path == paths.identity_path {
            let marker = self.is_protected(&first);
            return Ok(Answers { status: first.status, reading, marker });
        }
        // A gate that refuses here has said all; asking on would only cost a round trip.
        if !is_success(first.status) {
            let marker = self.holds_marker(&first);
            return Ok(Answers { status: first.status, reading, marker });
        }
        let second = if connection.is_reusable().await {
            connection.request(request(&paths.protected_path)).await
        } else {
            match client::connect(self.dial.clone(), self.provider).await {
                Ok(mut fresh) => fresh.request(request(&paths.protected_path)).await,
                Err((failure, _)) => Err(failure),
            }
        };
        let marker = match second {
            Ok(response) => self.is_protected(&response),
            // A refusal of the protected resource, by whatever means, is an answer too; silence is none.
            Err(Failure::Refused(_)) => false,
            Err(failure) => return Err(failure),
        };
        Ok(Answers { status: first.status, reading, marker })
    }

    /// Whether a response to the protected path gives the protected resource away.
    fn is_protected(&self, response: &Response) -> bool {
        match self.target.marker() {
            Some(_) => self.holds_marker(response),
            None => is_success(response.status),
        }
    }

    /// Whether the marker is in the body, whatever the status.
    fn holds_marker(&self, response: &Response) -> bool {
        self.target.marker().is_some_and(|marker| {
            let marker = marker.as_bytes();
            !marker.is_empty() && response.body.windows(marker.len()).any(|part| part == marker)
        })
    }
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// What the gate answered to both requests.
struct Answers {
    status: u16,
    reading: Reading,
    marker: bool,
}

impl Answers {
    fn outcome(self) -> (Outcome, bool, Option<Identity>) {
        let Self { status, reading: Reading { verified, identity }, marker } = self;
        if verified || marker {
            // An identity that the gate does not vouch for is no identity.
            let identity = identity.filter(|_| verified);
            return (Outcome::Authenticated { identity }, marker, None);
        }
        if is_success(status) {
            return (Outcome::Anonymous, false, identity);
        }
        (Outcome::RejectedHttp { status }, false, None)
    }
}

fn outcome_of(failure: Failure) -> Outcome {
    let error = |fault, message: PeerText| Outcome::Error { fault, message };
    match failure {
        Failure::Refused(refusal) => Outcome::RejectedTls(refusal),
        Failure::Timeout(waiting_for) => Outcome::Timeout { waiting_for },
        Failure::Unreachable(why) => {
            error(Fault::Target, PeerText::new(&format!("no connection: {why}")))
        }
        Failure::Misbehaved(what) => error(Fault::Peer, what),
        Failure::TooMuch { limit } => {
            error(Fault::Peer, PeerText::new(&format!("it sent more than {limit} bytes")))
        }
        Failure::Unsupported(what) => error(Fault::Harness, PeerText::new(&what)),
    }
}
