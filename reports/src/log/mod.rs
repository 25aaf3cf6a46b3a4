//! The event log: JSON Lines, written as the run goes and the source of every other report.
//!
//! One event a line, flushed line by line, so that a crash loses at most the line being written.
//! The first line is `run_started`, the last `run_finished`. Readers ignore fields they do not
//! know; an unknown event or a format version other than [`FORMAT_VERSION`] is an error.

mod error;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::LogError;
pub use read::{read_log, read_log_from};
pub use write::LogWriter;

/// Version of the event log; in its header.
pub const FORMAT_VERSION: u32 = 1;

/// Longest line of an event log, in bytes. Writers refuse longer ones, readers stop there.
pub const MAX_LINE: usize = 1024 * 1024;
