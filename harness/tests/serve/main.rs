//! `mtls-harness serve` as a process: its file, its signals, its log, its page.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and says when it is skipped"
)]

mod browser;
mod ending;
mod mistakes;
mod page;
mod policy;
mod stage;
