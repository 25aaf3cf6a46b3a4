//! Distinguished names: reading and comparing (RFC 5280 7.1).

use super::der::{Notes, Reader, Tlv, tag};
use super::refusal::Malformed;

/// Attributes that one relative distinguished name may have before comparing it is not worth the work.
const MAX_ATTRIBUTES: usize = 16;

/// Object identifier of `emailAddress` (PKCS #9).
pub(super) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];

/// The content octets of a `Name` that has been read once without an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(&'a [u8]);

/// One `AttributeTypeAndValue`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) oid: &'a [u8],
    pub(super) value: Tlv<'a>,
}

impl<'a> Name<'a> {
    /// Reads a `Name` (RFC 5280 4.1.2.4).
    pub(super) fn read(reader: &mut Reader<'a, '_>, what: &'static str) -> Result<Self, Malformed> {
        let name = reader.expect(tag::SEQUENCE, what)?;
        Self::from_content(name.value, reader.notes(), what)
    }

    /// A name from the content octets of its `SEQUENCE`.
    pub(super) fn from_content(
        content: &'a [u8],
        notes: &Notes,
        what: &'static str,
    ) -> Result<Self, Malformed> {
        let mut rdns = Reader::new(content, notes);
        while !rdns.is_empty() {
            let rdn = rdns.expect(tag::SET, what)?;
            let mut attributes = rdns.inside(rdn);
            if attributes.is_empty() {
                return Err(Malformed::new(what));
            }
            while !attributes.is_empty() {
                attribute(&mut attributes, what)?;
            }
        }
        Ok(Self(content))
    }

    /// The content octets.
    pub(super) const fn content(self) -> &'a [u8] {
        self.0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the same name: attribute values of string types are compared without regard to their
    /// type, to (ASCII) case and to runs of white space, all others octet by octet.
    pub(super) fn matches(self, other: Name<'_>) -> bool {
        self.0 == other.0 || (self.rdns().count() == other.rdns().count() && self.is_within(other))
    }

    /// Whether this name is in the subtree below `base` (RFC 5280 4.2.1.10).
    pub(super) fn is_within(self, base: Name<'_>) -> bool {
        let mut own = self.rdns();
        base.rdns().all(|base| own.next().is_some_and(|own| rdn_matches(own, base)))
    }

    /// Values of the `emailAddress` attributes.
    pub(super) fn email_addresses(self) -> impl Iterator<Item = &'a [u8]> {
        self.rdns()
            .flat_map(attributes)
            .filter(|attribute| attribute.oid == EMAIL_ADDRESS)
            .map(|attribute| attribute.value.value)
    }

    /// Contents of the relative distinguished names.
    pub(super) fn rdns(self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        values(self.0).map(|rdn| rdn.value)
    }
}

fn attribute<'a>(
    reader: &mut Reader<'a, '_>,
    what: &'static str,
) -> Result<Attribute<'a>, Malformed> {
    let mut fields = reader.sequence(what)?;
    let oid = fields.expect(tag::OID, what)?.value;
    let value = fields.any(what)?;
    fields.finish(what)?;
    Ok(Attribute { oid, value })
}

/// Data values one after the other, up to the first that cannot be read.
fn values(bytes: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let notes = Notes::default();
        let value = Reader::new(rest, &notes).any("value").ok()?;
        rest = rest.get(value.raw.len()..)?;
        Some(value)
    })
}

/// The attributes of a relative distinguished name.
pub(super) fn attributes(rdn: &[u8]) -> impl Iterator<Item = Attribute<'_>> {
    values(rdn).filter_map(|pair| {
        let mut fields = values(pair.value);
        Some(Attribute { oid: fields.next()?.value, value: fields.next()? })
    })
}

fn rdn_matches(own: &[u8], base: &[u8]) -> bool {
    if own == base {
        return true;
    }
    let count = attributes(own).count();
    count == attributes(base).count()
        && count <= MAX_ATTRIBUTES
        && attributes(base).all(|base| attributes(own).any(|own| attribute_matches(own, base)))
}

fn attribute_matches(own: Attribute<'_>, base: Attribute<'_>) -> bool {
    if own.oid != base.oid {
        return false;
    }
    if own.value.tag == base.value.tag && own.value.value == base.value.value {
        return true;
    }
    match (text(own.value), text(base.value)) {
        (Some(own), Some(base)) => normalise(&own) == normalise(&base),
        _ => false,
    }
}

fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal.make_ascii_lowercase();
    normal
}

/// The text of a value of a string type.
pub(super) fn text(value: Tlv<'_>) -> Option<String> {
    let octets = value.value;
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(octets).ok().map(str::to_owned),
        tag::NUMERIC_STRING
        | tag::PRINTABLE_STRING
        | tag::IA5_STRING
        | tag::VISIBLE_STRING
        | tag::TELETEX_STRING => Some(octets.iter().copied().map(char::from).collect()),
        tag::BMP_STRING => {
            let units = octets.chunks_exact(2);
            if !units.remainder().is_empty() {
                return None;
            }
            char::decode_utf16(
                units.filter_map(|unit| Some(u16::from_be_bytes(unit.try_into().ok()?))),
            )
            .collect::<Result<_, _>>()
            .ok()
        }
        tag::UNIVERSAL_STRING => {
            let units = octets.chunks_exact(4);
            if !units.remainder().is_empty() {
                return None;
            }
            units.map(|unit| char::from_u32(u32::from_be_bytes(unit.try_into().ok()?))).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::verify::tests::{name, name_of as read};

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];

    #[test]
    fn comparison_forgives_what_rfc_5280_forgives() {
        let plain = name(&[&[(O, tag::UTF8_STRING, b"Example ORG")]]);
        for (tag, value) in [
            (tag::PRINTABLE_STRING, &b"Example ORG"[..]),
            (tag::UTF8_STRING, b"example org"),
            (tag::UTF8_STRING, b"  Example \t ORG "),
            (tag::BMP_STRING, b"\0E\0x\0a\0m\0p\0l\0e\0 \0O\0R\0G"),
        ] {
            assert!(read(&plain).matches(read(&name(&[&[(O, tag, value)]]))), "{value:?}");
        }
        for other in [
            name(&[&[(CN, tag::UTF8_STRING, b"Example ORG")]]),
            name(&[&[(O, tag::UTF8_STRING, b"ExampleORG")]]),
            name(&[&[(O, tag::OCTET_STRING, b"Example ORG")]]),
            name(&[&[(O, tag::UTF8_STRING, b"Example ORG")], &[(CN, tag::UTF8_STRING, b"x")]]),
            name(&[]),
        ] {
            assert!(!read(&plain).matches(read(&other)), "{other:?}");
            assert!(!read(&other).matches(read(&plain)), "{other:?}");
        }
    }

    #[test]
    fn multi_valued_names_are_sets() {
        let a = name(&[&[(O, tag::UTF8_STRING, b"o"), (CN, tag::UTF8_STRING, b"c")]]);
        let b = name(&[&[(CN, tag::UTF8_STRING, b"C"), (O, tag::UTF8_STRING, b"O")]]);
        let two = name(&[&[(CN, tag::UTF8_STRING, b"c")], &[(O, tag::UTF8_STRING, b"o")]]);
        assert!(read(&a).matches(read(&b)));
        assert!(!read(&a).matches(read(&two)));
    }
}
