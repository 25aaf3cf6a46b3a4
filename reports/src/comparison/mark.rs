//! A cell in a few characters: a letter for each kind of failure.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Cell, Row};
use crate::model::{Discrepancy, Disposition};
use crate::style::{Paint, Style};
use crate::words::word;

/// The letter of a kind of failure.
const fn letter(discrepancy: Discrepancy) -> char {
    match discrepancy {
        Discrepancy::UnexpectedAcceptance => 'A',
        Discrepancy::UnexpectedRefusal => 'R',
        Discrepancy::UnexpectedAnonymous => 'N',
        Discrepancy::WrongIdentity => 'W',
        Discrepancy::IncoherentAcceptance => 'I',
        Discrepancy::UnverifiedIdentity => 'U',
        Discrepancy::OtherRefusal => 'O',
        Discrepancy::OtherAlert => 'L',
        Discrepancy::ForeignSecret => 'S',
        Discrepancy::EarlyDataServed => 'E',
        Discrepancy::ForeignAuthorities => 'F',
        Discrepancy::Unresponsive => 'D',
    }
}

/// What marks a cell with a failure.
const fn cross(style: Style) -> char {
    if style.unicode { '✗' } else { 'x' }
}

/// What marks waived failures.
const WAIVED: char = '~';

/// How much of a cell is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Brevity {
    /// Every kind of failure with its count.
    Full,
    /// The first kind with the count of all.
    Short,
    /// The first kind.
    Shortest,
}

/// A cell in a few characters, and the colour of it. Where a target has no cell, it was not run there.
pub(super) fn mark(cell: Option<&Cell>, brevity: Brevity, style: Style) -> (String, Paint) {
    let Some(cell) = cell else { return (".".to_owned(), Paint::Faint) };
    let counts = &cell.dispositions;
    let mut text = match brevity {
        Brevity::Full => all_kinds(cell, style),
        Brevity::Short | Brevity::Shortest => first_kind(cell, brevity),
    };
    let worst = counts.worst().unwrap_or(Disposition::Skipped);
    if text.is_empty() {
        text.push_str(style.symbol(worst));
    }
    if cell.flaky > 0 {
        text.push('*');
    }
    (text, worst.into())
}

fn all_kinds(cell: &Cell, style: Style) -> String {
    let counts = &cell.dispositions;
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (sign, failures) in [(cross(style), &cell.discrepancies), (WAIVED, &cell.waived)] {
        if !failures.is_empty() {
            text.push(sign);
        }
        for (discrepancy, count) in failures {
            let _ = write!(text, "{}{count}", letter(*discrepancy));
        }
    }
    if counts.undecided > 0 {
        let _ = write!(text, "?{}", counts.undecided);
    }
    text
}

/// Others are only hinted at.
fn first_kind(cell: &Cell, brevity: Brevity) -> String {
    let counts = &cell.dispositions;
    let failure = cell.discrepancies.keys().next().map(|kind| letter(*kind).to_string());
    let waived = cell.waived.keys().next().map(|kind| format!("{WAIVED}{}", letter(*kind)));
    let undecided = (counts.undecided > 0).then(|| "?".to_owned());
    let kinds =
        [(failure, counts.unexpected), (undecided, counts.undecided), (waived, counts.waived)];
    let Some((mut text, count)) = kinds.into_iter().find_map(|(kind, count)| Some((kind?, count)))
    else {
        return String::new();
    };
    if brevity == Brevity::Short {
        text.push_str(&count.to_string());
    }
    if has_several(cell) {
        text.push('+');
    }
    text
}

/// What the marks of these rows mean.
pub(super) fn legend(rows: &[&Row], all_ran: bool, brevity: Brevity, style: Style) -> String {
    let cross = if brevity == Brevity::Full { cross(style).to_string() } else { String::new() };
    let cells = || rows.iter().flat_map(|row| row.cells.values());
    let mut parts = vec![format!("{} as expected", style.symbol(Disposition::Expected))];
    let kinds: BTreeSet<Discrepancy> = cells()
        .flat_map(|cell| cell.discrepancies.keys().chain(cell.waived.keys()).copied())
        .collect();
    parts.extend(kinds.into_iter().map(|kind| format!("{cross}{} {}", letter(kind), word(&kind))));
    let others = [
        ("+", "and others", brevity > Brevity::Full && cells().any(has_several)),
        ("~", "waived", cells().any(|cell| !cell.waived.is_empty())),
        ("?", "undecided", cells().any(|cell| cell.dispositions.undecided > 0)),
        ("-", "skipped", cells().any(is_skipped)),
        ("*", "flaky", cells().any(|cell| cell.flaky > 0)),
        (".", "not run", !all_ran),
    ];
    parts.extend(
        others
            .iter()
            .filter(|(_, _, there)| *there)
            .map(|(sign, word, _)| format!("{sign} {word}")),
    );
    style.paint(Paint::Faint, &parts.join("   "))
}

fn has_several(cell: &Cell) -> bool {
    let undecided = usize::from(cell.dispositions.undecided > 0);
    cell.discrepancies.len() + cell.waived.len() + undecided > 1
}

fn is_skipped(cell: &Cell) -> bool {
    cell.dispositions.worst() == Some(Disposition::Skipped)
}
