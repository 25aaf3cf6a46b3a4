//! Reads the traces in `testdata/rfc8448/`.

use std::collections::BTreeMap;

use rustls::ContentType;

use super::hex;
use crate::tls::{Protection, Record, RecordReader};

/// One handshake of RFC 8448.
pub(super) struct Trace(BTreeMap<&'static str, Vec<u8>>);

impl Trace {
    pub(super) fn parse(text: &'static str) -> Self {
        let parts = text.split("\n\n").skip(1).map(|part| {
            let (name, digits) = part.split_once(":\n").unwrap();
            (name, hex(digits))
        });
        Self(parts.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    pub(super) fn octets(&self, name: &str) -> &[u8] {
        self.get(name).unwrap()
    }

    /// Where a part is records.
    pub(super) fn records(&self, name: &str) -> Vec<Record> {
        let mut reader = RecordReader::new();
        reader.push(self.octets(name));
        let records = std::iter::from_fn(|| reader.next().unwrap()).collect();
        assert!(reader.is_empty());
        records
    }

    /// The message in an unprotected record.
    pub(super) fn message(&self, name: &str) -> Vec<u8> {
        let [record] = self.records(name).try_into().unwrap();
        assert_eq!(record.kind, ContentType::Handshake);
        assert_eq!(record.encode(), self.octets(name));
        record.payload
    }

    /// Opens the one record of a part, and holds that sealing its content gives the record.
    pub(super) fn open(&self, name: &str, protection: &mut Protection) -> (ContentType, Vec<u8>) {
        let [record] = self.records(name).try_into().unwrap();
        open(&record, protection)
    }
}

/// Opens a record, and holds that sealing its content gives the record.
pub(super) fn open(record: &Record, protection: &mut Protection) -> (ContentType, Vec<u8>) {
    let mut sealing = protection.clone();
    let (kind, content) = protection.open(record).unwrap();
    assert_eq!(sealing.seal(kind, &content, 0), record.encode());
    (kind, content)
}
