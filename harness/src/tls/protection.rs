//! Protection of records (RFC 8446 5.2; RFC 5246 6.2.3.3 with RFC 5288 and RFC 7905), one direction of a connection.

use std::fmt;

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use rustls::{ContentType, ProtocolVersion};

use super::reader::Malformed;
use super::record::{MAX_PLAINTEXT, Record, header};
use super::suite::Aead;

/// Octets of a nonce, and of the IV that it is made from.
pub(super) const IV_LEN: usize = 12;

/// Octets of the implicit part of a nonce (RFC 5288 3).
pub(super) const SALT_LEN: usize = 4;

/// Octets of an authentication tag.
const TAG_LEN: usize = 16;

/// A sequence number, or an explicit nonce.
type Number = [u8; 8];

/// `legacy_record_version` of a protected record.
const VERSION: ProtocolVersion = ProtocolVersion::TLSv1_2;

/// How a protected record is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The content type and padding are encrypted, too.
    Tls13,
    /// TLS 1.2 with the rest of the nonce in front (RFC 5288).
    Tls12Explicit,
    /// TLS 1.2 with a nonce made from the sequence number (RFC 7905).
    Tls12Implicit,
}

/// Seals or opens the records of one direction, in order.
#[derive(Clone)]
pub struct Protection {
    format: Format,
    aead: Aead,
    key: Vec<u8>,
    iv: [u8; IV_LEN],
    sequence: u64,
}

impl Protection {
    /// With these keys, from sequence number 0. A shorter IV is filled up with zeros.
    pub(super) fn new(format: Format, aead: Aead, key: Vec<u8>, iv: &[u8]) -> Self {
        let mut padded = [0; IV_LEN];
        padded.iter_mut().zip(iv).for_each(|(to, from)| *to = *from);
        Self { format, aead, key, iv: padded, sequence: 0 }
    }

    /// The record with this content, with its header.
    ///
    /// In TLS 1.3 `padding` zeros follow the content type; TLS 1.2 has no padding. Any length is sealed, also
    /// one that no record may have; of a length that does not fit its field, the low 16 bits are written.
    pub fn seal(&mut self, kind: ContentType, payload: &[u8], padding: usize) -> Vec<u8> {
        let number = self.sequence.to_be_bytes();
        let mut contents = payload.to_vec();
        let mut outer = kind;
        if self.format == Format::Tls13 {
            contents.push(kind.into());
            contents.resize(contents.len() + padding, 0);
            outer = ContentType::ApplicationData;
        }
        let additional = self.additional_data(outer, VERSION, contents.len());
        let sealed = self.encrypt(number, &additional, contents);
        let explicit: &[u8] = if self.format == Format::Tls12Explicit { &number } else { &[] };
        self.sequence = self.sequence.wrapping_add(1);
        Record { kind: outer, version: VERSION, payload: [explicit, &sealed].concat() }.encode()
    }

    /// Content type and content of a record.
    ///
    /// A record that does not decrypt leaves the sequence number as it is: the next may be the one that was meant
    /// (RFC 8446 4.2.10 has servers skip early data like this). One that decrypts to what may not be counts.
    pub fn open(&mut self, record: &Record) -> Result<(ContentType, Vec<u8>), Malformed> {
        if self.format == Format::Tls13 && record.kind != ContentType::ApplicationData {
            return Err(Malformed::Invalid { what: "opaque_type" });
        }
        let truncated = Malformed::Truncated { what: "encrypted_record" };
        let mut number = self.sequence.to_be_bytes();
        let mut sealed = &*record.payload;
        if self.format == Format::Tls12Explicit {
            let (explicit, rest) = sealed.split_first_chunk().ok_or(truncated)?;
            number = *explicit;
            sealed = rest;
        }
        let length = sealed.len().checked_sub(TAG_LEN).ok_or(truncated)?;
        let additional = self.additional_data(record.kind, record.version, length);
        let mut contents = self
            .decrypt(number, &additional, sealed)
            .map_err(|Unspecified| Malformed::Invalid { what: "encrypted_record" })?;
        self.sequence = self.sequence.wrapping_add(1);
        let kind = match self.format {
            Format::Tls13 => inner_type(&mut contents)?,
            Format::Tls12Explicit | Format::Tls12Implicit => record.kind,
        };
        if contents.len() > MAX_PLAINTEXT {
            return Err(Malformed::TooLong { what: "content" });
        }
        Ok((kind, contents))
    }

