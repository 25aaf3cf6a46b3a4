//! One direction of a connection: octets in, the contents of its records out.

use rustls::ContentType;

use super::application::Application;
use super::keyring::{Keyring, Keys};
use crate::tape;
use crate::tls::{HandshakeReader, Malformed, Received, Record, RecordReader, Side};

/// Longest handshake message that is joined; no tape holds a longer one.
const MAX_MESSAGE: usize = 8 << 20;

/// One direction of a connection.
#[derive(Debug)]
pub(super) struct Flow {
    records: RecordReader,
    /// What came was no record: where the next one begins is not known.
    is_lost: bool,
    pub(super) keyring: Keyring,
    /// A `ChangeCipherSpec` went by.
    has_changed: bool,
    handshake: HandshakeReader,
    /// Records that the message at hand has been spread over so far.
    parts: usize,
    pub(super) application: Application,
}

/// What a record held.
#[derive(Debug)]
pub(super) enum Content {
    /// Messages that are complete with this record, each with the number of records that it took; and what is wrong with the next.
    Handshake(Vec<(Received, usize)>, Option<Malformed>),
    /// The payload of an alert.
    Alert(Vec<u8>),
    /// The payload of a `ChangeCipherSpec`.
    ChangeCipherSpec(Vec<u8>),
    /// Application data.
    Application(Vec<u8>),
    /// What else a record can hold: type and payload.
    Other(ContentType, Vec<u8>),
    /// It is protected, and no secret on the tape opens it: its length.
    Sealed(ContentType, usize),
}

impl Flow {
    pub(super) fn new(side: Side, secrets: &[tape::Secret]) -> Self {
        Self {
            records: RecordReader::new(),
            is_lost: false,
            keyring: Keyring::new(side, secrets),
            has_changed: false,
            handshake: HandshakeReader::new(MAX_MESSAGE),
            parts: 0,
            application: Application::default(),
        }
    }

    /// Takes octets as they came; whether they are still read as records.
    pub(super) fn push(&mut self, octets: &[u8]) -> bool {
        if !self.is_lost {
            self.records.push(octets);
        }
        !self.is_lost
    }

    /// The content of the next record; an error where there is none to be found any more.
    pub(super) fn next(&mut self, is_tls13: bool) -> Result<Option<(Keys, Content)>, Malformed> {
        match self.records.next() {
            Ok(Some(record)) => Ok(Some(self.content(&record, is_tls13))),
            Ok(None) => Ok(None),
            Err(malformed) => {
                self.is_lost = true;
                Err(malformed)
            }
        }
    }

    /// What was begun and never ended.
    pub(super) fn unfinished(&self) -> Option<&'static str> {
        if !self.is_lost && !self.records.is_empty() {
            return Some("a record that is not complete");
        }
        (!self.handshake.is_empty()).then_some("a handshake message that is not complete")
    }

    fn content(&mut self, record: &Record, is_tls13: bool) -> (Keys, Content) {
        let Some((keys, kind, payload)) = self.open(record, is_tls13) else {
            return (Keys::Clear, Content::Sealed(record.kind, record.payload.len()));
        };
        let content = match kind {
            ContentType::Handshake => self.messages(&payload),
            ContentType::Alert => Content::Alert(payload),
            ContentType::ChangeCipherSpec => {
                self.has_changed = true;
                Content::ChangeCipherSpec(payload)
            }
            ContentType::ApplicationData => Content::Application(payload),
            other => Content::Other(other, payload),
        };
        (keys, content)
    }

    /// Opens a record, or takes it for one in the clear; `None` where it is neither.
    fn open(&mut self, record: &Record, is_tls13: bool) -> Option<(Keys, ContentType, Vec<u8>)> {
        if record.kind != ContentType::ChangeCipherSpec
            && let Some(opened) = self.keyring.open(record)
        {
            return Some(opened);
        }
        let is_clear = match record.kind {
            ContentType::ApplicationData => Application::is_http(&record.payload),
            _ if is_tls13 || !self.has_changed => true,
            ContentType::Handshake => is_whole(&record.payload),
            ContentType::Alert => record.payload.len() == 2,
            _ => true,
        };
        is_clear.then(|| (Keys::Clear, record.kind, record.payload.clone()))
    }

    fn messages(&mut self, fragment: &[u8]) -> Content {
        self.handshake.push(fragment);
        self.parts += 1;
        let mut messages = Vec::new();
        loop {
            match self.handshake.next() {
                Ok(Some(message)) => {
                    messages.push((message, self.parts));
                    self.parts = 1;
                }
                Ok(None) => {
                    if self.handshake.is_empty() {
                        self.parts = 0;
                    }
                    return Content::Handshake(messages, None);
                }
                Err(malformed) => {
                    self.handshake = HandshakeReader::new(MAX_MESSAGE);
                    self.parts = 0;
                    return Content::Handshake(messages, Some(malformed));
                }
            }
        }
    }
}

/// Whether these are whole handshake messages of known types: what is protected looks like that by no chance.
fn is_whole(payload: &[u8]) -> bool {
    let mut reader = HandshakeReader::new(payload.len());
    reader.push(payload);
    loop {
        match reader.next() {
            Ok(Some(message)) if message.kind.as_str().is_some() => {}
            Ok(None) => return reader.is_empty(),
            _ => return false,
        }
    }
}
