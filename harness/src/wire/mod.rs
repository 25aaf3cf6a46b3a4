//! The lying client: TLS 1.2 and 1.3 handshakes by script.
//!
//! It does what an honest client does, except for what a [`Script`](mtls_scenarios::Script) says: messages left out, sent
//! twice or in another order, signed with another key, encrypted with other keys, cut into pieces. What the script leaves
//! alone stays honest, so that with an empty script it must be let in; that is the control of every lie.
//!
//! It is no TLS library: it does not judge the gate's certificate, and protects nothing. What the gate sends is read
//! strictly, within bounds of octets and time.

mod actor;
mod compress;
mod delivery;
mod dial;
mod driver;
mod edit;
mod extra;
mod failure;
mod flight12;
mod flight13;
mod flow;
mod forge;
mod hello;
mod layout;
mod link;
mod messages;
mod offer;
pub mod rehearsal;
mod renegotiation;
mod session;
mod sign;
mod stop;
mod stream;
mod view;
mod writer;

#[cfg(test)]
mod tests;

pub use dial::{Connected, Dial, Identity, connect, connect_over};
pub use failure::Failure;
pub use link::Socket;
pub use session::Memory;
pub use stream::Stream;
