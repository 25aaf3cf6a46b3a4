//! A connection that is ready for requests.

use mtls_reports::model::{Phase, TlsFacts};
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;
use super::http::{Request, Response, Sender};
use super::witness::Testimony;

/// A connection that is ready for requests. Dropping it closes it.
pub struct Connection {
    sender: Sender,
    testimony: Testimony,
    facts: TlsFacts,
    deadline: Instant,
}

impl Connection {
    pub(super) const fn new(
        sender: Sender,
        testimony: Testimony,
        facts: TlsFacts,
        deadline: Instant,
    ) -> Self {
        Self { sender, testimony, facts, deadline }
    }

    /// Facts of the handshake.
    pub const fn facts(&self) -> &TlsFacts {
        &self.facts
    }

    /// Whether the peer keeps the connection open for another request.
    pub async fn is_reusable(&mut self) -> bool {
        timeout_at(self.deadline, self.sender.is_reusable()).await.unwrap_or(false)
    }

    /// Sends a request and reads the whole response, or learns why there is none.
    pub async fn request(&mut self, request: Request<'_>) -> Result<Response, Failure> {
        match timeout_at(self.deadline, self.sender.exchange(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(failure)) => Err(self.testimony.explain(failure)),
            Err(_) => Err(Failure::Timeout(Phase::Response)),
        }
    }
}
