//! A recorded connection as messages, for people.
//!
//! Nobody is trusted, not even our own side: it may be the lying client. Records are opened with whichever recorded secret opens
//! them, and what cannot be read is said to be so.

mod application;
mod conversation;
mod flow;
mod frames;
mod keyring;
#[cfg(test)]
mod tests;

pub use conversation::dialogue;
