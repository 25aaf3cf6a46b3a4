//! The record layer of one connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::{AlertDescription, ContentType, ProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::event::{Epoch, Event, Heard};
use super::failure::Failure;
use super::leniency::{Forgiven, Leniency};
use crate::server::health::Health;
use crate::tls::{HandshakeReader, Protection, Received, Record, RecordReader};

/// Largest content of a record (RFC 8446 5.1).
const MAX_FRAGMENT: usize = 1 << 14;
/// Octets of a handshake message that are read: as many as rustls reads.
const MAX_MESSAGE: usize = 0xffff;
/// Octets of a handshake message that can be written.
const MAX_LENGTH: usize = 0x00ff_ffff;
/// Octets of handshake messages that one connection may send.
const MAX_SAID: usize = 2 * MAX_LENGTH;
/// Octets of a handshake message that a gate survives which reads them all.
const SURVIVABLE_MESSAGE: usize = 512 << 10;
/// Records in a row that may bring nothing forward.
const MAX_IDLE: usize = 32;
/// Records in a row that bring nothing forward, and that a gate survives which does not count them.
const SURVIVABLE_IDLE: usize = 100;
/// `AlertLevel` of a fatal alert.
const FATAL: u8 = 2;

/// Records in and out.
pub(super) struct Channel {
    stream: TcpStream,
    records: RecordReader,
    messages: HandshakeReader,
    /// Octets of the longest message that is read.
    limit: usize,
    /// Records that the messages in `messages` are from, and whether one of their messages was taken already.
    sources: (usize, bool),
    pub(super) forgiven: Forgiven,
    health: Arc<Health>,
    keys: BTreeMap<Epoch, Protection>,
    pub(super) epoch: Epoch,
    pub(super) outgoing: Option<Protection>,
    pub(super) is_tls13: bool,
    /// Records in a row that brought nothing forward.
    idle: usize,
    /// Octets of all handshake messages.
    said: usize,
}

impl Channel {
    pub(super) fn new(stream: TcpStream, forgiven: Forgiven, health: Arc<Health>) -> Self {
        let limit = if forgiven.has(Leniency::HugeMessages) { MAX_LENGTH } else { MAX_MESSAGE };
        let records = if forgiven.has(Leniency::Unknown) {
            RecordReader::of_any_type()
        } else {
            RecordReader::new()
        };
        Self {
            stream,
            records,
            messages: HandshakeReader::new(limit),
            limit,
            sources: (0, false),
            forgiven,
            health,
            keys: BTreeMap::new(),
            epoch: Epoch::Plaintext,
            outgoing: None,
            is_tls13: false,
            idle: 0,
            said: 0,
        }
    }

    /// Ends it.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Makes keys of the client's direction known.
    pub(super) fn know(&mut self, epoch: Epoch, keys: Protection) {
        self.keys.insert(epoch, keys);
    }

    pub(super) fn knows(&self, epoch: Epoch) -> bool {
        self.keys.contains_key(&epoch)
    }

    /// From now on the client must use these keys.
    pub(super) fn enter(&mut self, epoch: Epoch) -> Result<(), Failure> {
        // RFC 8446 5.1: handshake messages do not span key changes.
        if !self.messages.is_empty() {
            if !self.forgiven.has(Leniency::AcrossKeyChanges) {
                return Err(Failure::unexpected("a message across a change of keys"));
            }
            self.messages = HandshakeReader::new(self.limit);
            self.sources = (0, false);
        }
        self.epoch = epoch;
        Ok(())
    }

