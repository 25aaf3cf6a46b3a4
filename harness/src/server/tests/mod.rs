//! The gate as a whole, over loopback.

mod apply;
mod authorities;
mod availability;
mod claims;
pub(super) mod client;
mod control;
mod early_data;
mod edited_ticket;
mod faults;
mod h2;
mod hostile;
mod lenient;
mod modes;
mod names;
mod observe;
mod policy;
mod resumption;
mod sessions;
