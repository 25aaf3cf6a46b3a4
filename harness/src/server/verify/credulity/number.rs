//! Large numbers, big-endian, as far as faults need them.

/// A number without its leading zeros.
pub(super) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// A number, less the modulus where it is not below it; neither number nor modulus with leading zeros.
pub(super) fn reduced(number: &[u8], modulus: &[u8]) -> Vec<u8> {
    if (number.len(), number) < (modulus.len(), modulus) {
        return number.to_vec();
    }
    let mut borrow = false;
    let subtrahend = modulus.iter().rev().copied().chain(std::iter::repeat(0));
    let mut difference: Vec<u8> = number
        .iter()
        .rev()
        .zip(subtrahend)
        .map(|(&digit, less)| {
            let (digit, one) = digit.overflowing_sub(less);
            let (digit, two) = digit.overflowing_sub(u8::from(borrow));
            borrow = one || two;
            digit
        })
        .collect();
    difference.reverse();
    trimmed(&difference).to_vec()
}

/// A number with leading zeros up to a length; `None` where it is longer.
pub(super) fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let zeros = length.checked_sub(number.len())?;
    Some([vec![0; zeros], number.to_vec()].concat())
}

/// A number in two's complement without its sign.
pub(super) fn absolute(number: &[u8]) -> Vec<u8> {
    if number.first().is_none_or(|first| first & 0x80 == 0) {
        return trimmed(number).to_vec();
    }
    let mut carry = true;
    let mut digits: Vec<u8> = number
        .iter()
        .rev()
        .map(|digit| {
            let (digit, overflow) = (!digit).overflowing_add(u8::from(carry));
            carry = overflow;
            digit
        })
        .collect();
    digits.reverse();
    trimmed(&digits).to_vec()
}

/// The third power of a number.
pub(super) fn cube(number: &[u8]) -> Vec<u8> {
    product(&product(number, number), number)
}

fn product(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut digits = vec![0_u8; one.len().saturating_add(other.len())];
    for (place, &factor) in one.iter().rev().enumerate() {
        let mut carry = 0_u16;
        let others = other.iter().rev().copied().chain(std::iter::once(0));
        for (digit, digit_of_other) in digits.iter_mut().skip(place).zip(others) {
            // At most 255 * 255 + 255 + 255 = 65535.
            let sum = u16::from(factor) * u16::from(digit_of_other) + u16::from(*digit) + carry;
            let [high, low] = sum.to_be_bytes();
            (*digit, carry) = (low, u16::from(high));
        }
    }
    digits.reverse();
    trimmed(&digits).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_reduced_once() {
        assert_eq!(reduced(&[5], &[7]), [5]);
        assert_eq!(reduced(&[7], &[7]), [0_u8; 0]);
        assert_eq!(reduced(&[1, 0, 0], &[0xff, 0xff]), [1]);
        assert_eq!(reduced(&[1, 0x10], &[0x20]), [0xf0]);
        assert_eq!(padded(&[1], 3), Some(vec![0, 0, 1]));
        assert_eq!(padded(&[1, 2], 1), None);
    }

    #[test]
    fn signs_are_dropped() {
        assert_eq!(absolute(&[0, 0x80]), [0x80]);
        assert_eq!(absolute(&[0xff]), [1]);
        assert_eq!(absolute(&[0xff, 0]), [1, 0]);
        assert_eq!(absolute(&[]), [0_u8; 0]);
    }

    #[test]
    fn cubes_are_whole() {
        assert_eq!(cube(&[3]), [27]);
        assert_eq!(cube(&[0xff, 0xff]), [0xff, 0xfd, 0, 2, 0xff, 0xff]);
        assert_eq!(cube(&[]), [0_u8; 0]);
    }
}
