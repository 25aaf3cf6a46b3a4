//! One result from several repetitions of a case: the worst counts, and what differs is told.

use std::cmp::Reverse;

use crate::kind::Kind;
use crate::model::{CaseResult, Disposition, Flaky, Grade, Seen, Verdict};
use crate::summary::group_by_first;
use crate::words::{describe, reason, word};

/// What the repetitions of a case amount to; none without any.
///
/// The worst verdict counts: a failure, then what could not be decided, then a pass, then what was
/// skipped. Where they differ, the case is flaky, and its explanation says what came how often.
pub fn settle(repetitions: &[CaseResult]) -> Option<CaseResult> {
    let worst = repetitions.iter().rev().max_by_key(|case| badness(case))?;
    let mut groups = group_by_first(repetitions, |case| Kind::from(&case.verdict));
    if groups.len() == 1 {
        return Some(worst.clone());
    }
    groups.sort_by_key(|group| Reverse(group.first().map(|case| Kind::from(&case.verdict))));
    let seen: Vec<Seen> = groups.iter().filter_map(|group| seen(group)).collect();
    let flaky = Flaky { repetitions: repetitions.len(), seen };
    let explanation = explain(&flaky);
    Some(CaseResult { explanation, flaky: Some(flaky), ..worst.clone() })
}

/// By its kind. Of two failures, the one that nobody waived is worse; of two passes, the one by another signal.
fn badness(case: &CaseResult) -> (bool, bool, Kind, Option<Grade>) {
    let (failed, grade) = match &case.verdict {
        Verdict::Pass(grade) => (false, Some(*grade)),
        Verdict::Fail(_) => (true, None),
        Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => (false, None),
    };
    let is_unexpected = case.disposition == Disposition::Unexpected;
    (failed, is_unexpected, Kind::from(&case.verdict), grade)
}

/// What repetitions of one verdict saw: each outcome once.
fn seen(group: &[&CaseResult]) -> Option<Seen> {
    let outcomes = group_by_first(group.iter().copied(), outcome);
    let words = outcomes.iter().filter_map(|same| same.first().map(|case| outcome(case)));
    Some(Seen {
        times: group.len(),
        verdict: group.first()?.verdict.clone(),
        outcome: words.collect::<Vec<_>>().join(", or "),
    })
}

/// What came of a repetition, in words.
fn outcome(case: &CaseResult) -> String {
    match (&case.verdict, &case.observed) {
        (Verdict::Pass(_), Some(observed)) => describe(observed),
        (Verdict::Pass(_), None) => "as expected".to_owned(),
        _ => reason(case),
    }
}

fn explain(flaky: &Flaky) -> String {
    let parts = flaky.seen.iter().map(|seen| {
        let verdict = match &seen.verdict {
            Verdict::Pass(_) => "as expected".to_owned(),
            Verdict::Fail(discrepancy) => word(discrepancy),
            Verdict::Inconclusive { .. } => "undecided".to_owned(),
            Verdict::Skipped { .. } => "skipped".to_owned(),
        };
        let times = match seen.times {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        match &seen.outcome {
            outcome if *outcome == verdict => format!("{times} {verdict}"),
            outcome => format!("{times} {verdict} ({outcome})"),
        }
    });
    let parts: Vec<_> = parts.collect();
    format!("flaky in {} repetitions: {}", flaky.repetitions, parts.join("; "))
}
