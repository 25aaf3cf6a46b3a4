//! The crate through its public interface: snapshots, hostile text, round trips, schemas, scale.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod comparison;
mod compatibility;
mod fixture;
mod hostile;
mod round_trip;
mod scale;
#[cfg(feature = "schema")]
mod schema;
mod snapshots;
mod waivers;
