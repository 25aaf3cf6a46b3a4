//! Hexadecimal, as recipes write octets and reports write fingerprints.

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

/// Lower-case digits.
pub(crate) fn encode(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
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
}
