//! Where problems of one file are collected.

use crate::diagnostic::{Diagnostic, Source, did_you_mean};

/// Where problems of one file are collected.
pub(super) struct Findings<'a> {
    pub(super) source: Source<'a>,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl Findings<'_> {
    pub(super) fn report(&mut self, word: &str, message: String, help: Option<String>) {
        self.problems.push(self.source.about(word, message, help));
    }

    /// Reports `name` unless it is one of the known ones.
    pub(super) fn known<'k>(
        &mut self,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k String>,
    ) {
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        if known.contains(&name) {
            return;
        }
        let help = did_you_mean(name, known.iter().copied()).or_else(|| {
            let shown: Vec<_> = known.iter().copied().take(12).collect();
            (!shown.is_empty()).then(|| format!("known are {}", shown.join(", ")))
        });
        self.report(name, format!("unknown {what} `{name}`"), help);
    }
}
