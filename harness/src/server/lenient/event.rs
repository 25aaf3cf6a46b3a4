//! What a client sends, as the record layer hands it on.

use rustls::AlertDescription;

use crate::tls::Received;

/// Keys of the client's direction, in the order in which they come into use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Epoch {
    /// None.
    Plaintext,
    /// The handshake keys (TLS 1.3).
    Handshake,
    /// The application keys; in TLS 1.2 the negotiated ones.
    Application,
    /// Those of a second handshake (TLS 1.2).
    Renegotiated,
}

/// Something that the client sent.
#[derive(Debug)]
pub(super) enum Event {
    Handshake(Heard),
    ChangeCipherSpec {
        well_formed: bool,
    },
    ApplicationData(Vec<u8>),
    Alert {
        is_warning: bool,
        description: AlertDescription,
    },
    /// A record of a type that there is not, or with contents that its type does not have.
    Unknown,
    /// The client sends no more.
    End,
}

/// A handshake message, and how it came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) received: Received,
    /// Whether it took exactly one record.
    pub(super) alone: bool,
}
