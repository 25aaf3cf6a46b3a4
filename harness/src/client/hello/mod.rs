//! Editing of the `ClientHello` that rustls writes, in a handshake that is honest otherwise and completes.
//!
//! rustls refuses to send what a hostile or careless client sends: a `server_name` with a trailing dot, upper case, two
//! names; a session ticket with a flipped bit. So rustls is given a name that marks the connection, and what it wrote
//! is rewritten in the three places where the peers compare it:
//!
//! - on the wire (`records`), again after a `HelloRetryRequest`;
//! - in the transcript hash (`transcript`), from which follow the keys, `Finished` and the PSK binder;
//! - in what the `CertificateVerify` of TLS 1.2 signs, the transcript itself (`credential`).
//!
//! The rewriting (`codec`) is a function of the bytes alone, so that the three agree. The marker in them leads to
//! the edit (`registry`); a `ClientHello` without a marker stays as it is.

mod codec;
mod edit;
mod records;
mod registry;
mod transcript;

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod tests;

pub(super) use codec::TooLong;
pub use edit::{HelloEdit, ServerNameEdit};
pub(super) use records::Outgoing;
pub(super) use registry::{Registration, as_sent};
pub(super) use transcript::cipher_suites;
