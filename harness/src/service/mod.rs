//! The mock gate as a service, for people who test their clients: accounts from a file that is read again when it
//! changes, a status page for the browser, a structured log.

mod admin;
mod error;
mod forged;
mod ledger;
mod load;
mod log;
mod running;
mod stamp;
mod status;
#[cfg(test)]
mod tests;
mod visit;
mod watch;

pub use error::ServiceError;
pub use running::{Service, Settings, check};
pub use stamp::Stamp;
pub use status::{AccountStatus, Ca, Cause, Counts, Facts, PolicyStatus, Problem, Status};
pub use visit::{Asked, Entry, Outcome, Visit, Who};
