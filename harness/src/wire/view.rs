//! What a client knows of its handshake so far.

use mtls_scenarios::TlsVersion;
use rustls::{NamedGroup, SignatureScheme};

use super::session::Session;
use crate::tls::{
    HashAlgorithm, KeyExchange, KeySchedule, Message, Protection, Secret, Suite, Transcript,
};

/// What a client knows of its handshake so far.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct View {
    /// The version that is offered, and then the one that is spoken.
    pub(super) version: TlsVersion,
    /// What the last `ClientHello` offers: versions and groups.
    pub(super) versions: Vec<TlsVersion>,
    pub(super) groups: Vec<NamedGroup>,
    pub(super) client_random: [u8; 32],
    pub(super) server_random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    /// Key shares that were offered (TLS 1.3).
    pub(super) shares: Vec<KeyExchange>,
    /// The session that was offered, with the secret to use.
    pub(super) offered: Option<Session>,
    pub(super) suite: Option<&'static Suite>,
    pub(super) transcript: Transcript,
    /// Whether the gate is to speak: what is sent meanwhile it reads after its own flight.
    pub(super) gates_turn: bool,
    /// What was sent meanwhile.
    meanwhile: Vec<Vec<u8>>,
    pub(super) request: Option<Request>,
    pub(super) resumed: bool,
    /// The gate's group and public key (TLS 1.2).
    pub(super) gate_share: Option<(NamedGroup, Vec<u8>)>,
    /// Our half of the exchange in TLS 1.2.
    pub(super) own_share: Option<KeyExchange>,
    pub(super) extended_master_secret: bool,
    /// Whether a `ClientKeyExchange` is part of the flow.
    pub(super) exchanges_keys: bool,
    /// Whether `change_cipher_spec` was sent before there were keys.
    pub(super) changed_early: bool,
    /// Whether the gate's `Finished` of TLS 1.2 has come.
    pub(super) gate_is_finished: bool,
    /// What will protect the gate's records in TLS 1.2.
    pub(super) gate_keys: Option<Protection>,
    /// TLS 1.2.
    pub(super) master: Option<Vec<u8>>,
    /// `verify_data` of our last `Finished` in TLS 1.2, for `renegotiation_info` (RFC 5746).
    pub(super) verify_data: Vec<u8>,
    /// TLS 1.3.
    pub(super) secrets: Option<Secrets>,
}

/// A `CertificateRequest` to answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) context: Vec<u8>,
    pub(super) schemes: Vec<SignatureScheme>,
}

/// The secrets of a TLS 1.3 connection.
pub(super) struct Secrets {
    pub(super) client_handshake: Secret,
    pub(super) server_handshake: Secret,
    /// From here on: known once the gate's `Finished` has been read.
    pub(super) application: Option<ApplicationSecrets>,
}

pub(super) struct ApplicationSecrets {
    pub(super) client: Secret,
    pub(super) server: Secret,
    pub(super) master: KeySchedule,
    pub(super) resumption: Option<Secret>,
}

impl View {
    /// The beginning of a handshake that offers this version.
    pub(super) const fn new(version: TlsVersion) -> Self {
        Self {
            version,
            versions: Vec::new(),
            groups: Vec::new(),
            client_random: [0; 32],
            server_random: [0; 32],
            session_id: Vec::new(),
            shares: Vec::new(),
            offered: None,
            suite: None,
            transcript: Transcript::new(),
            gates_turn: false,
            meanwhile: Vec::new(),
            request: None,
            resumed: false,
            gate_share: None,
            own_share: None,
            extended_master_secret: false,
            exchanges_keys: false,
            changed_early: false,
            gate_is_finished: false,
            gate_keys: None,
            master: None,
            verify_data: Vec::new(),
            secrets: None,
        }
    }

    /// Notes a message of ours, where the gate has it in the order of the handshake.
    pub(super) fn say(&mut self, encoded: &[u8]) {
        if self.gates_turn {
            self.meanwhile.push(encoded.to_vec());
        } else {
            self.transcript.push(encoded);
        }
    }

    /// Notes a message after which it is the gate's turn. Whatever is behind its end, as its length has it, is one of those
    /// that the gate reads later.
    pub(super) fn say_last(&mut self, encoded: &[u8]) {
        let length = encoded
            .first_chunk::<4>()
            .map_or(0, |[_, high, middle, low]| u32::from_be_bytes([0, *high, *middle, *low]));
        let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(Message::HEADER);
        let (message, behind) = encoded.split_at_checked(end).unwrap_or((encoded, &[]));
        self.say(message);
        self.gates_turn = true;
        if !behind.is_empty() {
            self.say(behind);
        }
    }

    /// The gate's flight is over: now it reads what was sent meanwhile.
    pub(super) fn take_turn(&mut self) {
        self.gates_turn = false;
        for encoded in std::mem::take(&mut self.meanwhile) {
            self.transcript.push(&encoded);
        }
    }

    pub(super) fn hash(&self) -> HashAlgorithm {
        self.suite.map_or(HashAlgorithm::Sha256, |suite| suite.hash)
    }

    pub(super) fn transcript_hash(&self) -> Vec<u8> {
        self.transcript.hash(self.hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &[u8] = &[1, 0, 0, 2, 3, 3];
    const FLIGHT: &[u8] = &[2, 0, 0, 0];
    const LATER: &[u8] = &[11, 0, 0, 0];

    #[test]
    fn what_is_sent_in_the_gates_turn_comes_after_its_flight() {
        let mut view = View::new(TlsVersion::Tls13);
        view.say_last(HELLO);
        view.say(LATER);
        view.transcript.push(FLIGHT);
        assert_eq!(view.transcript.octets(), [HELLO, FLIGHT].concat());
        view.take_turn();
        view.say(LATER);
        assert_eq!(view.transcript.octets(), [HELLO, FLIGHT, LATER, LATER].concat());
    }

    #[test]
    fn what_stands_behind_the_last_message_counts_as_sent_later() {
        let mut view = View::new(TlsVersion::Tls12);
        view.say_last(&[HELLO, LATER].concat());
        assert_eq!(view.transcript.octets(), HELLO);
        view.take_turn();
        assert_eq!(view.transcript.octets(), [HELLO, LATER].concat());
    }

    #[test]
    fn a_message_that_lies_about_its_length_is_taken_as_it_is() {
        let mut view = View::new(TlsVersion::Tls12);
        view.say_last(&[1, 0xff, 0xff, 0xff, 3]);
        assert_eq!(view.transcript.octets(), [1, 0xff, 0xff, 0xff, 3]);
    }
}
