//! A recorded connection as messages, for people.

use mtls_reports::PeerText;
use mtls_reports::model::{DialogueLine, Speaker};

use crate::tape::{Event, Recording};

/// What was said on a connection, line by line.
pub fn dialogue(recording: &Recording) -> Vec<DialogueLine> {
    let lines = recording.entries.iter().map(|entry| {
        let (who, text, octets) = match &entry.event {
            Event::Sent(octets) => (Speaker::Sent, "octets", octets.len()),
            Event::Received(octets) => (Speaker::Received, "octets", octets.len()),
            Event::Lie(text) | Event::Note(text) => (Speaker::Note, text.as_str(), 0),
            Event::Ended(_) => (Speaker::Note, "end", 0),
        };
        DialogueLine {
            who,
            text: PeerText::new(text),
            octets: u64::try_from(octets).unwrap_or(u64::MAX),
            lie: matches!(entry.event, Event::Lie(_)),
            at_us: u64::try_from(entry.at.as_micros()).unwrap_or(u64::MAX),
        }
    });
    lines.collect()
}
