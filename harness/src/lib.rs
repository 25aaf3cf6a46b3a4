//! How `mtls-harness` tests: forge certificates, start servers, drive clients, judge.
//!
//! One module a room; which may use which is in ARCHITECTURE.md and held by a test.

pub mod cli;
pub mod client;
pub mod dissect;
pub mod doctor;
pub mod pki;
pub mod run;
pub mod server;
pub mod service;
pub mod tape;
pub mod target;
pub mod tls;
pub mod wire;
