//! What came of the cases so far, where each is performed several times.

use std::collections::BTreeMap;

use mtls_reports::model::CaseResult;
use mtls_reports::settle;

use crate::run::Plan;

/// Results of cases that are not performed for the last time yet.
#[derive(Debug, Default)]
pub(super) struct Repetitions {
    earlier: BTreeMap<String, Vec<CaseResult>>,
}

impl Repetitions {
    /// Keeps a result until the last one is there.
    pub(super) fn keep(&mut self, result: CaseResult) {
        self.earlier.entry(result.id.clone()).or_default().push(result);
    }

    /// What the case comes to with its last result.
    pub(super) fn settle(&mut self, last: CaseResult) -> CaseResult {
        let Some(mut all) = self.earlier.remove(&last.id) else { return last };
        all.push(last.clone());
        settle(&all).unwrap_or(last)
    }

    /// What the cases come to whose last repetition did not take place, in the order of the plan.
    pub(super) fn leave(mut self, plan: &Plan) -> impl Iterator<Item = CaseResult> {
        plan.cases.iter().filter_map(move |case| settle(&self.earlier.remove(&case.id)?))
    }
}
