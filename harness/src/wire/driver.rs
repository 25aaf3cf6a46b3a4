//! After the handshake: application data both ways, and what the gate sends beside it.

use std::sync::Arc;
use std::time::Instant;

use mtls_reports::model::Phase;
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::Item;
use rustls::{ContentType, HandshakeType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout_at;

use super::actor::Actor;
use super::failure::{Failure, misbehaved};
use super::flight13::unexpected;
use super::flow::Move;
use super::layout::Layout;
use super::link::Incoming;
use super::session::Session;
use super::stream::{Ending, Stream};
use crate::tls::{KeyUpdate, NewSessionTicket13, Received, resumption_psk};

/// Octets on their way between the application and the driver.
const BUFFER: usize = 64 << 10;
/// A `close_notify` alert.
const CLOSE_NOTIFY: [u8; 2] = [1, 0];

/// Moves application data until either side ends; `rest` is what the script sends after the first of it.
pub(super) fn start(actor: Actor, rest: Vec<Move>) -> Stream {
    let (near, far) = tokio::io::duplex(BUFFER);
    let ending = Ending::default();
    let until = actor.dial.open_until;
    let driver = Driver { actor, rest, data: far, ending: Arc::clone(&ending) };
    tokio::spawn(async move { drop(timeout_at(until, driver.run()).await) });
    Stream { data: near, ending }
}

struct Driver {
    actor: Actor,
    rest: Vec<Move>,
    data: DuplexStream,
    ending: Ending,
}

impl Driver {
    async fn run(mut self) {
        self.actor.link.deadline = self.actor.dial.open_until;
        self.actor.link.phase = Phase::Response;
        let ended = self.exchange().await;
        if let Err(failure) = ended {
            // Before the data ends: whoever reads its end asks why.
            let _ = self.ending.set(failure);
        }
    }

    /// Moves data until the application ends it; an error is how the gate did.
    async fn exchange(&mut self) -> Result<(), Failure> {
        let mut buffer = vec![0; BUFFER];
        loop {
            tokio::select! {
                read = self.data.read(&mut buffer) => match read {
                    Ok(count @ 1..) => {
                        let data = buffer.get(..count).unwrap_or_default().to_vec();
                        self.send(&data).await?;
                    }
                    Ok(0) | Err(_) => return self.leave().await,
                },
                incoming = self.actor.link.next() => self.take(incoming?).await?,
            }
        }
    }

    async fn send(&mut self, data: &[u8]) -> Result<(), Failure> {
        let script = Arc::clone(&self.actor.dial.script);
        let layout = Layout::of(&script, Item::ApplicationData, None, data.len())?;
        self.actor.lay_out(ContentType::ApplicationData, data, layout).await?;
        self.actor.flush().await?;
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.actor.run(&rest).await?;
        }
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), Failure> {
        self.actor.lay_out(ContentType::Alert, &CLOSE_NOTIFY, Layout::default()).await?;
        self.actor.flush().await?;
        self.actor.link.half_close().await;
        Ok(())
    }

    async fn take(&mut self, incoming: Incoming) -> Result<(), Failure> {
        match incoming {
            Incoming::Application(data) => {
                // Whoever does not read any more has seen enough.
                let _ = self.data.write_all(&data).await;
                Ok(())
            }
            Incoming::Unreadable => Ok(()),
            Incoming::ChangeCipherSpec if self.skipped_finished() => {
                let keys = self.actor.view.gate_keys.clone();
                self.actor.link.read_with(keys)
            }
            Incoming::ChangeCipherSpec => {
                Err(misbehaved("a change_cipher_spec after the handshake"))
            }
            Incoming::Handshake(message) => self.handshake(&message).await,
        }
    }

    async fn handshake(&mut self, message: &Received) -> Result<(), Failure> {
        match (message.kind, self.actor.view.version) {
            (HandshakeType::NewSessionTicket, TlsVersion::Tls13) => {
                self.remember(&NewSessionTicket13::parse(message.body())?);
                Ok(())
            }
            (HandshakeType::KeyUpdate, TlsVersion::Tls13) => {
                self.follow(&KeyUpdate::parse(message.body())?).await
            }
            (HandshakeType::CertificateRequest, TlsVersion::Tls13) => {
                self.actor.authenticate_later(message).await
            }
            (HandshakeType::NewSessionTicket, TlsVersion::Tls12) if self.skipped_finished() => {
                Ok(())
            }
            (HandshakeType::Finished, TlsVersion::Tls12) if self.skipped_finished() => {
                self.actor.view.gate_is_finished = true;
                Ok(())
            }
            // RFC 5246 7.4.1.1: it may be ignored.
            (HandshakeType::HelloRequest, TlsVersion::Tls12) => Ok(()),
            _ => Err(unexpected(message)),
        }
    }

    /// Whether the script did not wait for the gate's `Finished` of TLS 1.2, and it still has to come.
    const fn skipped_finished(&self) -> bool {
        matches!(self.actor.view.version, TlsVersion::Tls12) && !self.actor.view.gate_is_finished
    }

    fn remember(&self, ticket: &NewSessionTicket13) {
        let view = &self.actor.view;
        let keys = view.secrets.as_ref().and_then(|secrets| secrets.application.as_ref());
        let resumption = keys.and_then(|keys| keys.resumption.as_ref());
        if let (Some(resumption), Some(suite)) = (resumption, view.suite) {
            self.actor.dial.memory.keep_session(Session {
                version: TlsVersion::Tls13,
                suite: suite.id,
                secret: resumption_psk(resumption, &ticket.nonce),
                ticket: ticket.ticket.clone(),
                id: Vec::new(),
                age_add: ticket.age_add,
                received: Instant::now(),
            });
        }
    }

    /// The gate changes its keys (RFC 8446 4.6.3).
    async fn follow(&mut self, update: &KeyUpdate) -> Result<(), Failure> {
        let actor = &mut self.actor;
        let keys = actor.view.secrets.as_mut().and_then(|secrets| secrets.application.as_mut());
        if let (Some(keys), Some(suite)) = (keys, actor.view.suite) {
            keys.server = keys.server.next();
            let protection = keys.server.protection(suite);
            actor.link.read_with(Some(protection))?;
        }
        if update.request_update {
            actor.update_keys(false).await?;
            actor.flush().await?;
        }
        Ok(())
    }
}
