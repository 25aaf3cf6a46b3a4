//! Object identifiers: dotted text to arcs and content octets.

use thiserror::Error;

use super::der::{Node, Tag, write_base128};

/// Text that is not a dotted object identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a dotted object identifier (two or more numbers, the first 0 to 2, the second below 40 under 0 and 1)"
)]
pub struct OidError(pub String);

/// An object identifier that can be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Oid(Vec<u64>);

impl Oid {
    /// Reads `2.5.29.15`.
    pub(crate) fn parse(text: &str) -> Result<Self, OidError> {
        let bad = || OidError(text.to_owned());
        let arcs = text
            .split('.')
            .map(
                |arc| {
                    if arc.bytes().all(|b| b.is_ascii_digit()) { arc.parse().ok() } else { None }
                },
            )
            .collect::<Option<Vec<u64>>>()
            .ok_or_else(bad)?;
        match arcs.as_slice() {
            [0 | 1, 0..40, ..] => Ok(Self(arcs)),
            // X.690 8.19.4 adds 80 to the second arc; leave room for it.
            [2, second, ..] if *second < u64::MAX - 80 => Ok(Self(arcs)),
            _ => Err(bad()),
        }
    }

    /// The arcs.
    pub(crate) fn arcs(&self) -> &[u64] {
        &self.0
    }

    /// The DER value.
    pub(crate) fn to_node(&self) -> Node {
        let mut content = Vec::with_capacity(self.0.len() * 2);
        if let [first, second, rest @ ..] = self.0.as_slice() {
            write_base128(first * 40 + second, &mut content);
            for arc in rest {
                write_base128(*arc, &mut content);
            }
        }
        Node::octets(Tag::OID, content)
    }
}

/// Content octets of `id-ce` extension identifiers, `2.5.29.<last>`.
pub(crate) const fn id_ce(last: u8) -> [u8; 3] {
    [0x55, 0x1d, last]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_known_identifiers() {
        for (text, octets) in [
            ("2.5.29.15", vec![0x55, 0x1d, 0x0f]),
            ("1.2.840.113549.1.1.11", vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]),
            ("2.999.3", vec![0x88, 0x37, 3]),
            ("0.9.2342.19200300.100.1.1", vec![9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1]),
        ] {
            assert_eq!(Oid::parse(text).unwrap().to_node().as_octets().unwrap(), octets, "{text}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_encoded() {
        for text in [
            "",
            "1",
            "3.1",
            "1.40",
            "1.2.",
            "1.+2.3",
            "1.2.99999999999999999999",
            "2.18446744073709551615",
        ] {
            assert!(Oid::parse(text).is_err(), "{text}");
        }
    }
}
