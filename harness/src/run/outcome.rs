//! Judgements that no observation is needed for.

use mtls_reports::model::Verdict;

use super::judge::Judgement;

/// It cannot be said.
pub(super) fn undecided(reason: String) -> Judgement {
    let verdict = Verdict::Inconclusive { reason: reason.clone() };
    Judgement { expected: Vec::new(), verdict, explanation: reason }
}

/// The target cannot do it.
pub(super) fn skipped(reason: String) -> Judgement {
    let verdict = Verdict::Skipped { reason: reason.clone() };
    Judgement { expected: Vec::new(), verdict, explanation: reason }
}

/// As it should be, without anything to say about it.
pub(super) fn passed() -> Judgement {
    use mtls_reports::model::Grade;
    Judgement {
        expected: Vec::new(),
        verdict: Verdict::Pass(Grade::Exact),
        explanation: String::new(),
    }
}
