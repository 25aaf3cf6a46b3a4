//! The gate as a whole, over loopback.

mod client;
mod control;
mod faults;
mod hostile;
mod policy;
mod resumption;
