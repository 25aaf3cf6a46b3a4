//! Waiving failures.

use mtls_scenarios::{Date, PlacedWaiver};

use crate::model::{AppliedWaiver, CaseResult, Disposition, Verdict};

/// The waivers of a run's files, on a day.
#[derive(Clone, Debug)]
pub struct Waivers {
    pub(super) all: Vec<PlacedWaiver>,
    pub(super) today: Date,
}

impl Waivers {
    /// Takes waivers as they were read.
    pub const fn new(all: Vec<PlacedWaiver>, today: Date) -> Self {
        Self { all, today }
    }

    /// Those in force for a target in the version that it reports.
    pub fn for_target(&self, target: &str, version: Option<&str>) -> TargetWaivers {
        let in_force = |placed: &&PlacedWaiver| {
            placed.waiver.is_about(target, version) && !placed.waiver.is_expired(self.today)
        };
        TargetWaivers(self.all.iter().filter(in_force).cloned().collect())
    }
}

/// The waivers in force for one target in one version.
#[derive(Clone, Debug, Default)]
pub struct TargetWaivers(Vec<PlacedWaiver>);

impl TargetWaivers {
    /// Waives a failure by the first waiver that covers it; leaves every other result as it is.
    #[must_use]
    pub fn apply(&self, case: CaseResult) -> CaseResult {
        if case.disposition != Disposition::Unexpected {
            return case;
        }
        match self.0.iter().find(|placed| is_good_for(placed, &case)) {
            Some(placed) => CaseResult {
                disposition: Disposition::Waived,
                waiver: Some(applied(placed)),
                ..case
            },
            None => case,
        }
    }
}

/// Whether a case failed as a waiver says.
pub(super) fn is_good_for(placed: &PlacedWaiver, case: &CaseResult) -> bool {
    case.verdict == Verdict::Fail(placed.waiver.discrepancy) && placed.waiver.cases.covers(&case.id)
}

fn applied(placed: &PlacedWaiver) -> AppliedWaiver {
    let waiver = placed.waiver.clone();
    AppliedWaiver {
        place: placed.place.clone(),
        reason: waiver.reason,
        references: waiver.references,
        owner: waiver.owner,
        expires: waiver.expires,
    }
}
