//! The gate as a whole, over loopback.

mod client;
mod control;
mod faults;
mod hostile;
mod observe;
mod policy;
mod resumption;
