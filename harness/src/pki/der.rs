//! A DER tree: a reader that takes only DER, and a writer that can write anything.
//!
//! The reader refuses what X.690 section 10 and 11 forbid (indefinite and non-minimal lengths,
//! non-minimal tag numbers) and is bounded in depth and size. The writer follows the tree, so
//! what the tree says wrongly (superfluous length octets, raw bytes) is written wrongly.

use mtls_scenarios::Field;
use thiserror::Error;

/// Why bytes are not DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DerError {
    /// The input ends inside a value.
    #[error("the DER ends in the middle of a value")]
    Truncated,
    /// Bytes follow the value.
    #[error("bytes follow the DER value")]
    TrailingBytes,
    /// A length of indefinite form, with superfluous octets, or of more than four octets.
    #[error("a length is not in its shortest definite form")]
    Length,
    /// A tag number of high form that fits the low form, or above 2^28.
    #[error("a tag number is not in its shortest form")]
    TagNumber,
    /// Values nested deeper than [`MAX_DEPTH`].
    #[error("values are nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Input longer than [`MAX_SIZE`].
    #[error("the input is longer than {MAX_SIZE} octets")]
    TooLong,
}

/// Deepest nesting that the reader follows.
pub const MAX_DEPTH: usize = 32;
/// Longest input that the reader takes, in octets.
pub const MAX_SIZE: usize = 16 << 20;

/// Identifier octets of a value: class, form and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Class and form: the leading three bits of the first octet, the others zero.
    leading: u8,
    number: u32,
}

impl Tag {
    /// `BOOLEAN`
    pub const BOOLEAN: Self = Self::universal(1);
    /// `INTEGER`
    pub const INTEGER: Self = Self::universal(2);
    /// `BIT STRING`
    pub const BIT_STRING: Self = Self::universal(3);
    /// `OCTET STRING`
    pub const OCTET_STRING: Self = Self::universal(4);
    /// `OBJECT IDENTIFIER`
    pub const OID: Self = Self::universal(6);
    /// `UTF8String`
    pub const UTF8_STRING: Self = Self::universal(12);
    /// `SEQUENCE`
    pub const SEQUENCE: Self = Self::universal(16).constructed();
    /// `SET`
    pub const SET: Self = Self::universal(17).constructed();
    /// `PrintableString`
    pub const PRINTABLE_STRING: Self = Self::universal(19);
    /// `TeletexString`
    pub const TELETEX_STRING: Self = Self::universal(20);
    /// `IA5String`
    pub const IA5_STRING: Self = Self::universal(22);
    /// `UTCTime`
    pub const UTC_TIME: Self = Self::universal(23);
    /// `GeneralizedTime`
    pub const GENERALIZED_TIME: Self = Self::universal(24);
    /// `BMPString`
    pub const BMP_STRING: Self = Self::universal(30);

    /// A primitive tag of the universal class.
    pub const fn universal(number: u32) -> Self {
        Self { leading: 0, number }
    }

    /// A primitive context-specific tag: `[number] IMPLICIT` of a primitive type.
    pub const fn context(number: u32) -> Self {
        Self { leading: 0x80, number }
    }

    /// The same tag with the constructed bit.
    #[must_use]
    pub const fn constructed(self) -> Self {
        Self { leading: self.leading | 0x20, number: self.number }
    }

    /// Whether the constructed bit is set.
    pub const fn is_constructed(self) -> bool {
        self.leading & 0x20 != 0
    }

    fn write(self, out: &mut Vec<u8>) {
        if let Ok(low @ 0..=30) = u8::try_from(self.number) {
            out.push(self.leading | low);
        } else {
            out.push(self.leading | 0x1f);
            write_base128(u64::from(self.number), out);
        }
    }
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Content octets.
    Octets(Vec<u8>),
    /// Values one after the other.
    Values(Vec<Node>),
}

/// A value of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Identifier octets; `None` for content that is written without a header, as it is.
    pub tag: Option<Tag>,
    /// Superfluous zero octets to write in the length; at most 118 are.
    pub padding: u8,
    /// What is inside.
    pub content: Content,
    /// Which field of a certificate this is, where that is known; not written.
    pub label: Option<Field>,
}

impl Node {
    /// A value with content octets.
    pub fn octets(tag: Tag, octets: impl Into<Vec<u8>>) -> Self {
        Self { tag: Some(tag), padding: 0, content: Content::Octets(octets.into()), label: None }
    }

    /// A value made of values.
    pub fn values(tag: Tag, values: Vec<Self>) -> Self {
        Self { tag: Some(tag), padding: 0, content: Content::Values(values), label: None }
    }

    /// A `SEQUENCE`.
    pub fn sequence(values: Vec<Self>) -> Self {
        Self::values(Tag::SEQUENCE, values)
    }

