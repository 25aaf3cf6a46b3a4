//! Hexadecimal, as recipes write octets and reports write fingerprints.

use mtls_scenarios::{Octets, Repeated};

use super::der;
use super::error::RecipeError;

/// Octets of a recipe's field.
pub(crate) fn decode(field: &'static str, text: &str) -> Result<Vec<u8>, RecipeError> {
    let digits =
        text.bytes().map(|digit| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok()));
    let digits =
        digits.collect::<Option<Vec<u8>>>().filter(|digits| digits.len().is_multiple_of(2));
    let digits = digits.ok_or_else(|| RecipeError::Hex { field, value: text.to_owned() })?;
    let (pairs, _) = digits.as_chunks::<2>();
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Octets of a recipe's field that may hold very many of them.
pub(crate) fn decode_all(field: &'static str, octets: &Octets) -> Result<Vec<u8>, RecipeError> {
    let pieces = match octets {
        Octets::Hex(text) => return decode(field, text),
        Octets::Pieces(pieces) => pieces,
    };
    let mut all = Vec::new();
    for Repeated { hex, times } in pieces {
        let piece = decode(field, hex)?;
        let room = der::MAX_SIZE.saturating_sub(all.len());
        if piece.len().saturating_mul(*times) > room {
            return Err(RecipeError::TooMany { field, limit: der::MAX_SIZE });
        }
        all.extend(piece.repeat(*times));
    }
    Ok(all)
}

/// Lower-case digits.
pub(crate) fn encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() * 2);
    let digits = octets.iter().flat_map(|octet| [octet >> 4, octet & 15]);
    text.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pairs_of_digits_only() {
        assert_eq!(decode("serial", "00fF").unwrap(), [0, 255]);
        assert_eq!(decode("serial", "").unwrap(), Vec::<u8>::new());
        for bad in ["0", "0g", "0x00", "00 11", "é"] {
            assert!(
                matches!(decode("serial", bad), Err(RecipeError::Hex { field: "serial", .. })),
                "{bad}"
            );
        }
        assert_eq!(encode(&[0, 171]), "00ab");
    }

    #[test]
    fn repeats_within_reason() {
        let repeated = |hex: &str, times| Repeated { hex: hex.to_owned(), times };
        let octets = |pieces| decode_all("value", &Octets::Pieces(pieces));
        let pieces = vec![repeated("3080", 2), repeated("05", 1)];
        assert_eq!(octets(pieces).unwrap(), [0x30, 0x80, 0x30, 0x80, 5]);
        let pieces = vec![repeated("00", 1), repeated("00", der::MAX_SIZE)];
        assert!(matches!(octets(pieces), Err(RecipeError::TooMany { field: "value", .. })));
    }
}
