//! PEM (RFC 7468) writing.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// One PEM section: 64 characters a line.
pub fn encode(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let octet = |at: usize| group.get(at).copied().unwrap_or(0);
            let bits = u32::from_be_bytes([0, octet(0), octet(1), octet(2)]);
            for place in 0..4 {
                let digit = usize::try_from((bits >> (18 - 6 * place)) & 0x3f).unwrap_or(0);
                let character = ALPHABET.get(digit).copied().unwrap_or(b'A');
                text.push(if place <= group.len() { char::from(character) } else { '=' });
            }
        }
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    proptest! {
        #[test]
        fn is_read_back(octets in any::<Vec<u8>>()) {
            let read = CertificateDer::from_pem_slice(encode("CERTIFICATE", &octets).as_bytes()).unwrap();
            prop_assert_eq!(read.as_ref(), octets.as_slice());
        }
    }
}
