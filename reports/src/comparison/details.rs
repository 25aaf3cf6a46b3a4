//! What is not as expected, scenario by scenario: at which targets, why, and the command that shows it again.

use std::cmp::Reverse;

use super::Comparison;
use crate::Run;
use crate::grid::count;
use crate::kind::Kind;
use crate::model::{CaseResult, Disposition};
use crate::style::{Paint, Style};
use crate::summary::group_by_first;
use crate::text::harmless;
use crate::words::{reason, rerun, word};

/// Most scenarios told; the rest is in the reports.
const MOST_SCENARIOS: usize = 24;
/// Most kinds of problem told of a scenario.
const MOST_KINDS: usize = 4;
const INDENT: &str = "     ";

/// A case that is not as expected, and the run it belongs to.
type Problem<'a> = (&'a Run, &'a CaseResult);

/// The unexpected first, then by severity, then in the order of the plan.
pub(super) fn details(comparison: &Comparison, style: Style) -> String {
    let problems: Vec<Problem<'_>> = comparison.runs().flat_map(problems).collect();
    let mut scenarios = group_by_first(&problems, |(_, case)| case.scenario.as_str());
    scenarios.sort_by_key(|group| {
        let worst = group.iter().map(|(_, case)| case.disposition).min();
        (worst, Reverse(group.first().map(|(_, case)| case.severity)))
    });
    let mut text = String::new();
    for group in scenarios.iter().take(MOST_SCENARIOS) {
        text.push_str(&scenario(group, style));
    }
    let hidden = scenarios.get(MOST_SCENARIOS..).unwrap_or_default();
    if !hidden.is_empty() {
        let cases: usize = hidden.iter().map(Vec::len).sum();
        let scenarios = count(hidden.len(), "more scenario");
        let more = format!("and {scenarios} ({})", count(cases, "case"));
        text.extend([&*style.paint(Paint::Strong, &more), ": the reports have them all\n"]);
    }
    text
}

fn problems(run: &Run) -> impl Iterator<Item = Problem<'_>> {
    let is_problem = |case: &&CaseResult| {
        matches!(case.disposition, Disposition::Unexpected | Disposition::Undecided)
    };
    run.results.iter().filter(is_problem).map(move |case| (run, case))
}

/// One scenario: a line about it, then for each kind of problem where, why and how to see it again.
fn scenario(problems: &[&Problem<'_>], style: Style) -> String {
    let mut kinds = group_by_first(problems.iter().copied(), |(_, case)| {
        (case.disposition, Kind::from(&case.verdict))
    });
    kinds.sort_by_key(|group| group.first().map(|(_, case)| case.disposition));
    let Some((_, first)) = kinds.first().and_then(|group| group.first()) else {
        return String::new();
    };
    let label = match first.disposition {
        Disposition::Undecided => "UNDECIDED",
        _ => "FAIL",
    };
    let mut text = format!(
        "{} {}  {} [{}]\n",
        style.paint(first.disposition.into(), label),
        style.paint(Paint::Strong, &harmless(&first.scenario)),
        harmless(&first.title),
        word(&first.severity),
    );
    for group in kinds.iter().take(MOST_KINDS) {
        text.push_str(&kind(group, style));
    }
    let hidden = kinds.len().saturating_sub(MOST_KINDS);
    if hidden > 0 {
        text.extend([INDENT, "and ", &count(hidden, "other kind"), "\n"]);
    }
    text
}

/// One kind of problem: the reason of the first, the targets with how many cases, and the command for the first.
fn kind(problems: &[&Problem<'_>], style: Style) -> String {
    let Some((run, first)) = problems.first() else {
        return String::new();
    };
    let name = match Kind::from(&first.verdict) {
        Kind::Fail(discrepancy) => word(&discrepancy),
        Kind::Inconclusive => "undecided".to_owned(),
        Kind::Pass => "unexpected-pass".to_owned(),
        Kind::Skipped => "skipped".to_owned(),
    };
    let targets = group_by_first(problems.iter().copied(), |(run, _)| run.header.target.as_str());
    let targets: Vec<String> = targets
        .iter()
        .filter_map(|group| {
            let (run, _) = group.first()?;
            Some(format!("{} ({})", harmless(&run.header.target), group.len()))
        })
        .collect();
    let command = rerun(&run.header.rerun, &first.id);
    format!(
        "{INDENT}{name}: {}\n{INDENT}  in {} at {}\n{INDENT}  {}\n",
        harmless(&reason(first)),
        count(problems.len(), "case"),
        targets.join(", "),
        style.paint(Paint::Faint, &harmless(&command)),
    )
}
