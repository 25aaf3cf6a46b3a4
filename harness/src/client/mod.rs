//! The honest client: says what it was told, reads until the outcome is certain.
//!
//! It presents any certificate with any key, uses SNI and `Host` independently of each other, and never trusts a
//! peer: every wait has a deadline, every read a limit. It does not judge.

mod connection;
mod conversation;
mod credential;
mod early;
mod failure;
mod handshake;
mod hello;
mod http;
mod persona;
mod plain;
mod provider;
mod secrets;
mod session;
mod socket;
mod witness;

pub use connection::Connection;
pub use conversation::Answer;
pub use credential::ClientCredential;
pub use failure::Failure;
pub use handshake::{Dial, connect};
pub use hello::{HelloEdit, ServerNameEdit};
pub use http::{Request, Response};
pub use persona::Persona;
pub use plain::PlainSocket;
pub use provider::provider;
pub use session::Tickets;
