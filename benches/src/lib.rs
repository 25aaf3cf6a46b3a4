//! Fixtures shared by the benches.

pub mod harness;
pub mod raw;

use std::error::Error;
use std::time::Duration;

use mtls_harness::pki::UnixTime;

/// Connections under way at once, as in a default run.
pub const CONCURRENCY: usize = 32;

/// Whatever keeps a bench from being set up.
pub type SetUpError = Box<dyn Error + Send + Sync>;

/// The present, in whole seconds.
fn now() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(UnixTime::now().as_secs()))
}
