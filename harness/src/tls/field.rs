//! A handshake message as a tree of named fields, which can be written with anything in it.

use std::borrow::Cow;
use std::ops::Range;

use rustls::HandshakeType;

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in the RFC; entries of lists are named `0`, `1` and so on, extensions as in their registry.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub content: Content,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A value of fixed size, or octets without structure.
    Bytes(Vec<u8>),
    /// A vector (RFC 8446 3.4): a length, then the contents.
    Vector {
        /// Octets of the length: 1, 2 or 3.
        width: u8,
        /// What the length counts.
        contents: Vec<Field>,
        /// What the length says, if not the truth.
        length: Option<Length>,
    },
    /// Several fields in a row, without a length of their own.
    Group(Vec<Field>),
}

/// What a length says instead of the truth, cut to the octets it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// This number.
    Exactly(u32),
    /// As much more than the truth.
    Plus(i32),
}

impl Length {
    fn of(lie: Option<Self>, truth: usize) -> u32 {
        let truth = u32::try_from(truth).unwrap_or(u32::MAX);
        match lie {
            None => truth,
            Some(Self::Exactly(length)) => length,
            Some(Self::Plus(more)) => truth.wrapping_add_signed(more),
        }
    }
}

impl Field {
    /// A field of these octets.
    pub fn bytes(name: impl Into<Cow<'static, str>>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), content: Content::Bytes(bytes.into()) }
    }

    /// A `uint8`.
    pub fn u8(name: impl Into<Cow<'static, str>>, value: u8) -> Self {
        Self::bytes(name, [value])
    }

    /// A `uint16`.
    pub fn u16(name: impl Into<Cow<'static, str>>, value: u16) -> Self {
        Self::bytes(name, value.to_be_bytes())
    }

    /// A `uint24`; the highest octet of `value` is left out.
    pub fn u24(name: impl Into<Cow<'static, str>>, value: u32) -> Self {
        let [_, high, middle, low] = value.to_be_bytes();
        Self::bytes(name, [high, middle, low])
    }

    /// A `uint32`.
    pub fn u32(name: impl Into<Cow<'static, str>>, value: u32) -> Self {
        Self::bytes(name, value.to_be_bytes())
    }

    /// A vector of fields, with a length of `width` octets.
    pub fn vector(name: impl Into<Cow<'static, str>>, width: u8, contents: Vec<Self>) -> Self {
        Self { name: name.into(), content: Content::Vector { width, contents, length: None } }
    }

    /// A vector of octets without structure: one field without a name.
    pub fn opaque(
        name: impl Into<Cow<'static, str>>,
        width: u8,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        Self::vector(name, width, vec![Self::bytes("", bytes)])
    }

    /// Fields in a row.
    pub fn group(name: impl Into<Cow<'static, str>>, fields: Vec<Self>) -> Self {
        Self { name: name.into(), content: Content::Group(fields) }
    }

    /// A vector of numbered entries.
    pub fn list(
        name: impl Into<Cow<'static, str>>,
        width: u8,
        entries: impl IntoIterator<Item = Self>,
    ) -> Self {
        let numbered = entries.into_iter().enumerate().map(|(index, mut entry)| {
            entry.name = index.to_string().into();
            entry
        });
        Self::vector(name, width, numbered.collect())
    }

    /// The fields inside.
    fn fields(&self) -> &[Self] {
        match &self.content {
            Content::Bytes(_) => &[],
            Content::Vector { contents, .. } | Content::Group(contents) => contents,
        }
    }

    fn fields_mut(&mut self) -> &mut [Self] {
        match &mut self.content {
            Content::Bytes(_) => &mut [],
            Content::Vector { contents, .. } | Content::Group(contents) => contents,
        }
    }

    /// Octets of the length before the contents.
    fn prefix(&self) -> usize {
        match self.content {
            Content::Vector { width, .. } => usize::from(width.min(4)),
            Content::Bytes(_) | Content::Group(_) => 0,
        }
    }

    fn size(&self) -> usize {
        match &self.content {
            Content::Bytes(bytes) => bytes.len(),
            Content::Vector { contents, .. } => self.prefix() + size(contents),
            Content::Group(fields) => size(fields),
        }
    }

