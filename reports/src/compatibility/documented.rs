//! What may be published of a case.

use crate::model::{CaseResult, Disposition};

/// A deviation that is publicly known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Documented<'a> {
    /// What it is about.
    pub(super) reason: &'a str,
    /// Where that can be read; at least one.
    pub(super) references: &'a [String],
}

/// What is publicly known about a case that is not as expected: its waiver names references.
pub(super) fn documented(case: &CaseResult) -> Option<Documented<'_>> {
    let waiver = case.waiver.as_ref().filter(|waiver| !waiver.references.is_empty())?;
    let is_waived = case.disposition == Disposition::Waived;
    is_waived.then_some(Documented { reason: &waiver.reason, references: &waiver.references })
}

/// Whether the page may show what came of a case.
pub(super) fn is_public(case: &CaseResult) -> bool {
    case.disposition == Disposition::Expected || documented(case).is_some()
}
