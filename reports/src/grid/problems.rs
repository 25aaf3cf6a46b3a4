//! What is not as expected: why, how bad, and the command that shows it again.

use std::cmp::Reverse;

use crate::style::{Paint, Style};
use crate::{
    Run,
    dialogue::{FEW, few_lines},
    model::{CaseResult, Disposition},
    summary::group_by_first,
    text::harmless,
    words::{cell, reason, rerun, word},
};

/// Most problems shown; the rest is in the reports.
const MOST_PROBLEMS: usize = 40;
/// Most reasons for skipping shown.
const MOST_REASONS: usize = 10;
/// Most lines of dialogues in all: where much fails, mostly the same was said.
const MOST_DIALOGUE: usize = 3 * FEW;
/// Columns for a list of cells where the style sets no limit.
const CELL_LIST: usize = 120;
const INDENT: &str = "     ";

/// The unexpected and the undecided: unexpected first, then by severity, then in the order of the
/// plan. Cells of a scenario that differ in nothing else share an entry.
pub(super) fn problems(run: &Run, style: Style) -> String {
    let cases = run.results.iter().filter(|case| {
        matches!(case.disposition, Disposition::Unexpected | Disposition::Undecided)
    });
    let mut groups =
        group_by_first(cases, |case| (case.disposition, case.scenario.as_str(), reason(case)));
    groups
        .sort_by_key(|group| group.first().map(|case| (case.disposition, Reverse(case.severity))));
    let mut text = String::new();
    let mut room = MOST_DIALOGUE;
    for group in groups.iter().take(MOST_PROBLEMS) {
        text.push_str(&problem(run, group, style));
        let dialogue = group.first().map(|case| few_lines(&case.dialogue, style));
        let dialogue = dialogue.unwrap_or_default();
        if let Some(left) = room.checked_sub(dialogue.len()) {
            room = left;
            for line in &dialogue {
                text.extend([INDENT, line, "\n"]);
            }
        }
    }
    let hidden = groups.get(MOST_PROBLEMS..).unwrap_or_default();
    if !hidden.is_empty() {
        let cases: usize = hidden.iter().map(Vec::len).sum();
        let more = format!("and {} more ({})", hidden.len(), count(cases, "case"));
        text.extend([&*style.paint(Paint::Strong, &more), ": the reports have them all\n"]);
    }
    text
}

fn problem(run: &Run, group: &[&CaseResult], style: Style) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let label = match first.disposition {
        Disposition::Undecided => "UNDECIDED",
        _ => "FAIL",
    };
    let is_one = group.len() == 1;
    let subject = if is_one { &first.id } else { &first.scenario };
    let mut text = format!(
        "{} {}  {} ({}) [{}]\n",
        style.paint(first.disposition.into(), label),
        style.paint(Paint::Strong, &harmless(subject)),
        harmless(&reason(first)),
        harmless(&first.title),
        word(&first.severity),
    );
    if !is_one {
        text.extend([INDENT, &cells(group, style), "\n"]);
    }
    let command = rerun(&run.header.rerun, &first.id);
    text.extend([INDENT, &style.paint(Paint::Faint, &harmless(&command)), "\n"]);
    text
}

/// The cells of a group on one line, as many as fit, at least one.
fn cells(group: &[&CaseResult], style: Style) -> String {
    let width = if style.width == 0 { CELL_LIST } else { style.width };
    let mut text = format!("in {}:", count(group.len(), "cell"));
    let mut length = INDENT.len() + text.chars().count();
    // Room for "  and 12345 more".
    let limit = width.saturating_sub(16);
    for (shown, case) in group.iter().enumerate() {
        let cell = harmless(cell(case));
        length += cell.chars().count() + 2;
        if shown > 0 && length > limit {
            text.extend(["  and ", &(group.len() - shown).to_string(), " more"]);
            break;
        }
        text.extend(["  ", &cell]);
    }
    text
}

/// The skipped: each reason once, with how many cases it is true of.
pub(super) fn skipped(run: &Run, style: Style) -> String {
    let cases = run.results.iter().filter(|case| case.disposition == Disposition::Skipped);
    let groups = group_by_first(cases, reason);
    let mut lines: Vec<String> = groups
        .iter()
        .take(MOST_REASONS)
        .filter_map(|group| {
            let reason = reason(group.first()?);
            Some(format!("skipped {}: {}", count(group.len(), "case"), harmless(&reason)))
        })
        .collect();
    let hidden = groups.get(MOST_REASONS..).unwrap_or_default();
    if !hidden.is_empty() {
        let cases: usize = hidden.iter().map(Vec::len).sum();
        let reasons = count(hidden.len(), "more reason");
        lines.push(format!("skipped {} for {reasons}", count(cases, "case")));
    }
    lines.iter().map(|line| style.paint(Paint::Faint, line) + "\n").collect()
}

/// `1 case`, `2 cases`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
