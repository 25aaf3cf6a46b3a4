//! The tape itself: written to by whoever holds a clone of it, within bounds.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use mtls_scenarios::Prelude;

use super::recording::{End, Ends, Entry, Event, Recording, Secret};

/// Most octets that a tape holds.
const MAX_OCTETS: usize = 4 << 20;
/// What an entry costs beside its octets: who sends single octets fills the tape, too.
const ENTRY_COST: usize = 64;
/// Longest text of a lie or a note, in characters.
const MAX_TEXT: usize = 512;
/// Most secrets; a connection has about six.
const MAX_SECRETS: usize = 64;
/// Longest secret, label or random.
const MAX_SECRET: usize = 256;

/// What records a connection. Clones write to the same tape; the default records nothing.
#[derive(Clone, Debug, Default)]
pub struct Tape(Option<Arc<Mutex<Reel>>>);

#[derive(Debug)]
struct Reel {
    began: Instant,
    recording: Recording,
    room_left: usize,
}

impl Tape {
    /// A tape that records.
    pub fn blank() -> Self {
        let recording = Recording {
            began: SystemTime::now(),
            ends: None,
            entries: Vec::new(),
            secrets: Vec::new(),
            is_cut: false,
        };
        let reel = Reel { began: Instant::now(), recording, room_left: MAX_OCTETS };
        Self(Some(Arc::new(Mutex::new(reel))))
    }

    /// The connection begins: times are counted from now on.
    pub fn connected(&self, local: SocketAddr, peer: SocketAddr) {
        let Some(mut reel) = self.reel() else { return };
        reel.began = Instant::now();
        reel.recording.began = SystemTime::now();
        reel.recording.ends = Some(Ends { local, peer });
    }

    /// The client wrote these octets.
    pub fn sent(&self, octets: &[u8]) {
        self.octets(octets, Event::Sent);
    }

    /// The client read these octets.
    pub fn received(&self, octets: &[u8]) {
        self.octets(octets, Event::Received);
    }

    /// What is sent next is a lie: what the client does otherwise.
    pub fn lie(&self, text: String) {
        self.text(text, Event::Lie);
    }

    /// Before TLS, in plaintext, this was said. It is told in words: the octets of the tape are TLS.
    pub fn prelude(&self, prelude: Prelude) {
        let Prelude { send, expect } = prelude;
        self.note(format!("in plaintext: sent {send:02x?}, received {expect:02x?}"));
    }

    /// What the client is about from now on, in words.
    pub fn note(&self, text: String) {
        self.text(text, Event::Note);
    }

    /// The gate takes or sends no more. Said twice, it is as if said once.
    pub fn ended(&self, end: End) {
        let Some(mut reel) = self.reel() else { return };
        let is_known = reel.recording.entries.iter().rev().any(|e| e.event == Event::Ended(end));
        if !is_known {
            reel.add(0, || Event::Ended(end));
        }
    }

    /// A secret of the connection, by its label of the NSS key log format.
    pub fn secret(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let Some(mut reel) = self.reel() else { return };
        let longest = label.len().max(client_random.len()).max(secret.len());
        if longest <= MAX_SECRET && reel.recording.secrets.len() < MAX_SECRETS {
            reel.recording.secrets.push(Secret {
                label: label.to_owned(),
                client_random: client_random.to_vec(),
                octets: secret.to_vec(),
            });
        }
    }

    /// Whether anything is kept of what it is told.
    pub const fn is_recording(&self) -> bool {
        self.0.is_some()
    }

    /// A copy of what is on the tape so far; `None` where it records nothing.
    pub fn recording(&self) -> Option<Recording> {
        self.reel().map(|reel| reel.recording.clone())
    }

    /// What is on the tape, without a copy where nobody else holds it; `None` where it records nothing.
    pub fn take(self) -> Option<Recording> {
        match Arc::try_unwrap(self.0?) {
            Ok(reel) => Some(reel.into_inner().unwrap_or_else(PoisonError::into_inner).recording),
            Err(shared) => Self(Some(shared)).recording(),
        }
    }

    fn octets(&self, octets: &[u8], event: impl FnOnce(Vec<u8>) -> Event) {
        let Some(mut reel) = self.reel() else { return };
        if !octets.is_empty() {
            reel.add(octets.len(), || event(octets.to_vec()));
        }
    }

    fn text(&self, text: String, event: impl FnOnce(String) -> Event) {
        let Some(mut reel) = self.reel() else { return };
        let text = if text.len() > MAX_TEXT { text.chars().take(MAX_TEXT).collect() } else { text };
        reel.add(text.len(), || event(text));
    }

    fn reel(&self) -> Option<MutexGuard<'_, Reel>> {
        let reel = self.0.as_ref()?;
        Some(reel.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reel {
    /// Adds an entry where there is room. Once one did not fit, none is added: a gap would not be seen.
    fn add(&mut self, octets: usize, event: impl FnOnce() -> Event) {
        let left = self.room_left.checked_sub(octets.saturating_add(ENTRY_COST));
        match left {
            Some(left) if !self.recording.is_cut => {
                self.room_left = left;
                let at = self.began.elapsed().max(self.last());
                self.recording.entries.push(Entry { at, event: event() });
            }
            _ => self.recording.is_cut = true,
        }
    }

    fn last(&self) -> Duration {
        self.recording.entries.last().map_or(Duration::ZERO, |entry| entry.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_that_is_off_holds_nothing() {
        let tape = Tape::default();
        tape.sent(b"octets");
        assert_eq!(tape.recording(), None);
    }

    #[test]
    fn clones_write_to_one_tape_in_order() {
        let tape = Tape::blank();
        let clone = tape.clone();
        tape.sent(b"a");
        clone.received(b"b");
        tape.lie("CertificateVerify left out".to_owned());
        clone.ended(End::Close);
        tape.ended(End::Close);
        tape.sent(b"");
        let events: Vec<_> =
            tape.recording().unwrap().entries.into_iter().map(|entry| entry.event).collect();
        let expected = [
            Event::Sent(b"a".to_vec()),
            Event::Received(b"b".to_vec()),
            Event::Lie("CertificateVerify left out".to_owned()),
            Event::Ended(End::Close),
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn a_full_tape_says_so_and_takes_no_more() {
        let tape = Tape::blank();
        tape.sent(&vec![0; MAX_OCTETS - 2 * ENTRY_COST - 1]);
        tape.sent(b"xx");
        tape.received(b"y");
        let recording = tape.recording().unwrap();
        assert!(recording.is_cut);
        assert_eq!(recording.entries.len(), 1);
    }

    #[test]
    fn lies_and_secrets_are_bounded() {
        let tape = Tape::blank();
        tape.lie("é".repeat(10_000));
        for _ in 0..1000 {
            tape.secret("CLIENT_RANDOM", &[1; 32], &[2; 48]);
        }
        tape.secret("CLIENT_RANDOM", &[1; 32], &[2; 4096]);
        let recording = tape.recording().unwrap();
        assert_eq!(recording.entries.first().unwrap().event, Event::Lie("é".repeat(MAX_TEXT)));
        assert_eq!(recording.secrets.len(), MAX_SECRETS);
    }
}
