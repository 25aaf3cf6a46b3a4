//! `mtls-harness run`: from arguments to an exit code.
//!
//! A [`Job`] plans once. Each of its targets has a trial, which gives a run; where there are several, they go on side by
//! side and are compared.

mod command;
mod credentials;
mod job;
mod on_paper;
mod repetitions;
mod side_by_side;
mod trial;

pub(super) use command::{carry_out, run};
pub(super) use job::Job;
