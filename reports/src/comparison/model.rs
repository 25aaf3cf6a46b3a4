//! Runs of one plan at several targets.

use crate::{ExitCode, Run};

/// Runs of one plan at several targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Arguments that repeat all of it: `run --target nginx,go --filter certificate/`.
    pub arguments: String,
    /// The targets, in the order in which they were named; no name twice.
    pub columns: Vec<Column>,
}

/// One target of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Target by name or address.
    pub target: String,
    /// What came of it.
    pub found: Found,
}

/// What came of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was tested.
    Run(Box<Run>),
    /// It could not be tested; why, for people. Nothing was decided about it.
    Failed(String),
    /// It was left out because this machine lacks it; what to do, for people. Says nothing.
    Missing(String),
}

impl Column {
    /// Its run, where it was tested.
    pub const fn run(&self) -> Option<&Run> {
        match &self.found {
            Found::Run(run) => Some(run),
            Found::Failed(_) | Found::Missing(_) => None,
        }
    }

    /// What it comes to; none where it was left out.
    pub fn exit_code(&self) -> Option<ExitCode> {
        match &self.found {
            Found::Run(run) => Some(run.exit_code()),
            Found::Failed(_) => Some(ExitCode::Undecided),
            Found::Missing(_) => None,
        }
    }
}

impl Comparison {
    /// A comparison of one: what is made of several runs can be made of a single one, too.
    pub fn of_one(run: Run) -> Self {
        let arguments = run.header.rerun.clone();
        let target = run.header.target.clone();
        Self { arguments, columns: vec![Column { target, found: Found::Run(Box::new(run)) }] }
    }

    /// The runs of the targets that were tested.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.columns.iter().filter_map(Column::run)
    }

    /// The worst over the targets. Where none was tested, nothing was decided.
    pub fn exit_code(&self) -> ExitCode {
        let codes = self.columns.iter().filter_map(Column::exit_code);
        codes.reduce(ExitCode::worse).unwrap_or(ExitCode::Undecided)
    }
}