    /// The next thing that comes. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Result<Event, Failure> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(event) = self.waiting()? {
                return Ok(event);
            }
            match self.stream.read(&mut buffer).await {
                Ok(0) => return Ok(Event::End),
                Ok(count) => self.records.push(buffer.get(..count).unwrap_or_default()),
                Err(_) => return Err(Failure::left()),
            }
        }
    }

    /// What has come and has not been taken.
    pub(super) fn waiting(&mut self) -> Result<Option<Event>, Failure> {
        loop {
            if let Some(received) = self.messages.next()? {
                return self.heard(received).map(Event::Handshake).map(Some);
            }
            let Some(record) = self.records.next()? else {
                return Ok(None);
            };
            if let Some(event) = self.open(&record)? {
                return Ok(Some(event));
            }
        }
    }

    fn heard(&mut self, received: Received) -> Result<Heard, Failure> {
        if received.encoded.len() > SURVIVABLE_MESSAGE {
            self.health.succumb();
        }
        self.said = self.said.saturating_add(received.encoded.len());
        if self.said > MAX_SAID {
            return Err(Failure::unexpected("so much of a handshake"));
        }
        let (records, shared) = self.sources;
        let is_last = self.messages.is_empty();
        self.sources = if is_last { (0, false) } else { (1, true) };
        Ok(Heard { received, alone: records == 1 && !shared && is_last })
    }

    /// What a record says; `None` where that is not all of it, or nothing.
    fn open(&mut self, record: &Record) -> Result<Option<Event>, Failure> {
        let (kind, contents) = self.decipher(record)?;
        if contents.is_empty() && kind != ContentType::ChangeCipherSpec {
            self.brings_nothing()?;
            return Ok(None);
        }
        if kind != ContentType::Handshake && !self.messages.is_empty() {
            self.interrupted()?;
        }
        Ok(Some(match (kind, contents.as_slice()) {
            (ContentType::Handshake, _) => {
                self.sources.0 = self.sources.0.saturating_add(1);
                self.messages.push(&contents);
                return Ok(None);
            }
            (ContentType::ApplicationData, _) => Event::ApplicationData(contents),
            (ContentType::ChangeCipherSpec, octets) => {
                self.brings_nothing()?;
                Event::ChangeCipherSpec { well_formed: octets == [1] }
            }
            (ContentType::Alert, &[level, description]) => {
                self.brings_nothing()?;
                let is_warning = level != FATAL;
                Event::Alert { is_warning, description: description.into() }
            }
            _ => {
                self.brings_nothing()?;
                Event::Unknown
            }
        }))
    }

    /// RFC 8446 5.1: other records do not come between those of one message.
    fn interrupted(&self) -> Result<(), Failure> {
        if self.forgiven.has(Leniency::AcrossKeyChanges) {
            return Ok(());
        }
        Err(Failure::unexpected("a record within a handshake message"))
    }

    fn decipher(&mut self, record: &Record) -> Result<(ContentType, Vec<u8>), Failure> {
        let plain = || (record.kind, record.payload.clone());
        let any_change = self.forgiven.has(Leniency::AnyChangeCipherSpec);
        let unprotected = match record.kind {
            ContentType::ChangeCipherSpec => {
                self.is_tls13 || (any_change && record.payload.len() == 1)
            }
            // Whoever cannot read what we sent may have no keys to say so.
            ContentType::Alert => record.payload.len() == 2,
            _ => false,
        };
        if unprotected {
            return Ok(plain());
        }
        for epoch in self.candidates() {
            let opened = match self.keys.get_mut(&epoch) {
                Some(keys) => keys.open(record).ok(),
                None if epoch == Epoch::Plaintext => Some(plain()),
                None => None,
            };
            if let Some((kind, contents)) = opened {
                self.check(epoch, kind)?;
                return Ok((kind, contents));
            }
        }
        let from_before = self.is_tls13 && record.kind == ContentType::Handshake;
        if from_before && self.forgiven.has(Leniency::AcrossKeyChanges) {
            return Ok((record.kind, Vec::new()));
        }
        Err(if from_before {
            Failure::unexpected("a handshake message in plaintext")
        } else {
            Failure::unreadable_record()
        })
    }

    /// Keys that a record may be protected by, likeliest first.
    fn candidates(&self) -> Vec<Epoch> {
        let mut candidates = vec![self.epoch];
        if self.forgiven.has(Leniency::AnyKeys) || self.forgiven.has(Leniency::EarlyData) {
            candidates.extend(self.keys.keys().rev().filter(|epoch| **epoch != self.epoch));
            // What no key opens may be plaintext.
            candidates.retain(|epoch| *epoch != Epoch::Plaintext);
            candidates.push(Epoch::Plaintext);
        }
        candidates
    }

    fn check(&self, epoch: Epoch, kind: ContentType) -> Result<(), Failure> {
        let early = self.forgiven.has(Leniency::EarlyData) && kind == ContentType::ApplicationData;
        if epoch == self.epoch || self.forgiven.has(Leniency::AnyKeys) || early {
            Ok(())
        } else {
            Err(Failure::unreadable_record())
        }
    }

    /// Counts records that bring nothing forward, up to as many as an honest client may send.
    pub(super) fn brings_nothing(&mut self) -> Result<(), Failure> {
        self.idle = self.idle.saturating_add(1);
        if self.forgiven.has(Leniency::Floods) {
            if self.idle > SURVIVABLE_IDLE {
                self.health.succumb();
            }
            return Ok(());
        }
        if self.idle > MAX_IDLE {
            return Err(Failure::unexpected("a flood of records that say nothing"));
        }
        Ok(())
    }

    /// Something has come that does.
    pub(super) const fn goes_forward(&mut self) {
        self.idle = 0;
    }

    /// Sends contents of a type.
    pub(super) async fn send(&mut self, kind: ContentType, contents: &[u8]) -> Result<(), Failure> {
        let mut octets = Vec::with_capacity(contents.len() + 64);
        for piece in contents.chunks(MAX_FRAGMENT) {
            let version = ProtocolVersion::TLSv1_2;
            octets.extend(match &mut self.outgoing {
                Some(keys) => keys.seal(kind, piece, 0),
                None => Record { kind, version, payload: piece.to_vec() }.encode(),
            });
        }
        self.send_raw(&octets).await
    }

    /// Sends a `change_cipher_spec` of TLS 1.3, which is never protected.
    pub(super) async fn send_middlebox_change(&mut self) -> Result<(), Failure> {
        let (kind, version) = (ContentType::ChangeCipherSpec, ProtocolVersion::TLSv1_2);
        self.send_raw(&Record { kind, version, payload: vec![1] }.encode()).await
    }

    /// Sends an alert.
    pub(super) async fn alert(
        &mut self,
        is_warning: bool,
        description: AlertDescription,
    ) -> Result<(), Failure> {
        let level = if is_warning { 1 } else { FATAL };
        self.send(ContentType::Alert, &[level, description.into()]).await
    }

    async fn send_raw(&mut self, octets: &[u8]) -> Result<(), Failure> {
        self.stream.write_all(octets).await.map_err(|_| Failure::left())
    }
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
