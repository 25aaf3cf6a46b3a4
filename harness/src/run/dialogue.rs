//! The connections of a case as one dialogue.

use mtls_reports::PeerText;
use mtls_reports::model::{DialogueLine, Speaker};

use super::tapes::Taped;
use crate::dissect;

/// Most lines of a case; those in the middle are left out.
const MAX_LINES: usize = 200;
/// How many of them are from the end, where the refusal is.
const LAST_LINES: usize = 80;

/// What was said, connection by connection.
pub(super) fn of(taped: &[Taped]) -> Vec<DialogueLine> {
    let mut lines = Vec::new();
    for (number, Taped { step, recording }) in taped.iter().enumerate() {
        let to = match recording.ends {
            Some(ends) => format!("connected to {}", ends.peer),
            None => "could not connect".to_owned(),
        };
        let which =
            if taped.len() > 1 { format!("connection {}: ", number + 1) } else { String::new() };
        let step = if step.is_empty() { String::new() } else { format!(", {step}") };
        lines.push(note(&format!("{which}{to}{step}")));
        lines.extend(dissect::dialogue(recording));
    }
    bounded(lines)
}

fn bounded(mut lines: Vec<DialogueLine>) -> Vec<DialogueLine> {
    if let Some(excess) = lines.len().checked_sub(MAX_LINES).filter(|excess| *excess > 0) {
        let first = MAX_LINES - LAST_LINES - 1;
        let left_out = note(&format!("{} lines are left out", excess + 1));
        lines.splice(first..=first + excess, [left_out]);
    }
    lines
}

fn note(text: &str) -> DialogueLine {
    DialogueLine { who: Speaker::Note, text: PeerText::new(text), octets: 0, lie: false, at_us: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_dialogue_keeps_its_beginning_and_its_end() {
        let lines: Vec<_> = (0..1000).map(|number| note(&number.to_string())).collect();
        let kept = bounded(lines.clone());
        assert_eq!(kept.len(), MAX_LINES);
        let first = MAX_LINES - LAST_LINES - 1;
        assert_eq!(kept[..first], lines[..first]);
        assert_eq!(kept[first].text.as_str(), "801 lines are left out");
        assert_eq!(kept[first + 1..], lines[1000 - LAST_LINES..]);
        assert_eq!(bounded(lines[..MAX_LINES].to_vec()), lines[..MAX_LINES]);
    }
}
