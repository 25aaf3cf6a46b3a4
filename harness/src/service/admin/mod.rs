//! The status page: what it says, and the small server that says it to browsers on this machine.

mod guard;
mod html;
mod page;
mod server;

#[cfg(test)]
pub(super) use page::render;
pub(super) use server::Admin;
