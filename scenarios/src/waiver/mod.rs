//! Waivers: failures that somebody answers for until a day. The file, its checks, and what a waiver is about.
//!
//! Which failing case a waiver is good for is decided where results are, in `mtls-reports`.

mod check;
mod file;
mod pattern;
mod place;
mod read;
mod width;

pub use check::FILL_IN;
pub use file::{Waiver, WaiverFile};
pub use pattern::{CasePattern, CasePatternError};
pub use read::{PlacedWaiver, ReadWaiversError, read_waivers};

#[cfg(test)]
mod tests;
