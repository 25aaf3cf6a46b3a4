//! One probe: connect, ask the gate whom it sees, ask for the protected resource, and say what came of it.

use mtls_reports::PeerText;
use mtls_reports::model::{Fault, Identity, Observation, Outcome, TlsFacts, TlsRefusal};
use mtls_scenarios::{Mode, Role};
use tokio::time::Instant;

use super::dialler::Dialler;
use super::identity::{self, Reading};
use super::spot::Spot;
use super::tapes::Tapes;
use super::wording::Words;
use crate::client::{Answer, Connection, Failure, Request, Response};
use crate::tape::Tape;
use crate::target::Running;

/// What is asked of a gate, and for whose resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe<'a> {
    pub(super) target: &'a Running,
    pub(super) spot: &'a Spot,
    pub(super) words: &'a Words,
    pub(super) deadline: Instant,
    /// What records its connections; controls go unrecorded.
    pub(super) tapes: Option<&'a Tapes>,
}

/// What a probe saw, and what it leaves.
pub(super) struct Probed {
    pub(super) observation: Observation,
    /// The connection, where there was one.
    pub(super) connection: Option<Connection>,
}

impl Probe<'_> {
    /// Connects and asks. Every wait inside ends at the deadline.
    pub(super) async fn connect(&self, dialler: impl Into<Dialler<'_>>) -> Probed {
        let dialler = dialler.into();
        let started = Instant::now();
        let (answers, tls, connection) = match dialler.connect(self.tape()).await {
            Err((failure, facts)) => (Err(failure), facts, None),
            Ok(mut connection) => {
                let answers = match connection.take_early_response() {
                    Some(early) => early.map(|response| self.early(&response)),
                    None => self.ask(&mut connection, Some(&dialler)).await,
                };
                // Asking may have brought on another CertificateRequest.
                (answers, connection.facts(), Some(connection))
            }
        };
        Probed { observation: observation(self.spot.role, started, answers, tls), connection }
    }

    /// Asks on a connection that is open already.
    pub(super) async fn reuse(&self, connection: &mut Connection) -> Observation {
        let started = Instant::now();
        if let Some(tapes) = self.tapes {
            tapes.go_on(connection.tape());
        }
        // In HTTP/2 a gate takes its leave with GOAWAY, and it is our side that hangs up.
        let answers = if connection.is_reusable(self.deadline).await {
            self.ask(connection, None).await
        } else {
            Err(Failure::Refused(TlsRefusal::Close))
        };
        observation(self.spot.role, started, answers, connection.facts())
    }

    /// Understands the answer to bytes that were written without TLS.
    pub(super) fn plain(&self, answer: Result<Response, Failure>, started: Instant) -> Observation {
        let answers = answer.map(|response| self.early(&response));
        observation(self.spot.role, started, answers, TlsFacts::default())
    }

    /// What the answer in a protocol other than HTTP says. Who is served there has what there is to have.
    fn told(&self, answer: Answer) -> Answers {
        let own = Some(self.spot.role);
        let (said, marker, identity) = match answer {
            Answer::Served => (Said::Served, own, None),
            Answer::ServedAs(Some(identity)) => (Said::Served, own, Some(identity)),
            Answer::ServedAs(None) => (Said::Served, None, None),
            Answer::Refused(message) => (Said::Refused(message), None, None),
        };
        Answers { said, reading: Reading { verified: identity.is_some(), identity }, marker }
    }

    /// What one response alone says.
    fn early(&self, response: &Response) -> Answers {
        let marker = self.marker_in(response);
        Answers { said: Said::Status(response.status), reading: Reading::default(), marker }
    }

    /// The request for the protected resource.
    pub(super) fn protected_request(&self) -> Request<'_> {
        let path = self.target.probe().http().map_or("/", |paths| &paths.protected_path);
        let path = self.words.path.as_deref().unwrap_or(path);
        let method = self.words.method.as_deref().unwrap_or("GET");
        Request { method, ..self.words.request(&self.spot.host, path) }
    }

    /// What records the next connection.
    fn tape(&self) -> Tape {
        self.tapes.map(Tapes::blank).unwrap_or_default()
    }

    async fn ask(
        &self,
        connection: &mut Connection,
        dialler: Option<&Dialler<'_>>,
    ) -> Result<Answers, Failure> {
        let paths = match self.target.probe() {
            mtls_scenarios::Probe::Http(paths) => paths,
            mtls_scenarios::Probe::Protocol(protocol) => {
                let answer = connection.ask(&protocol.at(self.spot.role), self.deadline).await?;
                return Ok(self.told(answer));
            }
        };
        let first = self.words.request(&self.spot.host, &paths.identity_path);
        let first = connection.request(first, self.deadline).await?;
        let reading = match &paths.identity {
            Some(source) if is_success(first.status) => identity::read(source, &first),
            _ => Reading::default(),
        };
        let said = Said::Status(first.status);
        let ordinary = self.words.method.is_none() && self.words.path.is_none();
        if ordinary && self.is_for_everybody() {
            let marker = self.given_away("GET", &first);
            return Ok(Answers { said, reading, marker });
        }
        // A gate that refuses here has said all; asking on would only cost a round trip.
        if ordinary && !is_success(first.status) {
            let marker = self.marker_in(&first);
            return Ok(Answers { said, reading, marker });
        }
        let request = self.protected_request();
        let second = if connection.is_reusable(self.deadline).await {
            connection.request(request, self.deadline).await
        } else if let Some(dialler) = dialler {
            match dialler.connect(self.tape()).await {
                Ok(mut fresh) => fresh.request(request, self.deadline).await,
                Err((failure, _)) => Err(failure),
            }
        } else {
            // Whoever closed the connection gives nothing more away.
            return Ok(Answers { said, reading, marker: None });
        };
        let marker = match second {
            Ok(response) => self.given_away(request.method, &response),
            // A refusal of the protected resource, by whatever means, is an answer too; silence is none.
            Err(Failure::Refused(_)) => None,
            Err(failure) => return Err(failure),
        };
        Ok(Answers { said, reading, marker })
    }

    /// Whose protected resource a response to a request for it gives away.
    fn given_away(&self, method: &str, response: &Response) -> Option<Role> {
        let by_status = match method {
            // No body can hold a marker. What LOOSE mode serves to everybody gives nothing away.
            "HEAD" => self.spot.mode != Mode::Loose || !self.is_for_everybody(),
            "OPTIONS" => false,
            _ => self.target.marker(self.spot.role).is_none(),
        };
        if by_status && is_success(response.status) {
            return Some(self.spot.role);
        }
        self.marker_in(response)
    }

    /// Whether the protected resource is at the path where the gate says to everybody whom it sees.
    fn is_for_everybody(&self) -> bool {
        let paths = self.target.probe().http();
        paths.is_some_and(|paths| paths.protected_path == paths.identity_path)
    }

    /// Whose marker is in the body, whatever the status.
    fn marker_in(&self, response: &Response) -> Option<Role> {
        let others = Role::ALL.into_iter().filter(|role| *role != self.spot.role);
        [self.spot.role].into_iter().chain(others).find(|role| {
            self.target.marker(*role).is_some_and(|marker| {
                let marker = marker.as_bytes();
                !marker.is_empty() && response.body.windows(marker.len()).any(|part| part == marker)
            })
        })
    }
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// Whether the gate served its client.
enum Said {
    /// With a status of HTTP.
    Status(u16),
    /// In another protocol it did,
    Served,
    /// or refused.
    Refused(PeerText),
}

