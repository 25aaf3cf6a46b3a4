//! Text from peers, made harmless.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text that a peer chose: at most [`PeerText::MAX`] characters, control and bidirectional-formatting
/// characters written as `\u{..}`. The only way into a report for anything a peer sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeerText(String);

impl PeerText {
    /// Longest text kept, in characters after escaping; an ellipsis marks the cut.
    pub const MAX: usize = 512;

    /// Makes peer text displayable.
    pub fn new(raw: &str) -> Self {
        let mut safe = String::with_capacity(raw.len().min(Self::MAX));
        let mut length = 0;
        for c in raw.chars() {
            if length >= Self::MAX {
                safe.push('…');
                break;
            }
            if is_hostile(c) {
                let escaped = c.escape_unicode().to_string();
                length += escaped.len();
                safe.push_str(&escaped);
            } else {
                length += 1;
                safe.push(c);
            }
        }
        Self(safe)
    }

    /// As [`PeerText::new`], for bytes that may not be UTF-8.
    pub fn from_bytes(raw: &[u8]) -> Self {
        // Four bytes a character bound what can be shown, however long the input.
        let head = raw.get(..Self::MAX * 4 + 4).unwrap_or(raw);
        Self::new(&String::from_utf8_lossy(head))
    }

    /// The displayable text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

impl fmt::Display for PeerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// A log is input too: what it holds is made harmless again.
impl<'de> Deserialize<'de> for PeerText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}
