//! Another handshake on the same connection: renegotiation in TLS 1.2 (RFC 5746), and client authentication after the
//! handshake in TLS 1.3 (RFC 8446 4.6.2).

use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, Item, POST_HANDSHAKE, Script, honest_flow};

use super::actor::Actor;
use super::failure::{Failure, misbehaved};
use super::flow::flow;
use super::view::View;
use super::writer::Writer;
use crate::tls::Received;

/// Most requests after the handshake that are answered: each costs a signature.
const MAX_REQUESTS: u32 = 16;

impl Actor {
    /// Shakes hands again. In TLS 1.3 there is no renegotiation: the `ClientHello` is sent all the same.
    pub(super) async fn renegotiate(&mut self, script: &Script) -> Result<(), Failure> {
        self.turn_to(script)?;
        let version = self.view.version;
        let moves: Vec<_> = flow(honest_flow(version), script);
        let before = std::mem::replace(&mut self.view, View::new(version));
        self.view.verify_data = before.verify_data;
        if version == TlsVersion::Tls12 {
            let writer = std::mem::replace(&mut self.writer, Writer::new());
            self.writer = writer.renegotiating();
        } else {
            // RFC 8446 4.1.2: a ClientHello after the handshake must end the connection.
            self.view.secrets = before.secrets;
            self.view.suite = before.suite;
        }
        self.link.renegotiating = true;
        self.run(&moves).await?;
        self.link.renegotiating = false;
        Ok(())
    }

    /// Answers a `CertificateRequest` that came after the handshake.
    pub(super) async fn authenticate_later(&mut self, request: &Received) -> Result<(), Failure> {
        let script = self.dial.script.0.iter().find_map(|act| match act {
            Act::PostHandshake(script) => Some(script.clone()),
            _ => None,
        });
        let Some(script) = script else {
            return Err(misbehaved("a CertificateRequest that was not offered for"));
        };
        self.later_requests = self.later_requests.saturating_add(1);
        if self.later_requests > MAX_REQUESTS {
            return Err(misbehaved("CertificateRequests without end"));
        }
        self.turn_to(&script)?;
        self.note_request13(request.body())?;
        // The first request is what the question was about.
        let _ = self.later.set(self.facts.certificate);
        // RFC 8446 4.4.1: each exchange is over the handshake and its own request.
        let handshake = self.view.transcript.clone();
        self.view.transcript.push(&request.encoded);
        self.post_handshake = true;
        let answered = self.run(&flow(POST_HANDSHAKE, &script)).await;
        self.post_handshake = false;
        self.view.transcript = handshake;
        answered?;
        self.tell(Item::ApplicationData);
        Ok(())
    }
}
