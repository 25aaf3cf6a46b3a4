//! Why a scripted handshake did not get to application data.

use mtls_reports::PeerText;
use mtls_reports::model::Phase;
use rustls::AlertDescription;

use crate::tape::Unsaid;
use crate::tls::Malformed;

/// Why a scripted handshake did not get to application data, told by whose doing it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The gate refused with an alert: a fatal one, or `no_renegotiation`.
    #[error("refused with alert {0:?}")]
    Alert(AlertDescription),
    /// The gate closed the connection.
    #[error("the gate closed the connection")]
    Closed,
    /// The gate reset the connection.
    #[error("the gate reset the connection")]
    Reset,
    /// Nothing more came in time.
    #[error("no answer in time while waiting for {0:?}")]
    Timeout(Phase),
    /// No TCP connection could be made.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The gate spoke something else than the protocol.
    #[error("the gate broke the protocol: {0}")]
    Misbehaved(PeerText),
    /// The gate sent more than any honest one would.
    #[error("the gate sent more than {limit} bytes")]
    TooMuch {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The script asks for what cannot be done.
    #[error("the script cannot be followed: {0}")]
    Unable(String),
    /// The script resumes a session, and no earlier connection left any.
    #[error("no earlier connection left a session to resume")]
    NoSession,
    /// The script ends here, and the connection stays open.
    #[error("the script ends here")]
    Left,
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::Misbehaved(PeerText::new(&malformed.to_string()))
    }
}

impl From<Unsaid> for Failure {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::Silence => Self::Timeout(Phase::Handshake),
            Unsaid::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::Closed,
            Unsaid::Io(_) => Self::Reset,
            Unsaid::Declined(said) => {
                misbehaved(&format!("it does not agree to begin TLS, and says `{said}`"))
            }
        }
    }
}

/// The gate sent something else than what had to come.
pub(super) fn misbehaved(what: &str) -> Failure {
    Failure::Misbehaved(PeerText::new(what))
}
