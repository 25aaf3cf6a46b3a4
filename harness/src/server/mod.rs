//! The embedded mock gate: listeners, endpoints, accounts, LOOSE and STRICT, identity echo, deliberate faults.
//!
//! Each endpoint trusts the CAs of its account and of nobody else. A change of mode, CAs or revocation lists
//! starts a new *generation* of the endpoint, with its own sessions; what an earlier generation let in is served
//! no longer, nor resumed. The authority on client certificates is [`verify`].

mod admission;
mod ca_file;
mod client_auth;
mod clock;
mod config;
mod connection;
mod control;
mod endpoint;
mod fault;
mod gate;
mod health;
mod hello;
mod http;
mod identity;
mod last_client;
mod listener;
mod maker;
mod policy;
mod registry;
mod resumption;
mod session;
mod session_cache;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod ticket;
mod trust;
pub mod verify;

pub use ca_file::{CaFileError, load_ca_file};
pub use config::{ConfigError, GateAccount, GateConfig, GateEndpoint, Limits};
pub use control::Control;
pub use fault::{Fault, UnknownFault};
pub use gate::{Gate, GateError};
pub use maker::Remains;
