//! Why an exchange did not get to a response, told by whose doing it was.

use std::error::Error as StdError;
use std::io;

use mtls_reports::PeerText;
use mtls_reports::model::{Phase, TlsRefusal};
use mtls_scenarios::Alert;
use rustls::InvalidMessage;

use super::hello::TooLong;
use crate::tape::Unsaid;

/// Why an exchange did not get to a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The peer refused at the TLS layer.
    #[error("refused: {0:?}")]
    Refused(TlsRefusal),
    /// Nothing more came in time.
    #[error("no answer in time while waiting for {0:?}")]
    Timeout(Phase),
    /// No TCP connection could be made.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The peer spoke something else than the protocol.
    #[error("the peer broke the protocol: {0}")]
    Misbehaved(PeerText),
    /// The peer sent more than any honest gate would.
    #[error("the peer sent more than {limit} bytes")]
    TooMuch {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The client's own TLS stack cannot do what it was told.
    #[error("the client cannot do this: {0}")]
    Unsupported(String),
}

/// Marks an I/O error that stands for an exhausted byte budget.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("byte budget of {0} exhausted")]
pub(super) struct BudgetExhausted(pub(super) u64);

impl Failure {
    /// Reads an I/O error of the TLS stream, the rustls error inside it first.
    pub(super) fn from_io(error: &io::Error) -> Self {
        if let Some(inner) = error.get_ref() {
            if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
                return Self::from_tls(tls);
            }
            if let Some(TooLong) = inner.downcast_ref() {
                return Self::Unsupported(TooLong.to_string());
            }
            if let Some(BudgetExhausted(limit)) = inner.downcast_ref() {
                return Self::TooMuch { limit: *limit };
            }
        }
        match error.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Refused(TlsRefusal::Reset),
            io::ErrorKind::UnexpectedEof => Self::Refused(TlsRefusal::Close),
            _ => Self::Misbehaved(PeerText::new(&error.to_string())),
        }
    }

    fn from_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::AlertReceived(alert) => {
                let code = u8::from(*alert);
                Self::Refused(TlsRefusal::Alert { code, name: Alert::from_code(code) })
            }
            rustls::Error::General(_) | rustls::Error::EncryptError => {
                Self::Unsupported(error.to_string())
            }
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
                Self::Misbehaved(PeerText::new("what it sent is not TLS"))
            }
            _ => Self::Misbehaved(PeerText::new(&error.to_string())),
        }
    }

    /// Reads an HTTP error: what lies below it says more than hyper does.
    pub(super) fn from_http(error: &hyper::Error) -> Self {
        let mut cause: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(inner) = cause {
            if let Some(io) = inner.downcast_ref::<io::Error>() {
                return Self::from_io(io);
            }
            // Also as an INTERNAL_ERROR: some gates learn so late that their TLS has refused. Like any reset it counts only if
            // the control is let in afterwards.
            if inner.downcast_ref::<h2::Error>().is_some_and(h2::Error::is_remote) {
                return Self::Refused(TlsRefusal::Reset);
            }
            cause = inner.source();
        }
        if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
            return Self::Refused(TlsRefusal::Close);
        }
        Self::Misbehaved(PeerText::new(&format!("not HTTP: {error}")))
    }
}

impl From<Unsaid> for Failure {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::Silence => Self::Timeout(Phase::Handshake),
            Unsaid::Io(error) => Self::from_io(&error),
            Unsaid::Declined(said) => {
                let what = format!("it does not agree to begin TLS, and says `{said}`");
                Self::Misbehaved(PeerText::new(&what))
            }
        }
    }
}
