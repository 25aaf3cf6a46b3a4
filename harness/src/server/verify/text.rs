//! Names as text (RFC 4514).

use super::name::{Attribute, EMAIL_ADDRESS, Name, attributes, text};

/// Object identifier of `commonName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The name, most specific part first. Types that have no registered keyword are written as OpenSSL does,
/// `emailAddress` and `serialNumber`, else as numbers.
pub(crate) fn rfc4514(name: Name<'_>) -> String {
    rdns(name).join(",")
}

/// The relative distinguished names, most specific first.
pub(crate) fn rdns(name: Name<'_>) -> Vec<String> {
    rdns_with(name, escape)
}

/// The name as a careless gate writes it: like [`rfc4514`], and nothing is escaped.
pub(crate) fn unescaped(name: Name<'_>) -> String {
    rdns_with(name, str::to_owned).join(",")
}

/// Values of the common names in the order of the name.
pub(crate) fn common_names(name: Name<'_>) -> Vec<String> {
    let attributes = name.rdns().flat_map(attributes);
    attributes
        .filter(|attribute| attribute.oid == COMMON_NAME)
        .filter_map(|attribute| text(attribute.value))
        .collect()
}

fn rdns_with(name: Name<'_>, escape: fn(&str) -> String) -> Vec<String> {
    let text = |rdn| {
        let attributes = attributes(rdn).map(|attribute| attribute_text(attribute, escape));
        attributes.collect::<Vec<_>>().join("+")
    };
    let mut rdns: Vec<String> = name.rdns().map(text).collect();
    rdns.reverse();
    rdns
}

fn attribute_text(attribute: Attribute<'_>, escape: fn(&str) -> String) -> String {
    let known = match attribute.oid {
        COMMON_NAME => Some("CN"),
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
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
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
    use crate::server::verify::der::tag;
    use crate::server::verify::tests::{name, name_of as read};

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];

    #[test]
    fn text_of_names() {
        let content = name(&[
            &[(O, tag::PRINTABLE_STRING, b"Example, Inc.")],
            &[(CN, tag::UTF8_STRING, b" #a\0\xc3\xa9 "), (&[0x2a, 3], tag::UTF8_STRING, b"v")],
        ]);
        assert_eq!(rfc4514(read(&content)), "CN=\\ #a\\00é\\ +1.2.3=#0c0176,O=Example\\, Inc.");
        assert_eq!(unescaped(read(&content)), "CN= #a\0é +1.2.3=#0c0176,O=Example, Inc.");
        assert_eq!(common_names(read(&content)), [" #a\0é "]);
        assert_eq!(rfc4514(read(&[])), "");
    }
}
