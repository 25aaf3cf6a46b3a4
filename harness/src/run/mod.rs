//! A run: plan the cases, drive their steps, judge, schedule, emit events.
//!
//! It never prints: what happens leaves as [`mtls_reports::model::Event`]s.

mod action;
mod by_hand;
mod case;
mod company;
mod connect;
mod context;
mod control;
mod course;
mod dialler;
mod dialogue;
mod early;
mod gates;
mod identity;
mod judge;
mod key;
mod operate;
mod outcome;
mod plan;
mod play;
mod preflight;
mod probe;
mod runner;
mod script;
mod selftest;
mod spot;
mod stage;
mod tapes;
mod trust;
mod twin;
mod visit;
mod wallet;
mod wording;
mod world;

pub use action::describe as describe_step;
pub use by_hand::{ByHandError, Guide, Telling, by_hand, shell_word};
pub use case::Performed;
pub use context::{Context, Dialogues, Options};
pub use judge::{Judgement, Question, Subject, judge};
pub use plan::{Plan, plan};
pub use preflight::{PreflightError, preflight};
pub use runner::{Ending, run};
pub use selftest::{SelfTest, SelfTestError};
pub use trust::{GivenClients, Trust};
pub use wallet::{Wallet, WalletError};
pub use world::{MintError, Origin, World, WorldError};
