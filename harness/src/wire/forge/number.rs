//! Numbers as octets, the most significant first.

/// The sum, one octet longer where it overflows.
pub(super) fn add(one: &[u8], other: &[u8]) -> Vec<u8> {
    let length = one.len().max(other.len());
    let mut carry = 0_u16;
    let mut sum: Vec<u8> = (0..length)
        .map(|place| {
            let total = digit(one, place) + digit(other, place) + carry;
            carry = total >> 8;
            low(total)
        })
        .collect();
    if carry > 0 {
        sum.push(low(carry));
    }
    sum.reverse();
    sum
}

/// The number less one; zero stays zero.
pub(super) fn less_one(number: &[u8]) -> Vec<u8> {
    let mut less = number.to_vec();
    if number.iter().any(|octet| *octet != 0) {
        for octet in less.iter_mut().rev() {
            let borrow = *octet == 0;
            *octet = octet.wrapping_sub(1);
            if !borrow {
                break;
            }
        }
    }
    less
}

/// Two's complement of a positive number, in as many octets as an `INTEGER` needs.
pub(super) fn negative(number: &[u8]) -> Vec<u8> {
    let padded = [&[0], number].concat();
    let inverted: Vec<u8> = padded.iter().map(|octet| !octet).collect();
    let sum = add(&inverted, &[1]);
    // What overflows is the sign of zero.
    let mut octets = sum.get(sum.len().saturating_sub(padded.len())..).unwrap_or_default();
    while let [0xff, rest @ ..] = octets
        && rest.first().is_some_and(|next| *next >= 0x80)
    {
        octets = rest;
    }
    octets.to_vec()
}

/// The octet at a place, counted from the least significant.
fn digit(number: &[u8], place: usize) -> u16 {
    number.iter().rev().nth(place).copied().map_or(0, u16::from)
}

fn low(total: u16) -> u8 {
    let [_, low] = total.to_be_bytes();
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_carry() {
        assert_eq!(add(&[0xff], &[1]), [1, 0]);
        assert_eq!(add(&[1, 0xff], &[1]), [2, 0]);
    }

    #[test]
    fn one_less() {
        assert_eq!(less_one(&[1, 0]), [0, 0xff]);
        assert_eq!(less_one(&[0]), [0]);
    }

    #[test]
    fn negatives() {
        assert_eq!(negative(&[1]), [0xff]);
        assert_eq!(negative(&[0x80]), [0x80]);
        assert_eq!(negative(&[0x81]), [0xff, 0x7f]);
    }
}
