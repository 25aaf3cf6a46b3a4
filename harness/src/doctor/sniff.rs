//! What a piece of DER is, by its shape.

use super::contents::KeyForm;
use crate::pki::der::{self, Tag};

/// What a piece of DER is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Certificate,
    Key(KeyForm),
    /// PKCS #10.
    Request,
    Pkcs12,
    Unknown,
}

/// Looks at the outermost values, and decides nothing about what they hold.
pub(super) fn shape(octets: &[u8]) -> Shape {
    const INTEGER: Option<Tag> = Some(Tag::INTEGER);
    const SEQUENCE: Option<Tag> = Some(Tag::SEQUENCE);
    const OCTETS: Option<Tag> = Some(Tag::OCTET_STRING);
    const BITS: Option<Tag> = Some(Tag::BIT_STRING);
    let Ok(tree) = der::read(octets) else {
        return Shape::Unknown;
    };
    let values = tree.children();
    let tags: Vec<_> = values.iter().map(|value| value.tag).collect();
    match tags.as_slice() {
        [INTEGER, SEQUENCE, OCTETS, ..] => Shape::Key(KeyForm::Pkcs8),
        [INTEGER, OCTETS, ..] => Shape::Key(KeyForm::Sec1),
        [INTEGER, INTEGER, INTEGER, INTEGER, ..] => Shape::Key(KeyForm::Pkcs1),
        [SEQUENCE, OCTETS] => Shape::Key(KeyForm::Encrypted),
        [INTEGER, SEQUENCE] | [INTEGER, SEQUENCE, SEQUENCE] => Shape::Pkcs12,
        // CertificationRequestInfo has four fields at most, TBSCertificate six at least.
        [SEQUENCE, SEQUENCE, BITS] => match values.first().map(|first| first.children().len()) {
            Some(0..=4) => Shape::Request,
            _ => Shape::Certificate,
        },
        _ => Shape::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_der_is_unknown() {
        for octets in [&b""[..], b"hello", &[0x30, 0x80], &[0x30, 3, 2, 1, 0]] {
            assert_eq!(shape(octets), Shape::Unknown);
        }
    }

    #[test]
    fn a_recipe_certificate_is_one_although_it_has_no_version() {
        assert_eq!(shape(include_bytes!("../pki/testdata/openssl-client.der")), Shape::Certificate);
    }
}
