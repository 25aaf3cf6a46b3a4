//! The client's direction: which keys protect what is sent.

use std::collections::BTreeMap;

use mtls_scenarios::script::Epoch;
use rustls::{ContentType, ProtocolVersion};

use super::failure::Failure;
use super::layout::Layout;
use crate::tls::{Protection, Record};

/// The client's direction.
pub(super) struct Writer {
    /// Which keys are the right ones at this moment.
    pub(super) epoch: Epoch,
    /// Whether `change_cipher_spec` is plaintext whatever the keys.
    pub(super) speaks_tls13: bool,
    protections: BTreeMap<Epoch, Protection>,
}

impl Writer {
    /// A direction that begins in plaintext.
    pub(super) const fn new() -> Self {
        Self { epoch: Epoch::Plaintext, speaks_tls13: false, protections: BTreeMap::new() }
    }

    /// A direction that begins another handshake under the keys of the last one.
    pub(super) fn renegotiating(self) -> Self {
        let Self { epoch, speaks_tls13, mut protections } = self;
        let current = protections.remove(&epoch);
        let protections = current.map(|keys| (Epoch::Plaintext, keys)).into_iter().collect();
        Self { epoch: Epoch::Plaintext, speaks_tls13, protections }
    }

    /// Makes keys known.
    pub(super) fn set(&mut self, epoch: Epoch, keys: Protection) {
        self.protections.insert(epoch, keys);
    }

    /// The records that hold these contents.
    pub(super) fn records(
        &mut self,
        kind: ContentType,
        contents: &[u8],
        layout: &Layout,
        version: ProtocolVersion,
    ) -> Result<Vec<u8>, Failure> {
        let current = match kind {
            // RFC 8446 5.
            ContentType::ChangeCipherSpec if self.speaks_tls13 => Epoch::Plaintext,
            _ => self.epoch,
        };
        let epoch = layout.epoch.unwrap_or(current);
        let mut keys = self.protections.get_mut(&epoch);
        if keys.is_none() && layout.epoch.is_some_and(|epoch| epoch != Epoch::Plaintext) {
            return Err(Failure::Unable(format!("nothing can be sent {} here", epoch.in_words())));
        }
        let mut records = Vec::new();
        for piece in layout.pieces(contents) {
            records.extend(match &mut keys {
                Some(keys) => keys.seal(kind, piece, layout.padding),
                None => Record { kind, version, payload: piece.to_vec() }.encode(),
            });
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use mtls_scenarios::TlsVersion;

    use super::super::view::View;
    use super::*;
    use crate::tls::{KeySchedule, RecordReader, Suite};

    const VERSION: ProtocolVersion = ProtocolVersion::TLSv1_2;

    /// Keys that each have their own label.
    fn keys(label: &str) -> Protection {
        let suite = Suite::find(rustls::CipherSuite::TLS13_AES_128_GCM_SHA256).unwrap();
        let hash = View::new(TlsVersion::Tls13).transcript_hash();
        KeySchedule::early(suite.hash, None).derive(label, &hash).protection(suite)
    }

    fn write(writer: &mut Writer, kind: ContentType, layout: &Layout) -> Result<Record, Failure> {
        let octets = writer.records(kind, b"contents", layout, VERSION)?;
        let mut reader = RecordReader::new();
        reader.push(&octets);
        Ok(reader.next().unwrap().unwrap())
    }

    fn under(epoch: Epoch) -> Layout {
        Layout { epoch: Some(epoch), ..Layout::default() }
    }

    #[test]
    fn the_keys_are_the_right_ones_unless_others_are_named() {
        let mut writer = Writer::new();
        writer.set(Epoch::Handshake, keys("c hs traffic"));
        writer.set(Epoch::Application, keys("c ap traffic"));
        writer.epoch = Epoch::Handshake;
        writer.speaks_tls13 = true;
        let right = write(&mut writer, ContentType::Handshake, &Layout::default()).unwrap();
        assert!(keys("c hs traffic").open(&right).is_ok());
        let other = write(&mut writer, ContentType::Handshake, &under(Epoch::Application)).unwrap();
        assert!(keys("c ap traffic").open(&other).is_ok());
        let plain = write(&mut writer, ContentType::Handshake, &under(Epoch::Plaintext)).unwrap();
        assert_eq!(plain.payload, b"contents");
        let middlebox =
            write(&mut writer, ContentType::ChangeCipherSpec, &Layout::default()).unwrap();
        assert_eq!(middlebox.payload, b"contents");
    }

    #[test]
    fn keys_that_are_not_there_are_no_lie_that_was_told() {
        let why = write(&mut Writer::new(), ContentType::Handshake, &under(Epoch::Gate));
        assert!(matches!(why, Err(Failure::Unable(_))), "{why:?}");
    }

    #[test]
    fn a_renegotiation_begins_under_the_keys_of_the_last_handshake() {
        let mut writer = Writer::new();
        writer.set(Epoch::Application, keys("c ap traffic"));
        writer.epoch = Epoch::Application;
        let mut writer = writer.renegotiating();
        let hello = write(&mut writer, ContentType::Handshake, &Layout::default()).unwrap();
        assert!(keys("c ap traffic").open(&hello).is_ok());
    }
}
