//! A connection after its handshake: application data both ways, and what the client says beside it.
//!
//! Who the client is can change on the way, where a fault lets it. The application then sees another connection: each
//! [`Session`] is served by itself, one after the other.

use rustls::{AlertDescription, ContentType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::watch;

use super::channel::Channel;
use super::event::Event;
use super::failure::Failure;
use super::outcome::{After, Outcome};
use super::party::Party;
use crate::server::admission;
use crate::server::connection;
use crate::server::observe::Reporter;
use crate::server::presented::Presented;
use crate::server::session::{Client, Session, Terms};
use crate::tls::Version;

/// Octets on their way between the connection and the application.
const BUFFER: usize = 64 << 10;

/// A connection after its handshake.
pub(super) struct Conversation {
    pub(super) channel: Channel,
    pub(super) party: Party,
    pub(super) outcome: Outcome,
    pub(super) version: Version,
    pub(super) client: Client,
    pub(super) presented: Option<Presented>,
    /// Whether the client is served in the middle of its flight, the rest of which changes nothing.
    pub(super) more_follows: bool,
}

/// What follows when one session ends.
#[derive(Debug)]
pub(super) enum Next {
    End,
    /// Another session, with this data already there.
    Again(Vec<u8>),
}

impl Conversation {
    pub(super) fn new(
        channel: Channel,
        party: Party,
        outcome: Outcome,
        presented: Option<Presented>,
    ) -> Self {
        let version = if channel.is_tls13 { Version::Tls13 } else { Version::Tls12 };
        let client = party.client(&outcome.list, outcome.resumed.as_ref());
        let more_follows = !outcome.early.is_empty();
        Self { channel, party, outcome, version, client, presented, more_follows }
    }

    /// Serves it to its end.
    pub(super) async fn hold(mut self, reporter: Reporter, stop: watch::Receiver<bool>) {
        let mut ahead = std::mem::take(&mut self.outcome.early);
        loop {
            let session = self.session();
            reporter.connected(&session, self.presented.take().as_ref());
            let (mut near, far) = tokio::io::duplex(BUFFER);
            let serving = connection::serve_http(far, session, reporter.clone(), stop.clone());
            let moving = async {
                let next = self.exchange(&mut near, &ahead).await;
                drop(near);
                next
            };
            let ((), next) = tokio::join!(serving, moving);
            match next {
                Ok(Next::Again(data)) => ahead = data,
                Ok(Next::End) => break,
                Err(failure) => {
                    super::tell(&mut self.channel, &failure).await;
                    break;
                }
            }
        }
        connection::linger(self.channel.into_stream()).await;
    }

    fn session(&self) -> Session {
        let Party { listener, choice, server_name, .. } = &self.party;
        let resumed = self.outcome.resumed.as_ref();
        let exempt = admission::is_exempt(&choice.generation, resumed) || self.outcome.exempt;
        let terms = Terms {
            client: self.client.clone(),
            exempt,
            resumed: resumed.is_some(),
            tls_version: if self.version == Version::Tls13 { "1.3" } else { "1.2" },
            alpn: self.outcome.alpn,
        };
        Session::new(listener, choice, server_name.as_deref(), terms)
    }

    /// Moves data until either side ends, or the client is somebody else.
    async fn exchange(&mut self, near: &mut DuplexStream, ahead: &[u8]) -> Result<Next, Failure> {
        // The application reads as it likes; what it does not read any more is lost.
        let _ = near.write_all(ahead).await;
        let mut buffer = vec![0; BUFFER];
        let mut open = true;
        loop {
            tokio::select! {
                count = near.read(&mut buffer) => {
                    let data = buffer.get(..count.unwrap_or_default()).unwrap_or_default();
                    if data.is_empty() {
                        self.channel.alert(true, AlertDescription::CloseNotify).await?;
                        return Ok(Next::End);
                    }
                    self.channel.send(ContentType::ApplicationData, data).await?;
                }
                event = self.channel.next(), if open => match self.take(event?, near).await? {
                    Step::On => {}
                    Step::Closed => {
                        open = false;
                        let _ = near.shutdown().await;
                    }
                    Step::Next(next) => return Ok(next),
                },
            }
        }
    }

    async fn take(&mut self, event: Event, near: &mut DuplexStream) -> Result<Step, Failure> {
        match event {
            Event::ApplicationData(data) => {
                self.channel.goes_forward();
                if self.is_still_to_be_asked() {
                    return self.ask_late(data).await.map(Step::Next);
                }
                let _ = near.write_all(&data).await;
                Ok(Step::On)
            }
            Event::Handshake(heard) => self.message(heard).await,
            Event::ChangeCipherSpec { .. } => self.change().map(|()| Step::On),
            Event::Alert { description: AlertDescription::CloseNotify, .. } | Event::End => {
                Ok(Step::Closed)
            }
            Event::Alert { is_warning, description } => {
                let ignored = match self.version {
                    Version::Tls12 => is_warning,
                    Version::Tls13 => description == AlertDescription::UserCanceled,
                };
                if ignored || self.passes_over_unknown() {
                    Ok(Step::On)
                } else {
                    Ok(Step::Next(Next::End))
                }
            }
            Event::Unknown if self.passes_over_unknown() => Ok(Step::On),
            Event::Unknown => Err(Failure::unexpected("a record of that kind")),
        }
    }

    fn is_still_to_be_asked(&self) -> bool {
        matches!(&self.outcome.after, After::Tls13(after) if after.late)
    }
}

/// What follows from an event.
#[derive(Debug)]
pub(super) enum Step {
    On,
    /// The client sends no more.
    Closed,
    Next(Next),
}
