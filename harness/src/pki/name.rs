//! Distinguished names to DER (RFC 5280 4.1.2.4), whatever string type they ask for.

use mtls_scenarios::{AttributeType, Rdn, StringType};

use super::der::{Node, Tag};
use super::error::RecipeError;

/// Content octets of the object identifier of an attribute type.
pub(crate) const fn attribute_oid(attribute: AttributeType) -> &'static [u8] {
    match attribute {
        AttributeType::CN => &[0x55, 4, 3],
        AttributeType::SerialNumber => &[0x55, 4, 5],
        AttributeType::C => &[0x55, 4, 6],
        AttributeType::L => &[0x55, 4, 7],
        AttributeType::ST => &[0x55, 4, 8],
        AttributeType::O => &[0x55, 4, 10],
        AttributeType::OU => &[0x55, 4, 11],
        AttributeType::UID => &[9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1],
        AttributeType::DC => &[9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        AttributeType::EmailAddress => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
    }
}

/// `Name`. Types that RFC 5280 appendix A fixes to `PrintableString` (country, serial number) or
/// `IA5String` (domain component, e-mail address) stay so whatever `string_type` says.
pub(crate) fn to_node(name: &[Rdn], string_type: StringType) -> Result<Node, RecipeError> {
    let rdns = name.iter().map(|rdn| {
        let mut attributes = rdn
            .iter()
            .map(|(attribute, value)| {
                let oid = Node::octets(Tag::OID, attribute_oid(*attribute));
                Ok(Node::sequence(vec![oid, value_node(*attribute, value, string_type)?]))
            })
            .collect::<Result<Vec<_>, RecipeError>>()?;
        // X.690 11.6: the elements of a SET OF ascend as octet strings.
        attributes.sort_by_cached_key(Node::to_bytes);
        Ok(Node::values(Tag::SET, attributes))
    });
    Ok(Node::sequence(rdns.collect::<Result<_, RecipeError>>()?))
}

fn value_node(
    attribute: AttributeType,
    value: &str,
    string_type: StringType,
) -> Result<Node, RecipeError> {
    match attribute {
        AttributeType::C | AttributeType::SerialNumber => {
            ascii(Tag::PRINTABLE_STRING, "PrintableString", value)
        }
        AttributeType::DC | AttributeType::EmailAddress => {
            ascii(Tag::IA5_STRING, "IA5String", value)
        }
        _ => match string_type {
            StringType::Utf8 => Ok(Node::octets(Tag::UTF8_STRING, value)),
            StringType::Printable => ascii(Tag::PRINTABLE_STRING, "PrintableString", value),
            StringType::Teletex => {
                let latin1 = value
                    .chars()
                    .map(|c| u8::try_from(u32::from(c)).ok())
                    .collect::<Option<Vec<u8>>>();
                let octets = latin1.ok_or_else(|| unwritable("TeletexString", value))?;
                Ok(Node::octets(Tag::TELETEX_STRING, octets))
            }
            StringType::Bmp => {
                let units = value
                    .chars()
                    .map(|c| u16::try_from(u32::from(c)).ok())
                    .collect::<Option<Vec<u16>>>();
                let units = units.ok_or_else(|| unwritable("BMPString", value))?;
                Ok(Node::octets(
                    Tag::BMP_STRING,
                    units.into_iter().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
                ))
            }
        },
    }
}

/// A string of a type whose characters are ASCII. The narrower alphabet of `PrintableString` is not
/// enforced: certificates with `*` or `@` in one exist, and must be forged.
pub(crate) fn ascii(tag: Tag, kind: &'static str, value: &str) -> Result<Node, RecipeError> {
    if value.is_ascii() { Ok(Node::octets(tag, value)) } else { Err(unwritable(kind, value)) }
}

fn unwritable(kind: &'static str, value: &str) -> RecipeError {
    RecipeError::Text { kind, value: value.to_owned() }
}
