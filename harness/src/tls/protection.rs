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
    /// A record that does not open leaves the sequence number as it is: the next may be the one that was meant
    /// (RFC 8446 4.2.10 has servers skip early data like this).
    pub fn open(&mut self, record: &Record) -> Result<(ContentType, Vec<u8>), Malformed> {
        if self.format == Format::Tls13 && record.kind != ContentType::ApplicationData {
            return Err(Malformed::Invalid { what: "opaque_type" });
        }
        let truncated = Malformed::Truncated { what: "encrypted_record" };
        let mut number = self.sequence.to_be_bytes();
        let mut sealed = &*record.payload;
        if self.format == Format::Tls12Explicit {
            let (explicit, rest) = sealed.split_first_chunk().ok_or(truncated.clone())?;
            number = *explicit;
            sealed = rest;
        }
        let length = sealed.len().checked_sub(TAG_LEN).ok_or(truncated)?;
        let additional = self.additional_data(record.kind, record.version, length);
        let mut contents = self
            .decrypt(number, &additional, sealed)
            .map_err(|Unspecified| Malformed::Invalid { what: "encrypted_record" })?;
        let kind = match self.format {
            Format::Tls13 => inner_type(&mut contents)?,
            Format::Tls12Explicit | Format::Tls12Implicit => record.kind,
        };
        if contents.len() > MAX_PLAINTEXT {
            return Err(Malformed::Invalid { what: "length of the content" });
        }
        self.sequence = self.sequence.wrapping_add(1);
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
