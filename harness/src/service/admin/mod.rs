//! The status page: what it says, and the small server that says it to browsers on this machine.

mod guard;
mod html;
mod page;
mod server;

pub(super) use server::Admin;
