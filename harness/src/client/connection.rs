//! A connection that is ready for requests.

use std::sync::{Arc, OnceLock};

use mtls_reports::PeerText;
use mtls_reports::model::{CertificateSent, Phase, TlsFacts, TlsRefusal};
use mtls_scenarios::Alpn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;
use super::http::{Request, Response, Sender};
use super::session::Tickets;
use super::witness::{Testimony, Witness};
use crate::tape::Tape;

/// A connection that is ready for requests. Dropping it closes it.
pub struct Connection {
    pub(super) sender: Sender,
    pub(super) testimony: Testimony,
    pub(super) facts: TlsFacts,
    pub(super) tickets: Tickets,
    pub(super) authorities: Vec<Vec<u8>>,
    pub(super) early_response: Option<Result<Response, Failure>>,
    pub(super) tape: Tape,
    /// What became of the certificate once the peer asked for it after the handshake.
    pub(super) later: Arc<OnceLock<CertificateSent>>,
}

impl Connection {
    /// Starts HTTP on a stream whose handshake is done.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn over<S>(
        stream: S,
        alpn: Alpn,
        facts: TlsFacts,
        authorities: Vec<Vec<u8>>,
        (deadline, open_until): (Instant, Instant),
    ) -> Result<Self, (Failure, TlsFacts)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if alpn == Alpn::H2 && facts.alpn != Some(Alpn::H2) {
            let what = PeerText::new("it did not choose h2, the only application protocol offered");
            return Err((Failure::Misbehaved(what), facts));
        }
        let (witness, testimony) = Witness::new(stream);
        match timeout_at(deadline, Sender::start(witness, alpn, open_until)).await {
            Ok(Ok(sender)) => Ok(Self {
                sender,
                testimony,
                facts,
                authorities,
                tickets: Tickets::default(),
                early_response: None,
                tape: Tape::default(),
                later: Arc::default(),
            }),
            Ok(Err(e)) => Err((testimony.explain(Failure::from_http(&e)), facts)),
            Err(_) => Err((Failure::Timeout(Phase::Response), facts)),
        }
    }

    /// The same, with what records it.
    #[must_use]
    pub fn on(self, tape: Tape) -> Self {
        Self { tape, ..self }
    }

    /// The same, with where it is said that the peer asked for a certificate after the handshake.
    #[must_use]
    pub fn asked_later(self, later: Arc<OnceLock<CertificateSent>>) -> Self {
        Self { later, ..self }
    }

    /// Facts of the handshake, and of client authentication after it as far as there was any.
    pub fn facts(&self) -> TlsFacts {
        let later = self.later.get().copied();
        TlsFacts { certificate: later.unwrap_or(self.facts.certificate), ..self.facts.clone() }
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

    /// Whether the peer keeps the connection open for another request.
    pub async fn is_reusable(&mut self, deadline: Instant) -> bool {
        timeout_at(deadline, self.sender.is_reusable()).await.unwrap_or(false)
    }

    /// Sends a request and reads the whole response, or learns why there is none.
    pub async fn request(
        &mut self,
        request: Request<'_>,
        deadline: Instant,
    ) -> Result<Response, Failure> {
        match timeout_at(deadline, self.sender.exchange(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(closed @ Failure::Refused(TlsRefusal::Close))) => {
                let left = timeout_at(deadline, self.sender.took_leave()).await;
                let left = left.unwrap_or(false);
                Err(if left { closed } else { self.testimony.explain(closed) })
            }
            Ok(Err(failure)) => Err(self.testimony.explain(failure)),
            Err(_) => Err(Failure::Timeout(Phase::Response)),
        }
    }
}
