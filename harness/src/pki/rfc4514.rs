//! Distinguished names from DER to text (RFC 4514).

use std::fmt::Write;

use mtls_scenarios::AttributeType;

use super::der::{self, Node, Tag};
use super::name::attribute_oid;

/// Keywords of RFC 4514 3, and the two that OpenSSL adds.
const KEYWORDS: [(AttributeType, &str); 10] = [
    (AttributeType::CN, "CN"),
    (AttributeType::L, "L"),
    (AttributeType::ST, "ST"),
    (AttributeType::O, "O"),
    (AttributeType::OU, "OU"),
    (AttributeType::C, "C"),
    (AttributeType::DC, "DC"),
    (AttributeType::UID, "UID"),
    (AttributeType::EmailAddress, "emailAddress"),
    (AttributeType::SerialNumber, "serialNumber"),
];

/// The text of an encoded `Name`, last RDN first: `CN=Client,O=Example ORG`.
/// `None` where the bytes are not a name.
pub(crate) fn text(name: &[u8]) -> Option<String> {
    let node = der::read(name).ok()?;
    let mut text = String::new();
    for (position, rdn) in node.children().iter().rev().enumerate() {
        if position > 0 {
            text.push(',');
        }
        for (position, attribute) in rdn.children().iter().enumerate() {
            if position > 0 {
                text.push('+');
            }
            let [oid, value] = attribute.children() else {
                return None;
            };
            write_attribute(oid, value, &mut text)?;
        }
    }
    Some(text)
}

fn write_attribute(oid: &Node, value: &Node, text: &mut String) -> Option<()> {
    let octets = oid.as_octets()?;
    let keyword = KEYWORDS.iter().find(|(attribute, _)| attribute_oid(*attribute) == octets);
    match (keyword, string_value(value)) {
        (Some((_, keyword)), Some(string)) => {
            text.push_str(keyword);
            text.push('=');
            write_escaped(&string, text);
        }
        // RFC 4514 2.4: a value without a known string form is its BER encoding in hexadecimal.
        (keyword, _) => {
            text.push_str(
                &keyword.map_or_else(|| dotted(octets), |(_, keyword)| (*keyword).to_owned()),
            );
            text.push_str("=#");
            for octet in value.to_bytes() {
                let _ = write!(text, "{octet:02x}");
            }
        }
    }
    Some(())
}

fn string_value(value: &Node) -> Option<String> {
    let octets = value.as_octets()?;
    match value.tag? {
        Tag::UTF8_STRING | Tag::PRINTABLE_STRING | Tag::IA5_STRING => {
            String::from_utf8(octets.to_vec()).ok()
        }
        Tag::TELETEX_STRING => Some(octets.iter().map(|octet| char::from(*octet)).collect()),
        Tag::BMP_STRING => {
            let (pairs, rest) = octets.as_chunks::<2>();
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            if rest.is_empty() {
                char::decode_utf16(units).collect::<Result<_, _>>().ok()
            } else {
                None
            }
        }
        _ => None,
    }
}

/// RFC 4514 2.4; control characters, which it allows, are escaped too.
fn write_escaped(value: &str, text: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (position, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            '#' | ' ' if position == 0 => {
                text.push('\\');
                text.push(c);
            }
            ' ' if position == last => text.push_str("\\ "),
            c if c.is_ascii_control() => {
                let _ = write!(text, "\\{:02X}", u32::from(c));
            }
            c => text.push(c),
        }
    }
}

/// An object identifier in dotted form.
fn dotted(octets: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc = 0_u64;
    for octet in octets {
        arc = (arc << 7) | u64::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first.to_string());
                arc -= first * 40;
            }
            arcs.push(arc.to_string());
            arc = 0;
        }
    }
    arcs.join(".")
}

#[cfg(test)]
mod tests {
    use mtls_scenarios::{Name, StringType};
    use proptest::prelude::*;

    use super::*;

    fn name(json: &str) -> Name {
        serde_json::from_str(json).unwrap()
    }

    fn round(json: &str, string_type: StringType) -> String {
        text(&crate::pki::name::to_node(&name(json), string_type).unwrap().to_bytes()).unwrap()
    }

    #[test]
    fn writes_the_last_rdn_first() {
        assert_eq!(
            round(r#"[{"O":"Example ORG"},{"CN":"Client"}]"#, StringType::Utf8),
            "CN=Client,O=Example ORG"
        );
        assert_eq!(
            round(r#"[{"C":"DE"},{"CN":"a","UID":"b"}]"#, StringType::Printable),
            "CN=a+UID=b,C=DE"
        );
        assert_eq!(round("[]", StringType::Utf8), "");
    }

    #[test]
    fn escapes_what_would_be_read_as_syntax() {
        let json = r##"[{"CN":"#a, b+c\u0000\\ "}]"##;
        assert_eq!(round(json, StringType::Utf8), r"CN=\#a\, b\+c\00\\\ ");
    }

    #[test]
    fn reads_all_string_types() {
        for string_type in [StringType::Utf8, StringType::Teletex, StringType::Bmp] {
            assert_eq!(round(r#"[{"CN":"Zoë"}]"#, string_type), "CN=Zoë");
        }
        assert!(
            crate::pki::name::to_node(&name(r#"[{"CN":"Zoë"}]"#), StringType::Printable).is_err()
        );
    }

    #[test]
    fn writes_unknown_types_by_number() {
        let oid = Node::octets(Tag::OID, [0x55, 4, 42]);
        let attribute = Node::sequence(vec![oid, Node::octets(Tag::UTF8_STRING, "x")]);
        let name = Node::sequence(vec![Node::values(Tag::SET, vec![attribute])]);
        assert_eq!(text(&name.to_bytes()).unwrap(), "2.5.4.42=#0c0178");
    }

    proptest! {
        #[test]
        fn never_panics(octets in any::<Vec<u8>>()) {
            let _ = text(&octets);
            let _ = dotted(&octets);
        }
    }
}
