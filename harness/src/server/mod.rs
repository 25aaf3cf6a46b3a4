//! The embedded mock gate: listeners, endpoints, accounts, LOOSE and STRICT, identity echo, deliberate faults.
//!
//! Each endpoint trusts the CAs of its account and of nobody else. A change of mode, CAs or revocation lists
//! starts a new *generation* of the endpoint, with its own sessions; what an earlier generation let in is served
//! no longer, nor resumed. The authority on client certificates is [`verify`].

mod admission;
mod ca_file;
mod ca_summary;
mod client_auth;
mod clock;
mod config;
mod connection;
mod control;
mod crl_file;
mod directory;
mod endpoint;
mod fault;
mod gate;
mod health;
mod hello;
mod http;
mod identity;
mod last_client;
mod lenient;
mod listener;
mod maker;
mod observe;
mod policy;
mod presented;
mod registry;
mod rejection;
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

pub(crate) use ca_file::read_bounded;
pub use ca_file::{CaFileError, load_ca_file};
pub use ca_summary::CaSummary;
pub use config::{ConfigError, GateAccount, GateConfig, GateEndpoint, GatePolicy, Limits};
pub use control::Control;
pub use crl_file::{CrlFileError, load_crl_file};
pub use fault::{Fault, UnknownFault};
pub use gate::{Gate, GateError, GateOptions};
pub use identity::Identity;
pub use maker::Remains;
pub use observe::{Admission, GateEvent, Happened, Observer};
pub use rejection::Rejection;