    /// `additional_data` (RFC 8446 5.2; RFC 5246 6.2.3.3) of a record whose contents have this length.
    fn additional_data(&self, kind: ContentType, version: ProtocolVersion, len: usize) -> Vec<u8> {
        match self.format {
            Format::Tls13 => header(kind, version, len + TAG_LEN).to_vec(),
            Format::Tls12Explicit | Format::Tls12Implicit => {
                [&self.sequence.to_be_bytes()[..], &header(kind, version, len)].concat()
            }
        }
    }

    /// The contents encrypted, followed by the tag.
    fn encrypt(&self, number: Number, additional: &[u8], mut contents: Vec<u8>) -> Vec<u8> {
        let nonce = self.nonce(number);
        let sealed = self.cipher().and_then(|cipher| {
            cipher.seal_in_place_append_tag(nonce, Aad::from(additional), &mut contents)
        });
        // Keys and nonces have the lengths that the algorithm wants, and 64 GiB are not in memory. If it
        // failed all the same, the contents must not go out in the clear.
        if sealed.is_err() {
            contents.clear();
        }
        contents
    }

    fn decrypt(
        &self,
        number: Number,
        additional: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Unspecified> {
        let mut contents = sealed.to_vec();
        let cipher = self.cipher()?;
        let opened =
            cipher.open_in_place(self.nonce(number), Aad::from(additional), &mut contents)?;
        let length = opened.len();
        contents.truncate(length);
        Ok(contents)
    }

    fn cipher(&self) -> Result<LessSafeKey, Unspecified> {
        UnboundKey::new(self.aead.algorithm(), &self.key).map(LessSafeKey::new)
    }

    /// The IV, its last octets XOR the number; where the IV is only a salt, they are the number itself.
    fn nonce(&self, number: Number) -> Nonce {
        let mut nonce = self.iv;
        nonce.iter_mut().rev().zip(number.iter().rev()).for_each(|(octet, n)| *octet ^= n);
        Nonce::assume_unique_for_key(nonce)
    }
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Protection")
            .field("format", &self.format)
            .field("aead", &self.aead)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// Takes padding and content type off a `TLSInnerPlaintext` (RFC 8446 5.4).
fn inner_type(contents: &mut Vec<u8>) -> Result<ContentType, Malformed> {
    let end = contents.iter().rposition(|octet| *octet != 0);
    contents.truncate(end.map_or(0, |end| end + 1));
    contents.pop().map(ContentType::from).ok_or(Malformed::Truncated { what: "TLSInnerPlaintext" })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::tls::{HashAlgorithm, RecordReader, Secret, Suite, Version, protections};

    /// What protects a client's records, with a suite.
    fn protection(suite: &Suite) -> Protection {
        match suite.version {
            Version::Tls13 => Secret::new(suite.hash, vec![7; suite.hash.len()]).protection(suite),
            Version::Tls12 => protections(suite, &[7; 48], &[1; 32], &[2; 32]).client,
        }
    }

    fn record(octets: &[u8]) -> Record {
        let mut reader = RecordReader::new();
        reader.push(octets);
        reader.next().unwrap().unwrap()
    }

    fn tls13() -> Protection {
        protection(Suite::ALL.first().unwrap())
    }

    #[test]
    fn only_tls13_hides_the_content_type_and_pads() {
        for suite in Suite::ALL {
            let mut sealing = protection(suite);
            let short = record(&sealing.seal(ContentType::Alert, &[1, 0], 0));
            let padded = record(&sealing.seal(ContentType::Alert, &[1, 0], 100));
            let hides = suite.version == Version::Tls13;
            assert_eq!(short.kind == ContentType::ApplicationData, hides);
            let added = padded.payload.len() - short.payload.len();
            assert_eq!(added, if hides { 100 } else { 0 });
        }
    }

    #[test]
    fn an_explicit_nonce_is_the_sequence_number() {
        let gcm = Suite::ALL.iter().filter(|suite| {
            suite.version == Version::Tls12 && suite.aead != Aead::ChaCha20Poly1305
        });
        for suite in gcm {
            let mut sealing = protection(suite);
            for number in 0..3_u64 {
                let sealed = record(&sealing.seal(ContentType::Handshake, b"finished", 0));
                assert_eq!(sealed.payload[..8], number.to_be_bytes());
                assert_eq!(sealed.payload.len(), 8 + 8 + TAG_LEN);
            }
        }
    }

    #[test]
    fn another_explicit_nonce_of_the_peer_is_used() {
        let suite =
            Suite::find(rustls::CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256).unwrap();
        let mut opening = protection(suite);
        let number = [9; 8];
        let additional = opening.additional_data(ContentType::Handshake, VERSION, 4);
        let sealed = opening.encrypt(number, &additional, b"data".to_vec());
        let payload = [&number[..], &sealed].concat();
        let record = Record { kind: ContentType::Handshake, version: VERSION, payload };
        let expected = (ContentType::Handshake, b"data".to_vec());
        assert_eq!(opening.open(&record), Ok(expected));
    }

    #[test]
    fn a_record_of_zeros_has_no_content_type() {
        let mut opening = tls13();
        let zeros = opening.clone().seal(ContentType::from(0), &[0; 5], 3);
        let expected = Malformed::Truncated { what: "TLSInnerPlaintext" };
        assert_eq!(opening.open(&record(&zeros)), Err(expected));
    }

    #[test]
    fn other_outer_types_are_not_opened_in_tls13() {
        let mut opening = tls13();
        let mut sealed = record(&opening.clone().seal(ContentType::Alert, &[2, 40], 0));
        sealed.kind = ContentType::Alert;
        assert_eq!(opening.open(&sealed), Err(Malformed::Invalid { what: "opaque_type" }));
    }

    #[test]
    fn more_than_a_record_may_hold_is_sealed_but_not_opened() {
        for suite in Suite::ALL {
            let mut sealing = protection(suite);
            let mut opening = sealing.clone();
            let longest = vec![3; MAX_PLAINTEXT];
            let sealed = record(&sealing.seal(ContentType::ApplicationData, &longest, 0));
            let opened = opening.open(&sealed).unwrap();
            assert_eq!(opened, (ContentType::ApplicationData, longest));
            let longer = vec![3; MAX_PLAINTEXT + 1];
            let sealed = record(&sealing.seal(ContentType::ApplicationData, &longer, 0));
            let refused = Malformed::TooLong { what: "content" };
            assert_eq!(opening.open(&sealed), Err(refused));
            let sealed = record(&sealing.seal(ContentType::Alert, &[1, 0], 0));
            assert_eq!(opening.open(&sealed), Ok((ContentType::Alert, vec![1, 0])));
            let octets = sealing.seal(ContentType::ApplicationData, &vec![3; 0x2_0000], 0);
            assert!(octets.len() > 0x2_0000);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", Secret::new(HashAlgorithm::Sha256, [0xab; 32]));
        assert!(!shown.contains("171"), "{shown}");
        let shown = format!("{:?}", tls13());
        assert!(!shown.contains("key"), "{shown}");
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_what_is_changed_does_not(
            suite in proptest::sample::select(Suite::ALL),
            kind in 20_u8..=24,
            contents in vec(vec(any::<u8>(), 0..100), 1..4),
            padding in 0_usize..50,
            flip in any::<proptest::sample::Index>(),
        ) {
            let mut sealing = protection(&suite);
            let mut opening = sealing.clone();
            for content in contents {
                let octets = sealing.seal(kind.into(), &content, padding);
                let sealed = record(&octets);
                prop_assert_eq!(sealed.encode(), octets);
                let mut changed = sealed.clone();
                changed.payload[flip.index(sealed.payload.len())] ^= 1;
                prop_assert!(opening.open(&changed).is_err());
                let opened = opening.open(&sealed);
                prop_assert_eq!(opened, Ok((ContentType::from(kind), content)));
                prop_assert!(opening.open(&sealed).is_err());
            }
        }

        #[test]
        fn any_payload_is_refused(
            suite in proptest::sample::select(Suite::ALL),
            kind in any::<u8>(),
            payload in vec(any::<u8>(), 0..60),
        ) {
            let record = Record { kind: kind.into(), version: VERSION, payload };
            prop_assert!(protection(&suite).open(&record).is_err());
        }
    }
}