    /// The field as octets, with its length where it has one.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_into(&mut out);
        out
    }

    fn encode_into(&self, out: &mut Vec<u8>) {
        match &self.content {
            Content::Bytes(bytes) => out.extend(bytes),
            Content::Vector { contents, length, .. } => {
                put_length(out, self.prefix(), Length::of(*length, size(contents)));
                encode_into(contents, out);
            }
            Content::Group(fields) => encode_into(fields, out),
        }
    }
}

fn encode_into(fields: &[Field], out: &mut Vec<u8>) {
    for field in fields {
        field.encode_into(out);
    }
}

fn size(fields: &[Field]) -> usize {
    fields.iter().map(Field::size).sum()
}

/// The last `width` octets of `length`.
fn put_length(out: &mut Vec<u8>, width: usize, length: u32) {
    let octets = length.to_be_bytes();
    out.extend(octets.iter().skip(octets.len().saturating_sub(width)));
}

/// Which of these fields a part of a path means: the first of that name, else the one at that place.
fn position(fields: &[Field], part: &str) -> Option<usize> {
    let named = fields.iter().position(|field| field.name == part);
    named.or_else(|| part.parse().ok().filter(|&index: &usize| index < fields.len()))
}

/// A handshake message (RFC 8446 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `msg_type`.
    pub kind: HandshakeType,
    /// The body.
    pub fields: Vec<Field>,
    /// What the length in the header says, if not the truth.
    pub length: Option<Length>,
}

impl Message {
    /// Octets of type and length.
    pub const HEADER: usize = 4;

    /// A message of these fields.
    pub const fn new(kind: HandshakeType, fields: Vec<Field>) -> Self {
        Self { kind, fields, length: None }
    }

    /// A message of these octets: one field, `body`.
    pub fn raw(kind: HandshakeType, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(kind, vec![Field::bytes("body", bytes)])
    }

    /// The octets of the message, its header included.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![u8::from(self.kind)];
        put_length(&mut out, Self::HEADER - 1, Length::of(self.length, size(&self.fields)));
        encode_into(&self.fields, &mut out);
        out
    }

    /// The field at a path: names joined by dots, such as `certificate_list.0.cert_data`.
    ///
    /// Of fields of the same name it is the first; a number means a place where it is nobody's name, so that
    /// `extensions.1` is the second extension.
    pub fn find_mut(&mut self, path: &str) -> Option<&mut Field> {
        let mut parts = path.split('.');
        let top = position(&self.fields, parts.next()?)?;
        let mut found = self.fields.get_mut(top)?;
        for part in parts {
            let index = position(found.fields(), part)?;
            found = found.fields_mut().get_mut(index)?;
        }
        Some(found)
    }

    /// Where the octets of a field are in [`Message::encode`]; of a vector those of its contents, without the length.
    pub fn span(&self, path: &str) -> Option<Range<usize>> {
        let mut fields = self.fields.as_slice();
        let mut span = 0..Self::HEADER;
        let mut start = Self::HEADER;
        for part in path.split('.') {
            let index = position(fields, part)?;
            let found = fields.get(index)?;
            let before = start + size(fields.get(..index)?);
            start = before + found.prefix();
            span = start..before + found.size();
            fields = found.fields();
        }
        Some(span)
    }

    /// All paths that [`Message::find_mut`] knows, from the front.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        list_paths(&self.fields, "", &mut paths);
        paths
    }
}

/// Leaves out fields without a name, and those that no path leads to.
fn list_paths(fields: &[Field], prefix: &str, paths: &mut Vec<String>) {
    for (index, field) in fields.iter().enumerate().filter(|(_, field)| !field.name.is_empty()) {
        let place = index.to_string();
        let leads_here = |part: &&str| position(fields, part) == Some(index);
        let Some(part) = [field.name.as_ref(), &place].into_iter().find(leads_here) else {
            continue;
        };
        let path = format!("{prefix}{part}");
        let inside = format!("{path}.");
        paths.push(path);
        list_paths(field.fields(), &inside, paths);
    }
}

/// The octets of these fields in a row.
pub(super) fn encode(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_into(fields, &mut out);
    out
}

/// The octets of code points of two octets each.
pub(super) fn code_points<T: Copy + Into<u16>>(values: &[T]) -> Vec<u8> {
    values.iter().flat_map(|&value| value.into().to_be_bytes()).collect()
}
