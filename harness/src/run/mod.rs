//! A run: plan the cases, drive their steps, judge, schedule, emit events.
//!
//! It never prints: what happens leaves as [`mtls_reports::model::Event`]s.

mod case;
mod context;
mod control;
mod identity;
mod judge;
mod plan;
mod preflight;
mod probe;
mod runner;
mod wallet;
mod world;

pub use context::{Context, Options};
pub use judge::{Judgement, Question, Subject, judge};
pub use plan::{Plan, plan};
pub use preflight::{PreflightError, preflight};
pub use runner::{Ending, run};
pub use wallet::WalletError;
pub use world::{MintError, Origin, World, WorldError};
