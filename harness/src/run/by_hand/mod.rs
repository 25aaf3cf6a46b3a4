//! A case by hand: the steps by which a person repeats it with `openssl s_client` and curl, without mtls-harness.
//!
//! The scenario's steps become typed [`command`]s first; the [`shell`] writes those as a person types them. What neither
//! tool can do has no command: the guide says so, and leads to `mtls-harness run`.

mod client;
mod command;
mod credential;
mod guide;
mod quote;
mod request;
mod shell;
mod visit;

pub use guide::{ByHandError, Guide, Telling, by_hand};
pub use quote::word as shell_word;
