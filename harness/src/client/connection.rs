//! A connection that is ready for requests.

use std::sync::{Arc, OnceLock};

use mtls_reports::PeerText;
use mtls_reports::model::{CertificateSent, Phase, TlsFacts, TlsRefusal};
use mtls_scenarios::{Alpn, Protocol};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::conversation::{Answer, Conversation};
use super::failure::Failure;
use super::http::{Request, Response, Sender};
use super::session::Tickets;
use super::witness::{Testimony, Witness};
use crate::tape::Tape;

/// A connection that is ready for requests. Dropping it closes it.
pub struct Connection {
    pub(super) line: Line,
    pub(super) testimony: Testimony,
    pub(super) facts: TlsFacts,
    pub(super) asked_later: Arc<OnceLock<CertificateSent>>,
    pub(super) tickets: Tickets,
    pub(super) authorities: Vec<Vec<u8>>,
    pub(super) early_response: Option<Result<Response, Failure>>,
    pub(super) tape: Tape,
}

/// What is spoken over a connection.
pub(super) enum Line {
    Http(Sender),
    Other(Conversation),
}

impl Connection {
    /// Starts HTTP on a stream whose handshake is done; without an application protocol of HTTP another one can be spoken.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn over<S>(
        stream: S,
        alpn: Option<Alpn>,
        facts: TlsFacts,
        authorities: Vec<Vec<u8>>,
        (deadline, open_until): (Instant, Instant),
    ) -> Result<Self, (Failure, TlsFacts)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static,
    {
        if alpn == Some(Alpn::H2) && facts.alpn != Some(Alpn::H2) {
            let what = PeerText::new("it did not choose h2, the only application protocol offered");
            return Err((Failure::Misbehaved(what), facts));
        }
        let (witness, testimony) = Witness::new(stream);
        let line = match alpn {
            None => Line::Other(Conversation::new(Box::new(witness))),
            Some(alpn) => {
                match timeout_at(deadline, Sender::start(witness, alpn, open_until)).await {
                    Ok(Ok(sender)) => Line::Http(sender),
                    Ok(Err(e)) => return Err((testimony.explain(Failure::from_http(&e)), facts)),
                    Err(_) => return Err((Failure::Timeout(Phase::Response), facts)),
                }
            }
        };
        Ok(Self {
            line,
            testimony,
            facts,
            asked_later: Arc::default(),
            authorities,
            tickets: Tickets::default(),
            early_response: None,
            tape: Tape::default(),
        })
    }

    /// The same, with what records it.
    #[must_use]
    pub fn on(self, tape: Tape) -> Self {
        Self { tape, ..self }
    }

    /// The same, where the peer may ask for a certificate after the handshake: what came of that, once it has.
    #[must_use]
    pub fn asked_later(self, asked_later: Arc<OnceLock<CertificateSent>>) -> Self {
        Self { asked_later, ..self }
    }

    /// Facts of the handshake, and of the client's authentication after it.
    pub fn facts(&self) -> TlsFacts {
        let certificate = self.asked_later.get().copied().unwrap_or(self.facts.certificate);
        TlsFacts { certificate, ..self.facts.clone() }
    }

    /// What the peer has given so far to resume the session with. In TLS 1.3 it comes with the first response.
    pub const fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// The `certificate_authorities` of the peer's `CertificateRequest`: names, DER.
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.authorities
    }

    /// The answer to a request that the peer took as early data.
    pub fn take_early_response(&mut self) -> Option<Result<Response, Failure>> {
        self.early_response.take()
    }

    /// What records it.
    pub const fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Whether the peer keeps the connection open for another request. In other protocols than HTTP asking will tell.
    pub async fn is_reusable(&mut self, deadline: Instant) -> bool {
        match &mut self.line {
            Line::Http(sender) => timeout_at(deadline, sender.is_reusable()).await.unwrap_or(false),
            Line::Other(_) => true,
        }
    }

    /// Asks for something in another protocol than HTTP.
    ///
    /// # Errors
    /// There was no answer, or none of that protocol.
    pub async fn ask(&mut self, protocol: &Protocol, deadline: Instant) -> Result<Answer, Failure> {
        match &mut self.line {
            Line::Http(_) => Err(unsupported("it was opened for HTTP")),
            Line::Other(conversation) => conversation.ask(protocol, deadline).await,
        }
    }

    /// Sends a request and reads the whole response, or learns why there is none.
    pub async fn request(
        &mut self,
        request: Request<'_>,
        deadline: Instant,
    ) -> Result<Response, Failure> {
        let Line::Http(sender) = &mut self.line else {
            return Err(unsupported("it was opened for another protocol than HTTP"));
        };
        match timeout_at(deadline, sender.exchange(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(closed @ Failure::Refused(TlsRefusal::Close))) => {
                let left = timeout_at(deadline, sender.took_leave()).await;
                let left = left.unwrap_or(false);
                Err(if left { closed } else { self.testimony.explain(closed) })
            }
            Ok(Err(failure)) => Err(self.testimony.explain(failure)),
            Err(_) => Err(Failure::Timeout(Phase::Response)),
        }
    }
}

/// What the connection is not for.
fn unsupported(why: &str) -> Failure {
    Failure::Unsupported(format!("the connection is not for that: {why}"))
}
