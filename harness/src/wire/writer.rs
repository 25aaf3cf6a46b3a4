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
    use super::*;
    use crate::tls::{HashAlgorithm, KeySchedule, Suite};

    #[test]
    fn change_cipher_spec_of_tls13_is_plaintext_unless_it_is_said_otherwise() {
        let suite = Suite::find(rustls::CipherSuite::TLS13_AES_128_GCM_SHA256).unwrap();
        let keys = KeySchedule::early(HashAlgorithm::Sha256, None).derive("c hs traffic", &[]);
        let mut writer = Writer::new();
        writer.set(Epoch::Handshake, keys.protection(suite));
        writer.epoch = Epoch::Handshake;
        writer.speaks_tls13 = true;
        let mut sent = |layout: &Layout| {
            let kind = ContentType::ChangeCipherSpec;
            writer.records(kind, &[1], layout, ProtocolVersion::TLSv1_2).unwrap()
        };
        assert_eq!(sent(&Layout::default()), [20, 3, 3, 0, 1, 1]);
        let sealed = Layout { epoch: Some(Epoch::Handshake), ..Layout::default() };
        assert_eq!(sent(&sealed)[0], 23);
    }
}
