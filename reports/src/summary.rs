//! Counts of a run: by disposition, by verdict, by scenario.

use std::collections::BTreeMap;

use mtls_scenarios::Severity;
use serde::{Deserialize, Serialize};

use crate::{
    Run,
    model::{CaseResult, Discrepancy, Disposition, Grade, Verdict},
};

/// Cases by disposition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dispositions {
    /// As expected.
    pub expected: usize,
    /// Failures that nobody waived.
    pub unexpected: usize,
    /// Inconclusive.
    pub undecided: usize,
    /// Failures that somebody answers for.
    #[serde(default)]
    pub waived: usize,
    /// Not run.
    pub skipped: usize,
}

impl Dispositions {
    /// Counts one more.
    pub fn add(&mut self, disposition: Disposition) {
        match disposition {
            Disposition::Expected => self.expected += 1,
            Disposition::Unexpected => self.unexpected += 1,
            Disposition::Undecided => self.undecided += 1,
            Disposition::Waived => self.waived += 1,
            Disposition::Skipped => self.skipped += 1,
        }
    }

    /// All of them.
    pub const fn total(&self) -> usize {
        self.expected + self.unexpected + self.undecided + self.waived + self.skipped
    }

    /// The worst disposition among those counted; `None` where nothing was counted. A skipped case
    /// says nothing, so it decides only where all are skipped.
    pub const fn worst(&self) -> Option<Disposition> {
        if self.unexpected > 0 {
            Some(Disposition::Unexpected)
        } else if self.undecided > 0 {
            Some(Disposition::Undecided)
        } else if self.waived > 0 {
            Some(Disposition::Waived)
        } else if self.expected > 0 {
            Some(Disposition::Expected)
        } else if self.skipped > 0 {
            Some(Disposition::Skipped)
        } else {
            None
        }
    }
}

impl FromIterator<Disposition> for Dispositions {
    fn from_iter<I: IntoIterator<Item = Disposition>>(dispositions: I) -> Self {
        let mut counts = Self::default();
        for disposition in dispositions {
            counts.add(disposition);
        }
        counts
    }
}

/// Cases by verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdicts {
    /// Passed, by one of the alerts that the scenario names where it names any.
    pub pass_exact: usize,
    /// Passed by another signal.
    pub pass_ok: usize,
    /// Failed.
    pub fail: usize,
    /// Inconclusive.
    pub inconclusive: usize,
    /// Skipped.
    pub skipped: usize,
    /// Failures by kind.
    pub discrepancies: BTreeMap<Discrepancy, usize>,
}

impl Verdicts {
    /// Counts one more.
    pub fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Pass(Grade::Exact) => self.pass_exact += 1,
            Verdict::Pass(Grade::Ok) => self.pass_ok += 1,
            Verdict::Fail(discrepancy) => {
                self.fail += 1;
                *self.discrepancies.entry(*discrepancy).or_default() += 1;
            }
            Verdict::Inconclusive { .. } => self.inconclusive += 1,
            Verdict::Skipped { .. } => self.skipped += 1,
        }
    }
}

/// Counts of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Number of cases selected.
    pub selected: usize,
    /// Number of cases finished.
    pub finished: usize,
    /// Whether the run came to its end with every selected case.
    pub complete: bool,
    /// Exit code that follows from the dispositions and the waivers.
    pub exit_code: u8,
    /// What that exit code means.
    pub exit_meaning: String,
    /// Cases by disposition.
    pub dispositions: Dispositions,
    /// Cases by verdict.
    pub verdicts: Verdicts,
    /// The scenarios in the order of the plan.
    pub scenarios: Vec<ScenarioSummary>,
}

/// Counts of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScenarioSummary {
    /// Scenario id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// Its cases by disposition.
    pub dispositions: Dispositions,
    /// Its cases by verdict.
    pub verdicts: Verdicts,
}

impl Summary {
    pub(crate) fn of(run: &Run) -> Self {
        let mut dispositions = Dispositions::default();
        let mut verdicts = Verdicts::default();
        for case in &run.results {
            dispositions.add(case.disposition);
            verdicts.add(&case.verdict);
        }
        let exit_code = run.exit_code();
        Self {
            selected: run.header.selected,
            finished: run.results.len(),
            complete: run.is_complete(),
            exit_code: exit_code.code(),
            exit_meaning: exit_code.meaning().to_owned(),
            dispositions,
            verdicts,
            scenarios: by_scenario(&run.results)
                .into_iter()
                .filter_map(|cases| ScenarioSummary::of(&cases))
                .collect(),
        }
    }
}

impl ScenarioSummary {
    fn of(cases: &[&CaseResult]) -> Option<Self> {
        let first = cases.first()?;
        let mut verdicts = Verdicts::default();
        for case in cases {
            verdicts.add(&case.verdict);
        }
        Some(Self {
            scenario: first.scenario.clone(),
            title: first.title.clone(),
            severity: first.severity,
            dispositions: cases.iter().map(|case| case.disposition).collect(),
            verdicts,
        })
    }
}

/// The cases of each scenario; scenarios and cases in the order in which they come first.
pub(crate) fn by_scenario(results: &[CaseResult]) -> Vec<Vec<&CaseResult>> {
    group_by_first(results, |case| case.scenario.as_str())
}

/// Groups items by key; groups in the order in which their keys come first.
pub(crate) fn group_by_first<'a, T, K: Ord>(
    items: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&'a T) -> K,
) -> Vec<Vec<&'a T>> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Vec<&'a T>> = Vec::new();
    for item in items {
        let place = *places.entry(key(item)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_the_order_of_first_appearance() {
        let items = ["b1", "a1", "b2", "c1", "a2"];
        let groups = group_by_first(&items, |item| item.chars().next());
        let flat: Vec<Vec<&str>> =
            groups.into_iter().map(|group| group.into_iter().copied().collect()).collect();
        assert_eq!(flat, [vec!["b1", "b2"], vec!["a1", "a2"], vec!["c1"]]);
    }

    #[test]
    fn the_worst_decides_and_a_skipped_case_only_alone() {
        use Disposition::{Expected, Skipped, Undecided, Unexpected, Waived};
        let worst = |all: &[Disposition]| all.iter().copied().collect::<Dispositions>().worst();
        assert_eq!(worst(&[]), None);
        assert_eq!(worst(&[Skipped]), Some(Skipped));
        assert_eq!(worst(&[Skipped, Expected]), Some(Expected));
        assert_eq!(worst(&[Expected, Undecided, Skipped]), Some(Undecided));
        assert_eq!(worst(&[Expected, Waived, Skipped]), Some(Waived));
        assert_eq!(worst(&[Waived, Undecided]), Some(Undecided));
        assert_eq!(worst(&[Undecided, Unexpected]), Some(Unexpected));
    }
}
