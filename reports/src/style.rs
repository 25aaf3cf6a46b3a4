//! How the display may look: symbols and colours.

use crate::{ExitCode, model::Disposition};

/// What the terminal can show. Whoever prints finds out; nothing here asks a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Ticks and crosses rather than words in ASCII.
    pub unicode: bool,
    /// ANSI colours.
    pub colour: bool,
    /// Columns; 0 for no limit. Bounds the table and lists of cells; lines with commands are never
    /// cut, so that they can be copied.
    pub width: usize,
}

/// Colours by meaning.
#[derive(Clone, Copy)]
pub(crate) enum Paint {
    Good,
    Bad,
    Unsure,
    Faint,
    Strong,
}

impl Style {
    pub(crate) const fn symbol(self, disposition: Disposition) -> &'static str {
        match (disposition, self.unicode) {
            (Disposition::Expected, true) => "✓",
            (Disposition::Expected, false) => "ok",
            (Disposition::Unexpected, true) => "✗",
            (Disposition::Unexpected, false) => "FAIL",
            (Disposition::Undecided, _) => "?",
            (Disposition::Waived, _) => "~",
            (Disposition::Skipped, _) => "-",
        }
    }

    pub(crate) const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Text in a colour, where colours are on.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.colour || text.trim().is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Good => "32",
            Paint::Bad => "1;31",
            Paint::Unsure => "33",
            Paint::Faint => "2",
            Paint::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

impl From<Disposition> for Paint {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Expected => Self::Good,
            Disposition::Unexpected => Self::Bad,
            Disposition::Undecided | Disposition::Waived => Self::Unsure,
            Disposition::Skipped => Self::Faint,
        }
    }
}

impl From<ExitCode> for Paint {
    fn from(code: ExitCode) -> Self {
        match code {
            ExitCode::GateOpen => Self::Good,
            ExitCode::Undecided | ExitCode::NothingSelected => Self::Unsure,
            ExitCode::GateClosed | ExitCode::InvalidUse | ExitCode::PerformanceRegression => {
                Self::Bad
            }
        }
    }
}

/// Text in at most `width` characters, cut with an ellipsis.
pub(crate) fn fit(text: &str, width: usize, style: Style) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let ellipsis = style.ellipsis();
    let kept = width.saturating_sub(ellipsis.chars().count());
    text.chars().take(kept).chain(ellipsis.chars()).take(width).collect()
}

/// Text filled up with blanks to `width` characters.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_with_an_ellipsis() {
        let (ascii, unicode) = (Style::default(), Style { unicode: true, ..Style::default() });
        assert_eq!(fit("expired", 7, ascii), "expired");
        assert_eq!(fit("expired", 6, ascii), "exp...");
        assert_eq!(fit("expired", 6, unicode), "expir…");
        assert_eq!(fit("expired", 2, ascii), "..");
        assert_eq!(fit("expired", 0, unicode), "");
    }
}
