//! The rows of a comparison: a scenario, and what each target made of it.

use std::collections::{BTreeMap, BTreeSet};

use mtls_scenarios::Severity;
use serde::{Deserialize, Serialize};

use super::Comparison;
use crate::Dispositions;
use crate::kind::Kind;
use crate::model::{CaseResult, Discrepancy, Disposition, Verdict};
use crate::summary::group_by_first;

/// A scenario at every target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// Scenario id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// Whether the targets agree.
    pub agreement: Agreement,
    /// What came of it, by target. A target that was not tested has none.
    pub cells: BTreeMap<String, Cell>,
}

/// Whether targets agree on a scenario. They are compared case by case; a case that a target
/// skipped says nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Some case came to one verdict here and to another there.
    Differ,
    /// All alike, and not all as expected.
    AlikeNotAsExpected,
    /// As expected wherever it was judged.
    AsExpected,
    /// Skipped at all.
    NotJudged,
}

/// What a target made of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cell {
    /// Its cases by disposition.
    pub dispositions: Dispositions,
    /// Its unexpected failures by kind.
    pub discrepancies: BTreeMap<Discrepancy, usize>,
    /// Its waived failures by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub waived: BTreeMap<Discrepancy, usize>,
    /// Cases whose repetitions came to different verdicts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flaky: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Comparison {
    /// The rows, in the order of the plan.
    pub fn rows(&self) -> Vec<Row> {
        let cases = self.cases();
        group_by_first(&cases, |(_, case)| case.scenario.as_str())
            .iter()
            .filter_map(|row| Row::of(row))
            .collect()
    }

    /// Every case with its target. The scenarios of the longest run come first: one that was cut short has not all of them.
    fn cases(&self) -> Vec<(&str, &CaseResult)> {
        let mut columns: Vec<_> = self.columns.iter().collect();
        columns.sort_by_key(|column| {
            std::cmp::Reverse(column.run().map_or(0, |run| run.results.len()))
        });
        let cases = columns.into_iter().filter_map(|column| {
            let run = column.run()?;
            Some(run.results.iter().map(|case| (column.target.as_str(), case)))
        });
        cases.flatten().collect()
    }
}

impl Row {
    fn of(cases: &[&(&str, &CaseResult)]) -> Option<Self> {
        let (_, first) = cases.first()?;
        let mut cells: BTreeMap<String, Cell> = BTreeMap::new();
        for (target, case) in cases {
            cells.entry((*target).to_owned()).or_default().add(case);
        }
        Some(Self {
            scenario: first.scenario.clone(),
            title: first.title.clone(),
            severity: first.severity,
            agreement: Agreement::of(cases.iter().map(|(_, case)| *case)),
            cells,
        })
    }
}

impl Agreement {
    fn of<'a>(cases: impl Iterator<Item = &'a CaseResult>) -> Self {
        let mut judged: BTreeMap<&str, BTreeSet<Kind>> = BTreeMap::new();
        for case in cases {
            let kind = Kind::from(&case.verdict);
            if kind != Kind::Skipped {
                judged.entry(&case.id).or_default().insert(kind);
            }
        }
        if judged.is_empty() {
            Self::NotJudged
        } else if judged.values().any(|kinds| kinds.len() > 1) {
            Self::Differ
        } else if judged.values().flatten().all(|kind| *kind == Kind::Pass) {
            Self::AsExpected
        } else {
            Self::AlikeNotAsExpected
        }
    }
}

impl Cell {
    fn add(&mut self, case: &CaseResult) {
        self.dispositions.add(case.disposition);
        self.flaky += usize::from(case.flaky.is_some());
        let Verdict::Fail(discrepancy) = &case.verdict else { return };
        let is_waived = case.disposition == Disposition::Waived;
        let failures = if is_waived { &mut self.waived } else { &mut self.discrepancies };
        *failures.entry(*discrepancy).or_default() += 1;
    }
}
