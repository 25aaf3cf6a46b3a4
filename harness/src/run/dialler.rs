//! Who connects: the honest client, or the one that lies.

use mtls_reports::model::{Phase, TlsFacts, TlsRefusal};
use mtls_scenarios::Alert;

use crate::client::{self, Connection, Dial, Failure};
use crate::tape::Tape;
use crate::wire;

/// A connection to make, by either client.
#[derive(Clone, Debug)]
pub(super) enum Dialler<'a> {
    Honest(Dial<'a>),
    Lying(Box<wire::Dial>),
}

impl<'a> From<Dial<'a>> for Dialler<'a> {
    fn from(dial: Dial<'a>) -> Self {
        Self::Honest(dial)
    }
}

impl From<wire::Dial> for Dialler<'_> {
    fn from(dial: wire::Dial) -> Self {
        Self::Lying(Box::new(dial))
    }
}

impl Dialler<'_> {
    /// Makes the connection, recorded on this tape.
    pub(super) async fn connect(&self, tape: Tape) -> Result<Connection, (Failure, TlsFacts)> {
        // On the heap: all that waits for a connection would be as large otherwise.
        match self {
            Self::Honest(dial) => Box::pin(client::connect(Dial { tape, ..dial.clone() })).await,
            Self::Lying(dial) => {
                let bounds = (dial.deadline, dial.open_until);
                let dial = wire::Dial { tape: tape.clone(), ..(**dial).clone() };
                let alpn = dial.alpn;
                let connected = Box::pin(wire::connect(dial)).await;
                let wire::Connected { stream, facts, authorities, later } =
                    connected.map_err(|(failure, facts)| (told(failure), facts))?;
                let connection = Connection::over(stream, alpn, facts, authorities, bounds).await?;
                Ok(connection.on(tape).asked_later(later))
            }
        }
    }
}

/// A failure of the lying client in the words of the honest one.
fn told(failure: wire::Failure) -> Failure {
    match failure {
        wire::Failure::Alert(alert) => {
            let code = u8::from(alert);
            Failure::Refused(TlsRefusal::Alert { code, name: Alert::from_code(code) })
        }
        wire::Failure::Closed => Failure::Refused(TlsRefusal::Close),
        wire::Failure::Reset => Failure::Refused(TlsRefusal::Reset),
        wire::Failure::Timeout(phase) => Failure::Timeout(phase),
        wire::Failure::Unreachable(why) => Failure::Unreachable(why),
        wire::Failure::Misbehaved(what) => Failure::Misbehaved(what),
        wire::Failure::TooMuch { limit } => Failure::TooMuch { limit },
        // It was told not to go on.
        wire::Failure::Left => Failure::Timeout(Phase::Handshake),
        other => Failure::Unsupported(other.to_string()),
    }
}
