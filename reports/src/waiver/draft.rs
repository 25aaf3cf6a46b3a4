//! Drafts of waivers, from what failed.

use std::collections::BTreeSet;

use mtls_scenarios::{CasePattern, Date, Discrepancy, FILL_IN, Library, Waiver, expand};

use super::cover::cover;
use crate::{
    Run,
    model::{CaseResult, Disposition, Verdict},
    summary::group_by_first,
    text::harmless,
    words::reason,
};

/// Days until a drafted waiver expires.
const DAYS: u16 = 90;

/// Drafts waivers for the failures of a run that nobody waived: few patterns for each scenario and kind of failure, which cover
/// what failed and nothing else. Reason and owner are left for somebody to fill in; until then the draft is refused.
pub fn draft(run: &Run, library: &Library, today: Date) -> Vec<Waiver> {
    let unexpected = run.results.iter().filter(|case| case.disposition == Disposition::Unexpected);
    let groups = group_by_first(unexpected, |case| (case.scenario.as_str(), discrepancy(case)));
    groups.iter().flat_map(|group| of_group(run, group, library, today)).collect()
}

const fn discrepancy(case: &CaseResult) -> Option<Discrepancy> {
    match case.verdict {
        Verdict::Fail(discrepancy) => Some(discrepancy),
        Verdict::Pass(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => None,
    }
}

/// The waivers for cases of a scenario that failed in the same way.
fn of_group(run: &Run, group: &[&CaseResult], library: &Library, today: Date) -> Vec<Waiver> {
    let Some((first, discrepancy)) =
        group.first().and_then(|case| Some((case, discrepancy(case)?)))
    else {
        return Vec::new();
    };
    let scenario = library.scenarios.get(&first.scenario);
    let all = scenario.map(|scenario| expand(&first.scenario, scenario)).unwrap_or_default();
    let all: BTreeSet<_> = all.iter().map(|case| case.id.as_str()).collect();
    let failed = group.iter().map(|case| case.id.as_str()).collect();
    let waiver = |cases: CasePattern| {
        let seen = group.iter().find(|case| cases.covers(&case.id)).unwrap_or(first);
        Waiver {
            cases,
            target: run.header.target.clone(),
            version: None,
            discrepancy,
            reason: format!("{FILL_IN}: why may this be? Seen: {}", harmless(&reason(seen))),
            references: Vec::new(),
            owner: format!("{FILL_IN}: who answers for it?"),
            expires: today.plus_days(DAYS),
        }
    };
    cover(&failed, &all).into_iter().map(waiver).collect()
}