    /// Bytes that are written as they are, whatever they are.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { tag: None, padding: 0, content: Content::Octets(bytes.into()), label: None }
    }

    /// A `BIT STRING` of whole octets.
    pub fn bit_string(octets: &[u8]) -> Self {
        let mut content = Vec::with_capacity(octets.len().saturating_add(1));
        content.push(0);
        content.extend_from_slice(octets);
        Self::octets(Tag::BIT_STRING, content)
    }

    /// A non-negative `INTEGER` from its big-endian octets.
    pub fn unsigned(octets: &[u8]) -> Self {
        let significant = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
        let digits = octets.get(significant..).unwrap_or_default();
        let mut content = Vec::with_capacity(digits.len().saturating_add(1));
        if digits.first().is_none_or(|first| first & 0x80 != 0) {
            content.push(0);
        }
        content.extend_from_slice(digits);
        Self::octets(Tag::INTEGER, content)
    }

    /// The same value with a label.
    #[must_use]
    pub fn labelled(mut self, label: Field) -> Self {
        self.label = Some(label);
        self
    }

    /// The values inside, or none.
    pub fn children(&self) -> &[Self] {
        match &self.content {
            Content::Values(values) => values,
            Content::Octets(_) => &[],
        }
    }

    /// The values inside, or none, to change.
    pub fn children_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::Values(values) => Some(values),
            Content::Octets(_) => None,
        }
    }

    /// The content octets of a value that has no values inside.
    pub fn as_octets(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Octets(octets) => Some(octets),
            Content::Values(_) => None,
        }
    }

    /// Writes the tree.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(tag) = self.tag {
            tag.write(out);
            write_length(self.content_len(), self.padding, out);
        }
        match &self.content {
            Content::Octets(octets) => out.extend_from_slice(octets),
            Content::Values(values) => values.iter().for_each(|value| value.write(out)),
        }
    }

    fn content_len(&self) -> usize {
        match &self.content {
            Content::Octets(octets) => octets.len(),
            Content::Values(values) => values.iter().map(Self::encoded_len).sum(),
        }
    }

    fn encoded_len(&self) -> usize {
        let content = self.content_len();
        let Some(tag) = self.tag else { return content };
        let number = if tag.number <= 30 { 0 } else { base128_len(u64::from(tag.number)) };
        1 + number + length_len(content, self.padding) + content
    }
}

/// Most superfluous octets in a length: with the eight of the length itself they stay below the
/// reserved count 127 (X.690 8.1.3.5).
const MAX_PADDING: u8 = 118;

/// Number of octets of a length field.
fn length_len(length: usize, padding: u8) -> usize {
    if length < 0x80 && padding == 0 {
        1
    } else {
        1 + significant_octets(length) + usize::from(padding.min(MAX_PADDING))
    }
}

fn significant_octets(length: usize) -> usize {
    length.to_be_bytes().iter().skip_while(|octet| **octet == 0).count().max(1)
}

fn write_length(length: usize, padding: u8, out: &mut Vec<u8>) {
    if let Ok(short @ 0..0x80) = u8::try_from(length)
        && padding == 0
    {
        out.push(short);
        return;
    }
    let digits = significant_octets(length);
    let padding = padding.min(MAX_PADDING);
    out.push(0x80 | u8::try_from(digits).unwrap_or(8).saturating_add(padding));
    out.extend(std::iter::repeat_n(0, usize::from(padding)));
    out.extend(length.to_be_bytes().iter().skip(size_of::<usize>() - digits));
}

/// Number of octets of [`write_base128`].
pub(crate) fn base128_len(value: u64) -> usize {
    let bits = usize::try_from(u64::BITS - value.leading_zeros()).unwrap_or(64);
    bits.div_ceil(7).max(1)
}

/// Writes a number in base 128, high groups first (X.690 8.1.2.4.2 and 8.19.2).
pub(crate) fn write_base128(value: u64, out: &mut Vec<u8>) {
    for group in (0..base128_len(value)).rev() {
        let seven = u8::try_from((value >> (7 * group)) & 0x7f).unwrap_or(0);
        out.push(if group == 0 { seven } else { seven | 0x80 });
    }
}

/// Reads exactly one DER value.
pub fn read(input: &[u8]) -> Result<Node, DerError> {
    if input.len() > MAX_SIZE {
        return Err(DerError::TooLong);
    }
    let mut reader = Reader { rest: input };
    let node = reader.node(0)?;
    if reader.rest.is_empty() { Ok(node) } else { Err(DerError::TrailingBytes) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn node(&mut self, depth: usize) -> Result<Node, DerError> {
        if depth >= MAX_DEPTH {
            return Err(DerError::TooDeep);
        }
        let tag = self.tag()?;
        let length = self.length()?;
        let content = self.take(length)?;
        if !tag.is_constructed() {
            return Ok(Node::octets(tag, content));
        }
        let mut inner = Reader { rest: content };
        let mut values = Vec::new();
        while !inner.rest.is_empty() {
            values.push(inner.node(depth + 1)?);
        }
        Ok(Node::values(tag, values))
    }

    fn tag(&mut self) -> Result<Tag, DerError> {
        let first = self.octet()?;
        let leading = first & 0xe0;
        if first & 0x1f != 0x1f {
            return Ok(Tag { leading, number: u32::from(first & 0x1f) });
        }
        let mut number = 0_u32;
        for position in 0..4 {
            let octet = self.octet()?;
            if position == 0 && octet == 0x80 {
                return Err(DerError::TagNumber);
            }
            number = (number << 7) | u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                return if number > 30 {
                    Ok(Tag { leading, number })
                } else {
                    Err(DerError::TagNumber)
                };
            }
        }
        Err(DerError::TagNumber)
    }

    fn length(&mut self) -> Result<usize, DerError> {
        let first = self.octet()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let count = usize::from(first & 0x7f);
        if !(1..=4).contains(&count) {
            return Err(DerError::Length);
        }
        let digits = self.take(count)?;
        let length = digits.iter().fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet));
        let shortest = digits.first().is_some_and(|octet| *octet != 0) && length >= 0x80;
        if shortest { Ok(length) } else { Err(DerError::Length) }
    }

    fn octet(&mut self) -> Result<u8, DerError> {
        let (first, rest) = self.rest.split_first().ok_or(DerError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DerError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(DerError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }
}

#[cfg(test)]
#[path = "der_tests.rs"]
mod tests;
