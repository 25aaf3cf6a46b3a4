//! Waivers that should not be there any more.

use mtls_scenarios::PlacedWaiver;

use super::Waivers;
use super::apply::is_good_for;
use crate::{
    PeerText, Run,
    model::{CaseResult, Verdict, WaiverFault, WaiverProblem},
    words::word,
};

impl Waivers {
    /// What is wrong with the waivers of the target that was run, as far as the run can tell.
    ///
    /// A waiver is expired whatever was run. It is unused only where that is certain: the run came to its end, every case
    /// that the waiver covers was selected and decided, at least one was performed, and none failed as the waiver says.
    pub fn problems(&self, run: &Run) -> Vec<WaiverProblem> {
        let header = &run.header;
        let version = header.target_version.as_ref().map(PeerText::as_str);
        let of_target = self.all.iter().filter(|placed| placed.waiver.target == header.target);
        of_target
            .filter_map(|placed| {
                if placed.waiver.is_expired(self.today) {
                    return Some(expired(placed));
                }
                let is_unused = placed.waiver.is_about(&header.target, version)
                    && run.is_complete()
                    && was_for_nothing(placed, &run.results);
                is_unused.then(|| unused(placed))
            })
            .collect()
    }
}

fn was_for_nothing(placed: &PlacedWaiver, results: &[CaseResult]) -> bool {
    let covered: Vec<_> =
        results.iter().filter(|case| placed.waiver.cases.covers(&case.id)).collect();
    let performed = |case: &CaseResult| matches!(case.verdict, Verdict::Pass(_) | Verdict::Fail(_));
    let undecided = |case: &CaseResult| matches!(case.verdict, Verdict::Inconclusive { .. });
    covered.len() >= placed.covers
        && covered.iter().any(|case| performed(case))
        && !covered.iter().any(|case| undecided(case) || is_good_for(placed, case))
}

fn expired(placed: &PlacedWaiver) -> WaiverProblem {
    let message = format!(
        "waiver {} expired on {}: {} looks at it again, and gives it another day or removes it",
        about(placed),
        placed.waiver.expires,
        placed.waiver.owner,
    );
    WaiverProblem { place: placed.place.clone(), fault: WaiverFault::Expired, message }
}

fn unused(placed: &PlacedWaiver) -> WaiverProblem {
    let message = format!(
        "waiver {} is unused: every case that it covers was tried, and none failed so; remove it",
        about(placed),
    );
    WaiverProblem { place: placed.place.clone(), fault: WaiverFault::Unused, message }
}

fn about(placed: &PlacedWaiver) -> String {
    let waiver = &placed.waiver;
    let cases = waiver.cases.as_str();
    format!("`{cases}` of {} ({})", waiver.target, word(&waiver.discrepancy))
}
