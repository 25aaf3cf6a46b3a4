//! Checks across files: every name that is used must exist.

mod file;
mod findings;
mod pki;
mod scenario;
mod script;
mod target;

pub(crate) use file::{file, lone_target};
