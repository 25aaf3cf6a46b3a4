//! Conversations in protocols other than HTTP: asking for something that only clients who are let in are given.
//!
//! Each is as short as the protocol allows. What the gate sends is read within bounds of octets and time.

mod echo;
mod mqtt;
mod postgresql;
mod redis;
mod talk;

#[cfg(test)]
mod tests;

use std::time::Duration;

use mtls_reports::PeerText;
use mtls_reports::model::Identity;
use mtls_scenarios::Protocol;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use self::talk::Talk;
use super::failure::Failure;

/// What a gate made of a client, in its application protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It served it; the protocol does not say as whom.
    Served,
    /// It served it as this client; `None` for nobody.
    ServedAs(Option<Identity>),
    /// It refused, in words of the protocol.
    Refused(PeerText),
}

/// Application data in both directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Duplex for S {}

/// How long closing may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// A stream over which a protocol is spoken. Dropping it closes it as TLS says it shall be: of a connection that just ends a
/// gate may forget the session, too (RFC 5246 7.2.1).
pub(super) struct Conversation {
    /// Gone once it is being closed.
    stream: Option<Box<dyn Duplex>>,
    /// Whether the client has introduced itself, which is done once.
    introduced: bool,
}

impl Conversation {
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream: Some(stream), introduced: false }
    }

    /// Asks for something, and introduces the client before that where it has not been.
    pub(super) async fn ask(
        &mut self,
        protocol: &Protocol,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let Some(stream) = &mut self.stream else { return Err(talk::CLOSED) };
        let mut talk = Talk::new(stream, deadline);
        let introduced = std::mem::replace(&mut self.introduced, true);
        match protocol {
            Protocol::Postgresql(whom) => postgresql::ask(&mut talk, whom, introduced).await,
            Protocol::Mqtt => mqtt::ask(&mut talk, introduced).await,
            Protocol::Redis => redis::ask(&mut talk).await,
            Protocol::Echo(echo) => echo::ask(&mut talk, echo).await,
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        if let (Some(mut stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) {
            runtime.spawn(async move { drop(timeout(FAREWELL, stream.shutdown()).await) });
        }
    }
}
