//! What was said on the connections of a case, as lines for people.

use crate::{
    Style,
    model::{CaseResult, DialogueLine, Speaker, Verdict},
    style::Paint,
    text::harmless,
    words::{describe, describe_expected, reason, waiver, word},
};

/// Most lines of a dialogue where it stands among other things.
pub(crate) const FEW: usize = 40;
/// How many of them are from its end.
const FEW_LAST: usize = 15;

/// One case told in full: what was said on its connections, what was seen and expected, and the verdict.
pub fn story(case: &CaseResult, style: Style) -> String {
    let mut text = format!("{}\n", style.paint(Paint::Strong, &harmless(&case.id)));
    for line in lines(&case.dialogue, style) {
        text.extend(["  ", &line, "\n"]);
    }
    let observed = case.observed.as_ref().map_or_else(|| "nothing".to_owned(), describe);
    let verdict = match &case.verdict {
        Verdict::Pass(_) => "as expected".to_owned(),
        Verdict::Fail(discrepancy) => format!("{}: {}", word(discrepancy), reason(case)),
        Verdict::Inconclusive { reason } => format!("undecided: {reason}"),
        Verdict::Skipped { reason } => format!("skipped: {reason}"),
    };
    let verdict = style.paint(case.disposition.into(), &harmless(&verdict));
    let expected = describe_expected(&case.expected);
    text.extend(["Seen:     ", &harmless(&observed), "\nExpected: ", &expected]);
    text.extend(["\nVerdict:  ", &verdict, "\n"]);
    if let Some(given) = &case.waiver {
        text.extend(["Waived:   ", &harmless(&waiver(given)), "\n"]);
    }
    if style.unicode { text } else { crate::grid::ascii(&text) }
}

/// At most [`FEW`] lines: the beginning and the end.
pub(crate) fn few_lines(dialogue: &[DialogueLine], style: Style) -> Vec<String> {
    let mut lines = lines(dialogue, style);
    if let Some(excess) = lines.len().checked_sub(FEW).filter(|excess| *excess > 0) {
        let first = FEW - FEW_LAST - 1;
        let left_out = format!("  ({} lines are left out)", excess + 1);
        lines.splice(first..=first + excess, [style.paint(Paint::Faint, &left_out)]);
    }
    lines
}

/// A line each: mark of a lie, time in milliseconds, direction, octets, what it is.
fn lines(dialogue: &[DialogueLine], style: Style) -> Vec<String> {
    dialogue.iter().map(|line| self::line(line, style)).collect()
}

fn line(line: &DialogueLine, style: Style) -> String {
    let mark = if line.lie { "!" } else { " " };
    let arrow = match (line.who, style.unicode) {
        (Speaker::Sent, true) => "→",
        (Speaker::Sent, false) => "->",
        (Speaker::Received, true) => "←",
        (Speaker::Received, false) => "<-",
        (Speaker::Note, true) => "·",
        (Speaker::Note, false) => "--",
    };
    let octets = if line.octets == 0 { String::new() } else { line.octets.to_string() };
    let (milliseconds, tenths) = (line.at_us / 1000, line.at_us % 1000 / 100);
    let text = harmless(line.text.as_str());
    let text = format!("{mark} {milliseconds:>5}.{tenths} ms {arrow} {octets:>6}  {text}");
    match (line.lie, line.who) {
        (true, _) => style.paint(Paint::Bad, &text),
        (false, Speaker::Note) => style.paint(Paint::Faint, &text),
        (false, _) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PeerText;

    fn said(who: Speaker, text: &str, octets: u64, lie: bool) -> DialogueLine {
        DialogueLine { who, text: PeerText::new(text), octets, lie, at_us: 12_345 }
    }

    #[test]
    fn a_lie_is_marked_in_the_margin() {
        let dialogue = [
            said(Speaker::Note, "CertificateVerify is left out", 0, true),
            said(Speaker::Sent, "Finished", 36, false),
            said(Speaker::Received, "Alert: fatal decrypt_error (51)", 2, false),
        ];
        let expected = [
            "!    12.3 ms --         CertificateVerify is left out",
            "     12.3 ms ->     36  Finished",
            "     12.3 ms <-      2  Alert: fatal decrypt_error (51)",
        ];
        assert_eq!(lines(&dialogue, Style::default()), expected);
        let colour = Style { colour: true, ..Style::default() };
        assert!(lines(&dialogue, colour).first().unwrap().starts_with("\u{1b}[1;31m!"));
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_shown() {
        let dialogue: Vec<_> =
            (0..100).map(|number| said(Speaker::Sent, &number.to_string(), 1, false)).collect();
        let lines = few_lines(&dialogue, Style::default());
        assert_eq!(lines.len(), FEW);
        assert!(lines.contains(&"  (61 lines are left out)".to_owned()), "{lines:?}");
        assert!(lines.last().unwrap().ends_with(" 99"));
        assert_eq!(few_lines(&dialogue[..FEW], Style::default()).len(), FEW);
    }
}
