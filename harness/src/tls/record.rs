//! Records as they are on the wire (RFC 8446 5.1; RFC 5246 6.2), protected or not.

use rustls::{ContentType, ProtocolVersion};

use super::reader::Malformed;

/// Octets that the content of a record may have.
pub(super) const MAX_PLAINTEXT: usize = 1 << 14;

/// Octets that a record may have after its header: TLS 1.2 allows protection to add the most (RFC 5246 6.2.3).
const MAX_PAYLOAD: usize = MAX_PLAINTEXT + 2048;

/// Octets of a record's header.
const HEADER_LEN: usize = 5;

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Type of its content; of a protected record in TLS 1.3, always application data.
    pub kind: ContentType,
    /// The version that it says; no reader needs it (RFC 8446 5.1).
    pub version: ProtocolVersion,
    /// What follows the header.
    pub payload: Vec<u8>,
}

impl Record {
    /// The octets on the wire. Of a length that does not fit its field, the low 16 bits are written.
    pub fn encode(&self) -> Vec<u8> {
        let header = header(self.kind, self.version, self.payload.len());
        [&header[..], &*self.payload].concat()
    }
}

/// The header of a record with this many octets after it.
pub(super) fn header(kind: ContentType, version: ProtocolVersion, len: usize) -> [u8; HEADER_LEN] {
    let [major, minor] = u16::from(version).to_be_bytes();
    let [.., high, low] = len.to_be_bytes();
    [u8::from(kind), major, minor, high, low]
}

/// Finds the records in a stream of octets.
///
/// It holds what was pushed and not yet taken; who pushes only after `next` found nothing more never has it hold
/// more than one record and one push.
#[derive(Clone, Debug, Default)]
pub struct RecordReader {
    buffer: Vec<u8>,
    /// Octets at the front that have been taken. They go with the next push: to move the rest once a record would take a
    /// peer's many small records for ever.
    taken: usize,
    /// Whether content types pass that there are not.
    any_type: bool,
}

impl RecordReader {
    /// At the beginning of a stream.
    pub const fn new() -> Self {
        Self { buffer: Vec::new(), taken: 0, any_type: false }
    }

    /// The same, for records of any type.
    pub const fn of_any_type() -> Self {
        Self { buffer: Vec::new(), taken: 0, any_type: true }
    }

    /// Adds octets as they came.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(octets);
    }

    /// The next record; `None` until it is complete. What is no record remains so: the stream is lost.
    #[expect(
        clippy::should_implement_trait,
        reason = "no iterator: more may be pushed after `None`"
    )]
    pub fn next(&mut self) -> Result<Option<Record>, Malformed> {
        // Refused at the first octet: whoever answers in another protocol may never send five.
        let waiting = self.buffer.get(self.taken..).unwrap_or_default();
        let Some(kind) = waiting.first().copied().map(ContentType::from) else {
            return Ok(None);
        };
        if matches!(kind, ContentType::Unknown(_)) && !self.any_type {
            return Err(Malformed::Invalid { what: "type of the record" });
        }
        let Some((&[_, major, minor, high, low], rest)) = waiting.split_first_chunk::<HEADER_LEN>()
        else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_PAYLOAD {
            return Err(Malformed::TooLong { what: "record" });
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let version = ProtocolVersion::from(u16::from_be_bytes([major, minor]));
        let record = Record { kind, version, payload: payload.to_vec() };
        self.taken += HEADER_LEN + length;
        Ok(Some(record))
    }

    /// Whether nothing is left: no record, nor a part of one.
    pub const fn is_empty(&self) -> bool {
        self.taken == self.buffer.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    fn record(kind: ContentType, payload: Vec<u8>) -> Record {
        Record { kind, version: ProtocolVersion::TLSv1_2, payload }
    }

    fn read(octets: &[u8]) -> Result<Option<Record>, Malformed> {
        let mut reader = RecordReader::new();
        reader.push(octets);
        reader.next()
    }

    #[test]
    fn a_record_is_complete_at_its_last_octet() {
        let mut reader = RecordReader::new();
        for octet in [22, 3, 1, 0, 2, 0xab] {
            reader.push(&[octet]);
            assert_eq!(reader.next(), Ok(None));
            assert!(!reader.is_empty());
        }
        reader.push(&[0xcd]);
        let version = ProtocolVersion::TLSv1_0;
        let expected = Record { kind: ContentType::Handshake, version, payload: vec![0xab, 0xcd] };
        assert_eq!(reader.next(), Ok(Some(expected)));
        assert!(reader.is_empty());
    }

    #[test]
    fn the_longest_record_is_read_and_a_longer_one_refused_by_its_header() {
        let longest = record(ContentType::ApplicationData, vec![7; MAX_PAYLOAD]);
        assert_eq!(read(&longest.encode()), Ok(Some(longest)));
        let longer = record(ContentType::ApplicationData, vec![7; MAX_PAYLOAD + 1]).encode();
        assert_eq!(read(&longer[..4]), Ok(None));
        let refused = Err(Malformed::TooLong { what: "record" });
        assert_eq!(read(&longer[..5]), refused);
    }

    #[test]
    fn what_is_no_record_is_refused_at_the_first_octet_and_stays_so() {
        let mut reader = RecordReader::new();
        reader.push(b"H");
        let refused = Err(Malformed::Invalid { what: "type of the record" });
        assert_eq!(reader.next(), refused);
        reader.push(&record(ContentType::Alert, vec![2, 40]).encode());
        assert_eq!(reader.next(), refused);
    }

    #[test]
    fn an_overlong_record_is_written_with_the_low_bits_of_its_length() {
        let octets = record(ContentType::Handshake, vec![0; 0x1_0203]).encode();
        assert_eq!(octets[..5], [22, 3, 3, 2, 3]);
        assert_eq!(octets.len(), 5 + 0x1_0203);
    }

    #[test]
    fn many_small_records_at_once_are_read_one_by_one() {
        let mut reader = RecordReader::new();
        let empty = record(ContentType::Handshake, Vec::new());
        reader.push(&empty.encode().repeat(1 << 20));
        for _ in 0..1 << 20 {
            assert_eq!(reader.next(), Ok(Some(empty.clone())));
        }
        assert!(reader.is_empty());
    }

    fn records() -> impl Strategy<Value = Vec<Record>> {
        let one = (20_u8..=24, any::<u16>(), vec(any::<u8>(), 0..600)).prop_map(
            |(kind, version, payload)| Record {
                kind: kind.into(),
                version: version.into(),
                payload,
            },
        );
        vec(one, 0..6)
    }

    proptest! {
        #[test]
        fn any_fragmentation_gives_the_same_records(
            records in records(),
            cuts in vec(any::<Index>(), 0..12),
        ) {
            let octets: Vec<u8> = records.iter().flat_map(Record::encode).collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
            cuts.push(octets.len());
            cuts.sort_unstable();
            let mut reader = RecordReader::new();
            let mut read = Vec::new();
            let mut from = 0;
            for cut in cuts {
                reader.push(&octets[from..cut]);
                from = cut;
                while let Some(record) = reader.next().unwrap() {
                    read.push(record);
                }
            }
            prop_assert_eq!(read, records);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_octets_are_read_back_or_refused(chunks in vec(vec(any::<u8>(), 0..40), 0..20)) {
            let octets = chunks.concat();
            let mut reader = RecordReader::new();
            let mut read = Vec::new();
            for chunk in chunks {
                reader.push(&chunk);
                while let Ok(Some(record)) = reader.next() {
                    read.extend(record.encode());
                }
            }
            prop_assert!(octets.starts_with(&read));
        }
    }
}
