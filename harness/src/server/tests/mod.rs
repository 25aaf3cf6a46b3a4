//! The gate as a whole, over loopback.

mod authorities;
mod availability;
mod client;
mod control;
mod early_data;
mod edited_ticket;
mod faults;
mod hostile;
mod policy;
mod resumption;
mod sessions;
