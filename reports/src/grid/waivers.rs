//! What is waived, and what is wrong with waivers.

use super::problems::count;
use crate::style::{Paint, Style};
use crate::{
    Run,
    model::CaseResult,
    summary::group_by_first,
    text::harmless,
    words::{cell, waiver, word},
};

/// Most waivers shown; the rest is in the reports.
const MOST_WAIVERS: usize = 20;

/// The waived: each waiver once, with what it was good for.
pub(super) fn waived(run: &Run, style: Style) -> String {
    let cases = run.results.iter().filter(|case| case.waiver.is_some());
    let groups = group_by_first(cases, |case| (case.waiver.as_ref(), case.scenario.as_str()));
    let shown = groups.iter().take(MOST_WAIVERS).filter_map(|group| line(group, style));
    let mut text: String = shown.collect();
    let hidden = groups.get(MOST_WAIVERS..).unwrap_or_default();
    if !hidden.is_empty() {
        let cases: usize = hidden.iter().map(Vec::len).sum();
        text.extend(["waived ", &count(cases, "more case"), ": the reports have them all\n"]);
    }
    text
}

fn line(group: &[&CaseResult], style: Style) -> Option<String> {
    let first = group.first()?;
    let given = waiver(first.waiver.as_ref()?);
    let what = if group.len() == 1 {
        format!("{}@{}", first.scenario, cell(first))
    } else {
        format!("{} in {}", first.scenario, count(group.len(), "cell"))
    };
    let label = style.paint(first.disposition.into(), "waived");
    Some(format!("{label} {} {}\n", harmless(&what), harmless(&given)))
}

/// Waivers that close the gate.
pub(crate) fn problems(run: &Run, style: Style) -> String {
    let lines = run.waiver_problems().iter().map(|problem| {
        let label =
            style.paint(Paint::Bad, &format!("{} WAIVER", word(&problem.fault).to_uppercase()));
        let place = style.paint(Paint::Strong, &harmless(&problem.place));
        format!("{label} {place}  {}\n", harmless(&problem.message))
    });
    lines.collect()
}
