//! Verdicts without their details: what repetitions and targets are compared by.

use crate::model::{Discrepancy, Verdict};

/// A verdict without grade and reason; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Skipped,
    Pass,
    Inconclusive,
    Fail(Discrepancy),
}

impl From<&Verdict> for Kind {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Skipped { .. } => Self::Skipped,
            Verdict::Pass(_) => Self::Pass,
            Verdict::Inconclusive { .. } => Self::Inconclusive,
            Verdict::Fail(discrepancy) => Self::Fail(*discrepancy),
        }
    }
}