/// What the gate answered to both requests.
struct Answers {
    said: Said,
    reading: Reading,
    /// Whose marker came back.
    marker: Option<Role>,
}

impl Answers {
    fn outcome(self) -> (Outcome, Option<Role>, Option<Identity>) {
        let Self { said, reading: Reading { verified, identity }, marker } = self;
        if verified || marker.is_some() {
            // An identity that the gate does not vouch for is no identity.
            let identity = identity.filter(|_| verified);
            return (Outcome::Authenticated { identity }, marker, None);
        }
        match said {
            Said::Status(status) if !is_success(status) => {
                (Outcome::RejectedHttp { status }, None, None)
            }
            Said::Refused(message) => (Outcome::RejectedProtocol { message }, None, None),
            Said::Status(_) | Said::Served => (Outcome::Anonymous, None, identity),
        }
    }
}

fn observation(
    own: Role,
    started: Instant,
    answers: Result<Answers, Failure>,
    tls: TlsFacts,
) -> Observation {
    let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (outcome, marker, unverified_identity) =
        answers.map_or_else(|failure| (outcome_of(failure), None, None), Answers::outcome);
    Observation {
        outcome,
        marker: marker.is_some(),
        marker_of: marker.filter(|role| *role != own),
        unverified_identity,
        tls,
        elapsed_us,
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
