//! Attacks on the harness itself: peers that are silent, broken or hostile, and users who press Ctrl-C. Whatever
//! happens, it ends with a clear message and the right exit code, and nothing a peer sent reaches the terminal raw.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod after_handshake;
mod before_tls;
mod ending;
mod gates;
mod h2;
mod launched;
mod reports;
mod schedule;
mod stage;
