//! Decimal, as some servers write serial numbers.

/// Longest number that is written out, in octets: twice what RFC 5280 4.1.2.2 allows a serial number.
const LONGEST: usize = 40;

/// The value of an INTEGER's content octets; `None` where it has none or is longer than any serial number.
pub(crate) fn decimal(octets: &[u8]) -> Option<String> {
    if octets.is_empty() || octets.len() > LONGEST {
        return None;
    }
    let is_negative = octets.first().is_some_and(|first| first & 0x80 != 0);
    let mut magnitude = octets.to_vec();
    if is_negative {
        negate(&mut magnitude);
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|octet| *octet != 0) {
        digits.push(char::from_digit(divide(&mut magnitude), 10)?);
    }
    if digits.is_empty() {
        digits.push('0');
    }
    digits.extend(is_negative.then_some('-'));
    Some(digits.into_iter().rev().collect())
}

/// The two's complement.
fn negate(octets: &mut [u8]) {
    let mut carry = true;
    for octet in octets.iter_mut().rev() {
        (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
    }
}

/// Divides by ten; the remainder.
fn divide(octets: &mut [u8]) -> u32 {
    let mut remainder = 0_u32;
    for octet in octets {
        let value = remainder << 8 | u32::from(*octet);
        *octet = u8::try_from(value / 10).unwrap_or(u8::MAX);
        remainder = value % 10;
    }
    remainder
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_edges() {
        assert_eq!(decimal(&[0]).unwrap(), "0");
        assert_eq!(decimal(&[0, 255]).unwrap(), "255");
        assert_eq!(decimal(&[255]).unwrap(), "-1");
        assert_eq!(decimal(&[128, 0]).unwrap(), "-32768");
        assert_eq!(decimal(&[]), None);
        assert_eq!(decimal(&[1; LONGEST + 1]), None);
    }

    proptest! {
        #[test]
        fn as_the_standard_library_writes_it(number in any::<i128>()) {
            prop_assert_eq!(decimal(&number.to_be_bytes()).unwrap(), number.to_string());
        }
    }
}
