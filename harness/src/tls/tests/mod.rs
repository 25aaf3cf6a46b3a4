//! Tests against what others wrote: the traces of RFC 8448, and rustls.

mod peers;
mod rfc8448;
mod rustls12;
mod rustls13;
mod trace;

/// Octets in hexadecimal, white space between them as it may be.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// The handshake messages in this content of records, headers included.
fn messages(mut octets: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while let [_, high, middle, low, ..] = octets {
        let length = u32::from_be_bytes([0, *high, *middle, *low]);
        let (message, rest) = octets.split_at(4 + usize::try_from(length).unwrap());
        messages.push(message.to_vec());
        octets = rest;
    }
    assert!(octets.is_empty());
    messages
}
