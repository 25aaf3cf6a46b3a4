//! The gate as a whole, over loopback.

mod claims;
pub(super) mod client;
mod control;
mod faults;
mod h2;
mod hostile;
mod modes;
mod names;
mod policy;
mod resumption;
