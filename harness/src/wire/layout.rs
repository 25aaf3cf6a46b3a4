//! How an item goes into records and segments.

use std::time::Duration;

use mtls_scenarios::script::{Act, Epoch, Fragment, Item, Script};

use super::failure::Failure;
use crate::tls::Message;

/// Largest plaintext of a record (RFC 8446 5.1).
const MAX_FRAGMENT: usize = 1 << 14;

/// How an item goes into records and segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Keys to use instead of the right ones.
    pub(super) epoch: Option<Epoch>,
    /// Octets of padding in each record.
    pub(super) padding: usize,
    /// Where the contents are cut.
    pub(super) cuts: Vec<usize>,
    /// Records without contents between the others.
    pub(super) empty_between: bool,
    /// Octets in a TCP segment, and the pause after it.
    pub(super) segments: Option<(usize, Duration)>,
    /// Whether handshake messages are put into one record with those that follow.
    pub(super) joins: bool,
}

impl Layout {
    /// The layout that a script gives an item. `length` is that of its contents.
    pub(super) fn of(
        script: &Script,
        item: Item,
        message: Option<&Message>,
        length: usize,
    ) -> Result<Self, Failure> {
        let mut layout = Self::default();
        for act in &script.0 {
            match act {
                Act::Encrypt(encrypt) if encrypt.items.contains(item) => {
                    layout.epoch = Some(encrypt.under);
                }
                Act::Pad(pad) if pad.items.contains(item) => layout.padding = pad.octets.into(),
                Act::Coalesce(items) if items.contains(item) => layout.joins = true,
                Act::Segment(segment) if segment.items.contains(item) => {
                    let every = usize::try_from(segment.every.get()).unwrap_or(usize::MAX);
                    let pause = Duration::from_millis(segment.pause.into());
                    layout.segments = Some((every, pause));
                }
                Act::Fragment(fragment) if fragment.items.contains(item) => {
                    layout.empty_between |= fragment.empty_between;
                    layout.cuts.extend(cuts(fragment, item, message, length)?);
                }
                _ => {}
            }
        }
        layout.cuts.sort_unstable();
        layout.cuts.dedup();
        Ok(layout)
    }

    /// Cuts contents into those of records.
    pub(super) fn pieces<'p>(&self, contents: &'p [u8]) -> Vec<&'p [u8]> {
        let mut pieces = Vec::new();
        let (mut rest, mut taken) = (contents, 0_usize);
        for cut in &self.cuts {
            if let Some((piece, after)) = rest.split_at_checked(cut.saturating_sub(taken)) {
                pieces.push(piece);
                (rest, taken) = (after, *cut);
            }
        }
        pieces.push(rest);
        // RFC 8446 5.4: padding counts, too.
        let most = MAX_FRAGMENT.saturating_sub(self.padding).max(1);
        let small = pieces.into_iter().flat_map(|piece| match piece {
            [] => vec![piece],
            _ => piece.chunks(most).collect(),
        });
        let mut laid_out = Vec::new();
        for piece in small {
            if self.empty_between && !laid_out.is_empty() {
                laid_out.push([].as_slice());
            }
            laid_out.push(piece);
        }
        laid_out
    }
}

fn cuts(
    fragment: &Fragment,
    item: Item,
    message: Option<&Message>,
    length: usize,
) -> Result<Vec<usize>, Failure> {
    let Fragment { every, after, inside, .. } = fragment;
    let mut cuts = Vec::new();
    if let Some(every) = every {
        let every = usize::try_from(every.get()).unwrap_or(usize::MAX);
        cuts.extend((every..length).step_by(every));
    }
    cuts.extend(after.map(|after| usize::try_from(after).unwrap_or(usize::MAX)));
    if let Some(field) = inside {
        let span = message.and_then(|message| message.span(field)).ok_or_else(|| {
            Failure::Unable(format!("`{}` has no field `{field}` to divide", item.as_str()))
        })?;
        cuts.push(span.start.midpoint(span.end));
    }
    if every.is_none() && after.is_none() && inside.is_none() {
        cuts.push(length / 2);
    }
    cuts.retain(|cut| *cut < length);
    Ok(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(script: &str, contents: &[u8]) -> Vec<Vec<u8>> {
        let script = serde_json::from_str(script).unwrap();
        let layout = Layout::of(&script, Item::ClientHello, None, contents.len()).unwrap();
        layout.pieces(contents).into_iter().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn contents_are_cut_where_the_script_says() {
        let every = r#"[{"fragment": {"items": "client_hello", "every": 2}}]"#;
        assert_eq!(pieces(every, b"abcde"), [b"ab".to_vec(), b"cd".to_vec(), b"e".to_vec()]);
        let after =
            r#"[{"fragment": {"items": "client_hello", "after": 1, "empty_between": true}}]"#;
        assert_eq!(pieces(after, b"abcde"), [b"a".to_vec(), b"".to_vec(), b"bcde".to_vec()]);
        let middle = r#"[{"fragment": {"items": "client_hello"}}]"#;
        assert_eq!(pieces(middle, b"abcd"), [b"ab".to_vec(), b"cd".to_vec()]);
        let other = r#"[{"fragment": {"items": "finished"}}]"#;
        assert_eq!(pieces(other, b"abcd"), [b"abcd".to_vec()]);
    }

    #[test]
    fn padding_leaves_less_room() {
        let padded = r#"[{"pad": {"items": "client_hello", "octets": 16000}}]"#;
        let lengths: Vec<usize> = pieces(padded, &[0; 1000]).iter().map(Vec::len).collect();
        assert_eq!(lengths, [384, 384, 232]);
    }

    #[test]
    fn no_record_holds_more_than_it_may() {
        let lengths: Vec<usize> = pieces("[]", &vec![0; 40_000]).iter().map(Vec::len).collect();
        assert_eq!(lengths, [16_384, 16_384, 7232]);
        assert_eq!(pieces("[]", b""), [b"".to_vec()]);
    }
}
