//! Distinguished names: reading, comparing (RFC 5280 7.1) and writing (RFC 4514).

use super::der::{Notes, Reader, Tlv, tag};
use super::refusal::Malformed;

/// Attributes that one relative distinguished name may have before comparing it is not worth the work.
const MAX_ATTRIBUTES: usize = 16;

/// Object identifier of `emailAddress` (PKCS #9).
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];

/// The content octets of a `Name` that has been read once without an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(&'a [u8]);

/// One `AttributeTypeAndValue`.
#[derive(Clone, Copy, Debug)]
struct Attribute<'a> {
    oid: &'a [u8],
    value: Tlv<'a>,
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
        base.rdns()
            .all(|base| own.next().is_some_and(|own| rdn_matches(own, base)))
    }

    /// Values of the `emailAddress` attributes.
    pub(super) fn email_addresses(self) -> impl Iterator<Item = &'a [u8]> {
        self.rdns()
            .flat_map(attributes)
            .filter(|attribute| attribute.oid == EMAIL_ADDRESS)
            .map(|attribute| attribute.value.value)
    }

    fn rdns(self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        values(self.0).map(|rdn| rdn.value)
    }

    /// The name as text (RFC 4514): most specific first. Types that have no registered keyword are written as
    /// OpenSSL does, `emailAddress` and `serialNumber`, else as numbers.
    pub(crate) fn to_rfc4514(self) -> String {
        let mut rdns: Vec<String> = self
            .rdns()
            .map(|rdn| {
                attributes(rdn)
                    .map(attribute_text)
                    .collect::<Vec<_>>()
                    .join("+")
            })
            .collect();
        rdns.reverse();
        rdns.join(",")
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

fn attributes(rdn: &[u8]) -> impl Iterator<Item = Attribute<'_>> {
    values(rdn).filter_map(|pair| {
        let mut fields = values(pair.value);
        Some(Attribute {
            oid: fields.next()?.value,
            value: fields.next()?,
        })
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
fn text(value: Tlv<'_>) -> Option<String> {
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
            units
                .map(|unit| char::from_u32(u32::from_be_bytes(unit.try_into().ok()?)))
                .collect()
        }
        _ => None,
    }
}

fn attribute_text(attribute: Attribute<'_>) -> String {
    let known = match attribute.oid {
        [0x55, 0x04, 0x03] => Some("CN"),
        [0x55, 0x04, 0x05] => Some("serialNumber"),
        [0x55, 0x04, 0x06] => Some("C"),
        [0x55, 0x04, 0x07] => Some("L"),
        [0x55, 0x04, 0x08] => Some("ST"),
        [0x55, 0x04, 0x09] => Some("STREET"),
        [0x55, 0x04, 0x0a] => Some("O"),
        [0x55, 0x04, 0x0b] => Some("OU"),
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19] => Some("DC"),
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01] => Some("UID"),
        EMAIL_ADDRESS => Some("emailAddress"),
        _ => None,
    };
    match (known, text(attribute.value)) {
        (Some(keyword), Some(text)) => format!("{keyword}={}", escape(&text)),
        (Some(keyword), None) => format!("{keyword}=#{}", hex(attribute.value.raw)),
        (None, _) => format!("{}=#{}", dotted(attribute.oid), hex(attribute.value.raw)),
    }
}

/// RFC 4514 2.4; control characters are written as hex pairs too.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (index, c) in text.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                escaped.push('\\');
                escaped.push(c);
            }
            ' ' if index == 0 || index == last => escaped.push_str("\\ "),
            '#' if index == 0 => escaped.push_str("\\#"),
            c if c.is_control() => {
                let mut buffer = [0; 4];
                for octet in c.encode_utf8(&mut buffer).bytes() {
                    escaped.push('\\');
                    escaped.push_str(&hex(&[octet]));
                }
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('?');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
        .collect()
}

/// An object identifier from its content octets, in dotted decimal.
pub(crate) fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<String> = Vec::new();
    let mut arc = 0_u128;
    for &octet in oid {
        // Longer arcs exist in no registry; saturating keeps a hostile one short.
        arc = arc.saturating_mul(0x80) | u128::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first.to_string());
                arcs.push((arc - first * 40).to_string());
            } else {
                arcs.push(arc.to_string());
            }
            arc = 0;
        }
    }
    arcs.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(rdns: &[&[(&[u8], u8, &[u8])]]) -> Vec<u8> {
        let mut content = Vec::new();
        for rdn in rdns {
            let set: Vec<u8> = rdn
                .iter()
                .flat_map(|(oid, tag, value)| {
                    let pair = [tlv(tag::OID, oid), tlv(*tag, value)].concat();
                    tlv(tag::SEQUENCE, &pair)
                })
                .collect();
            content.extend(tlv(tag::SET, &set));
        }
        content
    }

    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn read(content: &[u8]) -> Name<'_> {
        Name::from_content(content, &Notes::default(), "name").unwrap()
    }

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
            assert!(
                read(&plain).matches(read(&name(&[&[(O, tag, value)]]))),
                "{value:?}"
            );
        }
        for other in [
            name(&[&[(CN, tag::UTF8_STRING, b"Example ORG")]]),
            name(&[&[(O, tag::UTF8_STRING, b"ExampleORG")]]),
            name(&[&[(O, tag::OCTET_STRING, b"Example ORG")]]),
            name(&[
                &[(O, tag::UTF8_STRING, b"Example ORG")],
                &[(CN, tag::UTF8_STRING, b"x")],
            ]),
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
        let two = name(&[
            &[(CN, tag::UTF8_STRING, b"c")],
            &[(O, tag::UTF8_STRING, b"o")],
        ]);
        assert!(read(&a).matches(read(&b)));
        assert!(!read(&a).matches(read(&two)));
    }

    #[test]
    fn text_of_names() {
        let content = name(&[
            &[(O, tag::PRINTABLE_STRING, b"Example, Inc.")],
            &[
                (CN, tag::UTF8_STRING, b" #a\0\xc3\xa9 "),
                (&[0x2a, 3], tag::UTF8_STRING, b"v"),
            ],
        ]);
        assert_eq!(
            read(&content).to_rfc4514(),
            "CN=\\ #a\\00é\\ +1.2.3=#0c0176,O=Example\\, Inc."
        );
        assert_eq!(read(&[]).to_rfc4514(), "");
    }
}
