//! A reader of DER (X.690) that remembers where its input was only BER.
//!
//! It never allocates, recurses or panics. What cannot be read at all is [`Malformed`]; what can be read
//! but is not DER leaves an [`EncodingDefect`] in the [`Notes`], so that refusing it is a decision of its own.

use std::cell::Cell;

use super::refusal::{EncodingDefect, Malformed};

/// Identifier octets (X.690 8.1.2) of the types that certificates and CRLs are made of.
pub(super) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const NUMERIC_STRING: u8 = 0x12;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const VISIBLE_STRING: u8 = 0x1a;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[n]`, primitive.
    pub(crate) const fn context(n: u8) -> u8 {
        0x80 | n
    }

    /// `[n]`, constructed.
    pub(crate) const fn constructed(n: u8) -> u8 {
        0xa0 | n
    }
}

/// The first deviation from DER that a reader met.
#[derive(Debug, Default)]
pub(super) struct Notes(Cell<Option<EncodingDefect>>);

impl Notes {
    pub(super) fn note(&self, defect: EncodingDefect) {
        if self.0.get().is_none() {
            self.0.set(Some(defect));
        }
    }

    pub(super) fn first(&self) -> Option<EncodingDefect> {
        self.0.get()
    }
}

/// One data value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tlv<'a> {
    /// Identifier octet.
    pub(super) tag: u8,
    /// Content octets.
    pub(super) value: &'a [u8],
    /// Identifier, length and content octets as they came.
    pub(super) raw: &'a [u8],
}

/// Reads data values one after the other.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a, 'n> {
    rest: &'a [u8],
    notes: &'n Notes,
}

impl<'a, 'n> Reader<'a, 'n> {
    pub(super) fn new(bytes: &'a [u8], notes: &'n Notes) -> Self {
        Self { rest: bytes, notes }
    }

    /// A reader of the content of a constructed value.
    pub(super) fn inside(&self, outer: Tlv<'a>) -> Self {
        Self::new(outer.value, self.notes)
    }

    pub(super) fn notes(&self) -> &'n Notes {
        self.notes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The identifier octet of the next value.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, whatever it is.
    pub(super) fn any(&mut self, what: &'static str) -> Result<Tlv<'a>, Malformed> {
        let start = self.rest;
        let (&tag, after_tag) = start.split_first().ok_or(Malformed::new(what))?;
        // High tag numbers occur in no certificate.
        if tag & 0x1f == 0x1f {
            return Err(Malformed::new(what));
        }
        let (length, after_length) = self.length(after_tag, what)?;
        let (value, rest) = after_length.split_at_checked(length).ok_or(Malformed::new(what))?;
        let raw_length = start.len() - rest.len();
        let raw = start.get(..raw_length).ok_or(Malformed::new(what))?;
        self.rest = rest;
        Ok(Tlv { tag, value, raw })
    }

    fn length(&self, bytes: &'a [u8], what: &'static str) -> Result<(usize, &'a [u8]), Malformed> {
        let (&first, rest) = bytes.split_first().ok_or(Malformed::new(what))?;
        if first < 0x80 {
            return Ok((usize::from(first), rest));
        }
        // 0x80 is the indefinite form; 0xff is reserved.
        let count = usize::from(first & 0x7f);
        if count == 0 || first == 0xff {
            return Err(Malformed::new(what));
        }
        let (octets, rest) = rest.split_at_checked(count).ok_or(Malformed::new(what))?;
        let length = octets
            .iter()
            .try_fold(0_u32, |length, &octet| {
                length.checked_mul(0x100).map(|shifted| shifted | u32::from(octet))
            })
            .ok_or(Malformed::new(what))?;
        if octets.first() == Some(&0) || length < 0x80 {
            self.notes.note(EncodingDefect::NonMinimalLength);
        }
        let length = usize::try_from(length).map_err(|_| Malformed::new(what))?;
        Ok((length, rest))
    }

    /// The next value, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8, what: &'static str) -> Result<Tlv<'a>, Malformed> {
        let value = self.any(what)?;
        if value.tag == tag { Ok(value) } else { Err(Malformed::new(what)) }
    }

    /// The next value where it has this tag.
    pub(super) fn optional(
        &mut self,
        tag: u8,
        what: &'static str,
    ) -> Result<Option<Tlv<'a>>, Malformed> {
        if self.peek() == Some(tag) { self.any(what).map(Some) } else { Ok(None) }
    }

    /// The content of the next value, a `SEQUENCE`.
    pub(super) fn sequence(&mut self, what: &'static str) -> Result<Self, Malformed> {
        let sequence = self.expect(tag::SEQUENCE, what)?;
        Ok(self.inside(sequence))
    }

    /// The content octets of the next value, an `INTEGER`.
    pub(super) fn integer(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let content = self.expect(tag::INTEGER, what)?.value;
        match content {
            [] => return Err(Malformed::new(what)),
            [0x00, next, ..] if next & 0x80 == 0 => {
                self.notes.note(EncodingDefect::NonMinimalInteger);
            }
            [0xff, next, ..] if next & 0x80 != 0 => {
                self.notes.note(EncodingDefect::NonMinimalInteger);
            }
            _ => {}
        }
        Ok(content)
    }

    /// The next value where it is a `BOOLEAN`, else its default, `FALSE`. An explicit `FALSE` is let pass as
    /// everybody does.
    pub(super) fn boolean_default_false(&mut self, what: &'static str) -> Result<bool, Malformed> {
        let Some(boolean) = self.optional(tag::BOOLEAN, what)? else {
            return Ok(false);
        };
        match boolean.value {
            [0x00] => Ok(false),
            [0xff] => Ok(true),
            [_] => {
                self.notes.note(EncodingDefect::Boolean);
                Ok(true)
            }
            _ => Err(Malformed::new(what)),
        }
    }

    /// The next value, a `BIT STRING` of whole octets.
    pub(super) fn octet_aligned_bits(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        match self.expect(tag::BIT_STRING, what)?.value.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(Malformed::new(what)),
        }
    }

    /// Asserts that nothing is left.
    pub(super) fn finish(&self, what: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::new(what)) }
    }
}

/// A small non-negative `INTEGER`, from its content octets; `None` where it is negative or too large.
pub(super) fn small(content: &[u8]) -> Option<u64> {
    if content.first().is_some_and(|octet| octet & 0x80 != 0) {
        return None;
    }
    content.iter().try_fold(0_u64, |value, &octet| {
        value.checked_mul(0x100).map(|high| high | u64::from(octet))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(u8, Vec<u8>, Option<EncodingDefect>), Malformed> {
        let notes = Notes::default();
        let mut reader = Reader::new(bytes, &notes);
        let value = reader.any("value")?;
        Ok((value.tag, value.value.to_vec(), notes.first()))
    }

    #[test]
    fn lengths_in_every_form() {
        assert_eq!(read(&[4, 1, 7]).unwrap(), (4, vec![7], None));
        let mut long = vec![4, 0x81, 0x80];
        long.extend([1; 128]);
        assert_eq!(read(&long).unwrap(), (4, vec![1; 128], None));
        for padded in [&[4, 0x81, 1, 7][..], &[4, 0x82, 0, 1, 7], &[4, 0x85, 0, 0, 0, 0, 1, 7]] {
            assert_eq!(read(padded).unwrap(), (4, vec![7], Some(EncodingDefect::NonMinimalLength)));
        }
    }

    #[test]
    fn what_cannot_be_read() {
        for bytes in [
            &[][..],
            &[4],
            &[4, 1],
            &[4, 0x80, 0, 0],
            &[4, 0xff, 0],
            &[0x1f, 1, 0],
            &[4, 0x85, 1, 0, 0, 0, 0],
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn integers_must_be_minimal() {
        for (bytes, defect) in [
            (&[2, 1, 0][..], None),
            (&[2, 2, 0, 0x80], None),
            (&[2, 2, 0, 0x7f], Some(EncodingDefect::NonMinimalInteger)),
            (&[2, 2, 0xff, 0x80], Some(EncodingDefect::NonMinimalInteger)),
        ] {
            let notes = Notes::default();
            Reader::new(bytes, &notes).integer("integer").unwrap();
            assert_eq!(notes.first(), defect, "{bytes:?}");
        }
    }
}
