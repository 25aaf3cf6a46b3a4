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
    let mut text = String::new();
    if cell.dispositions.unexpected > 0 {
        text.push(cross(style));
    }
    for (discrepancy, count) in &cell.discrepancies {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{count}", letter(*discrepancy));
    }
    if cell.dispositions.undecided > 0 {
        let _ = write!(text, "?{}", cell.dispositions.undecided);
    }
    text
}

/// Others are only hinted at.
fn first_kind(cell: &Cell, brevity: Brevity) -> String {
    let mut text = String::new();
    let counts = &cell.dispositions;
    let mut kinds = cell.discrepancies.keys();
    let (first, count) = match kinds.next() {
        Some(discrepancy) => (letter(*discrepancy), counts.unexpected),
        None if counts.undecided > 0 => ('?', counts.undecided),
        None => return text,
    };
    text.push(first);
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
    let kinds: BTreeSet<Discrepancy> =
        cells().flat_map(|cell| cell.discrepancies.keys().copied()).collect();
    parts.extend(kinds.into_iter().map(|kind| format!("{cross}{} {}", letter(kind), word(&kind))));
    let others = [
        ("+", "and others", brevity > Brevity::Full && cells().any(has_several)),
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
    cell.discrepancies.len() + usize::from(cell.dispositions.undecided > 0) > 1
}

fn is_skipped(cell: &Cell) -> bool {
    cell.dispositions.worst() == Some(Disposition::Skipped)
}
