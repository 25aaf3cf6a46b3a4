//! The tape: what went over a connection, the secrets that open it, and where the client lied.
//!
//! A [`Tape`] is handed to whoever makes a connection; a [`Recording`] is a copy of it to look at afterwards. Recordings become a
//! capture that Wireshark opens with its keys ([`capture()`]), lines of a key log ([`key_log()`]), or a dialogue (room `dissect`).

mod capture;
mod key_log;
mod packet;
mod prelude;
mod recorder;
mod recording;

pub use capture::capture;
pub use key_log::key_log;
pub use prelude::{Unsaid, say};
pub use recorder::Tape;
pub use recording::{End, Ends, Entry, Event, Recording, Secret};
