//! Text from peers, made harmless.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// Text that a peer chose: at most [`PeerText::MAX`] characters and an ellipsis; control,
/// bidirectional-formatting and invisible characters are written as `\u{..}`. The only way into
/// a report for anything a peer sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeerText(String);

impl PeerText {
    /// Longest text kept, in characters after escaping; an ellipsis marks the cut.
    pub const MAX: usize = 512;

    /// Makes peer text displayable.
    pub fn new(raw: &str) -> Self {
        Self(escape(raw, Self::MAX))
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

/// Makes text of our own displayable that may come from a file somebody else wrote: a log is
/// input too. Costs nothing for text that is harmless already.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 4096;
    let is_command = text.contains("##") || text.trim_start().starts_with("::");
    // No character is shorter than a byte, so what passes here needs no cut either.
    if text.len() <= LONGEST && !is_command && !text.chars().any(is_hostile) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(escape(text, LONGEST))
    }
}

/// At most `max` characters, never half an escape, so that escaping twice changes nothing.
fn escape(raw: &str, max: usize) -> String {
    // Build systems read commands from log lines that begin with `::` or hold `##[` or `##vso[`.
    let trimmed = raw.trim_start();
    let leading = trimmed.starts_with("::").then_some(raw.len() - trimmed.len());
    let mut safe = String::with_capacity(raw.len().min(max));
    let mut length = 0;
    let mut after_hash = false;
    for (at, c) in raw.char_indices() {
        let is_command = (c == '#' && after_hash) || leading == Some(at);
        after_hash = c == '#' && !is_command;
        let escaped = (is_command || is_hostile(c)).then(|| c.escape_unicode());
        length += escaped.as_ref().map_or(1, ExactSizeIterator::len);
        if length > max {
            safe.push('…');
            break;
        }
        match escaped {
            Some(escaped) => safe.extend(escaped),
            None => safe.push(c),
        }
    }
    safe
}

/// Characters that steer a terminal, reorder or hide text, or that XML 1.0 cannot hold.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text rich in what has to be escaped.
    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            proptest::sample::select(vec![
                "\u{1b}[31m",
                "\u{202e}",
                "\0",
                "##[group]",
                "#",
                "::",
                "\u{ffff}",
                "…",
                "\\u{1b}",
                "é",
            ])
            .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..900).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn escaping_twice_changes_nothing(raw in nasty()) {
            let once = PeerText::new(&raw);
            prop_assert_eq!(PeerText::new(once.as_str()), once);
        }

        #[test]
        fn what_is_shown_is_bounded_and_harmless(raw in nasty()) {
            let text = PeerText::new(&raw);
            prop_assert!(text.as_str().chars().count() <= PeerText::MAX + 1);
            prop_assert!(!text.as_str().chars().any(is_hostile));
            prop_assert!(!text.as_str().contains("##"));
            prop_assert!(!text.as_str().trim_start().starts_with("::"));
        }

        #[test]
        fn bytes_never_panic_and_agree_with_text(raw in nasty()) {
            prop_assert_eq!(PeerText::from_bytes(raw.as_bytes()), PeerText::new(&raw));
        }

        #[test]
        fn own_text_passes_unchanged_or_escaped(raw in nasty()) {
            let shown = harmless(&raw);
            prop_assert!(!shown.chars().any(is_hostile));
            prop_assert_eq!(harmless(&shown), shown.clone());
        }
    }

    #[test]
    fn plain_text_is_kept() {
        assert_eq!(PeerText::new("CN=Zoë, O=Ex").as_str(), "CN=Zoë, O=Ex");
    }

    #[test]
    fn what_build_systems_read_as_commands_is_escaped() {
        assert_eq!(PeerText::new(" ::add-mask::x").as_str(), " \\u{3a}:add-mask::x");
        assert_eq!(PeerText::new("a##[group]").as_str(), "a#\\u{23}[group]");
        assert_eq!(PeerText::new("2001:db8::1").as_str(), "2001:db8::1");
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(PeerText::from_bytes(b"a\xff\x1b").as_str(), "a\u{fffd}\\u{1b}");
    }

    #[test]
    fn an_escape_that_does_not_fit_is_left_out_whole() {
        let raw = format!("{}\u{202e}", "a".repeat(PeerText::MAX - 3));
        assert_eq!(PeerText::new(&raw).as_str(), format!("{}…", "a".repeat(PeerText::MAX - 3)));
    }
}
