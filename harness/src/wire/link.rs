//! The socket of a lying client: records out as it is told, records in strictly and within bounds.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mtls_reports::model::Phase;
use mtls_scenarios::Prelude;
use rustls::{AlertDescription, ContentType};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use super::failure::{Failure, misbehaved};
use crate::tape::{End, Tape, say};
use crate::tls::{HandshakeReader, Protection, Received, Record, RecordReader};

/// Most octets that one connection reads.
const MAX_RECEIVED: u64 = 4 << 20;
/// Longest handshake message of a gate that is read.
const MAX_MESSAGE: usize = 256 << 10;

/// Least time between two segments that are to reach the gate apart.
const APART: Duration = Duration::from_millis(1);
/// Segments that are kept apart although no pause is asked for.
const KEPT_APART: usize = 16;

/// Something that came from the gate.
#[derive(Debug)]
pub(super) enum Incoming {
    Handshake(Received),
    ChangeCipherSpec,
    Application(Vec<u8>),
    /// A record under keys that we cannot know, where that is to be expected.
    Unreadable,
}

/// What a lying client is connected by.
pub trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// A connection to a gate.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Link {
    stream: Box<dyn Socket>,
    pub(super) tape: Tape,
    records: RecordReader,
    /// Protects what the gate sends.
    keys: Option<Protection>,
    messages: HandshakeReader,
    received: u64,
    /// How the gate's direction ended.
    ended: Option<Failure>,
    /// The gate takes no more; what is written from now on goes nowhere.
    deaf: bool,
    out: Vec<u8>,
    /// When to give up, and what is waited for until then.
    pub(super) deadline: Instant,
    pub(super) phase: Phase,
    /// Whether `no_renegotiation` is an answer.
    pub(super) renegotiating: bool,
    /// Whether the gate may have other keys than ours, because the script resumes with a false secret.
    pub(super) bluffs: bool,
    /// Whether `change_cipher_spec` is plaintext whatever the keys.
    pub(super) speaks_tls13: bool,
}

impl Link {
    pub(super) async fn connect(
        address: SocketAddr,
        prelude: Option<Prelude>,
        deadline: Instant,
        tape: Tape,
    ) -> Result<Self, Failure> {
        let dialled = timeout_at(deadline, TcpStream::connect(address)).await;
        let unreachable = |e: io::Error| Failure::Unreachable(e.to_string());
        let mut stream =
            dialled.map_err(|_| Failure::Timeout(Phase::Connect))?.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        if let Ok(local) = stream.local_addr() {
            tape.connected(local, address);
        }
        if let Some(prelude) = prelude {
            say(&mut stream, prelude, deadline).await?;
            tape.prelude(prelude);
        }
        Ok(Self::over(Box::new(stream), deadline, tape))
    }

    /// A connection that there is already.
    pub(super) fn over(stream: Box<dyn Socket>, deadline: Instant, tape: Tape) -> Self {
        Self {
            stream,
            tape,
            records: RecordReader::new(),
            keys: None,
            messages: HandshakeReader::new(MAX_MESSAGE),
            received: 0,
            ended: None,
            deaf: false,
            out: Vec::new(),
            deadline,
            phase: Phase::Handshake,
            renegotiating: false,
            bluffs: false,
            speaks_tls13: false,
        }
    }

    /// Has these octets written with the next flush.
    pub(super) fn queue(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    /// Writes what is queued. It reads meanwhile: a gate that refuses early says so while we still write.
    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        let out = std::mem::take(&mut self.out);
        if self.deaf || out.is_empty() {
            return Ok(());
        }
        let mut rest = out.as_slice();
        while !rest.is_empty() && !self.deaf {
            let mut buffer = [0; 4096];
            let (mut read, mut write) = tokio::io::split(&mut self.stream);
            let listening = self.ended.is_none();
            let step = async {
                tokio::select! {
                    biased;
                    written = write.write(rest) => Step::Wrote(written),
                    got = read.read(&mut buffer), if listening => Step::Got(got),
                }
            };
            match timeout_at(self.deadline, step).await {
                Err(_) => return Err(Failure::Timeout(self.phase)),
                Ok(Step::Wrote(Ok(count))) => {
                    let (written, left) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                    self.tape.sent(written);
                    rest = left;
                }
                Ok(Step::Wrote(Err(_))) => self.deaf = true,
                Ok(Step::Got(got)) => self.take(&got, &buffer),
            }
        }
        Ok(())
    }

    /// Writes what is queued in segments of their own, with a pause after each. Without a pause the first of them are kept
    /// apart all the same, so that the gate reads them one by one.
    pub(super) async fn flush_in_segments(
        &mut self,
        every: usize,
        pause: Duration,
    ) -> Result<(), Failure> {
        let out = std::mem::take(&mut self.out);
        for (number, segment) in out.chunks(every.max(1)).enumerate() {
            self.queue(segment);
            self.flush().await?;
            if !pause.is_zero() || number < KEPT_APART {
                self.pause(pause.max(APART)).await?;
            }
            if self.deaf || self.ended.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Lets time pass.
    pub(super) async fn pause(&mut self, pause: Duration) -> Result<(), Failure> {
        timeout_at(self.deadline, sleep(pause)).await.map_err(|_| Failure::Timeout(self.phase))
    }

    /// Closes the sending half.
    pub(super) async fn half_close(&mut self) {
        // It fails only where the gate is gone already.
        let _ = self.stream.shutdown().await;
        self.deaf = true;
    }

    /// What protects the gate's records from now on.
    pub(super) fn read_with(&mut self, keys: Option<Protection>) -> Result<(), Failure> {
        // RFC 8446 5.1: handshake messages do not span key changes.
        if !self.messages.is_empty() {
            return Err(misbehaved("a handshake message spans a change of keys"));
        }
        self.keys = keys;
        Ok(())
    }

    /// The next thing that comes. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Result<Incoming, Failure> {
        loop {
            if let Some(message) = self.messages.next()? {
                return Ok(Incoming::Handshake(message));
            }
            if let Some(record) = self.records.next()? {
                if let Some(incoming) = self.open(&record)? {
                    return Ok(incoming);
                }
                continue;
            }
            if let Some(ended) = &self.ended {
                return Err(ended.clone());
            }
            let mut buffer = [0; 4 << 10];
            let got = timeout_at(self.deadline, self.stream.read(&mut buffer)).await;
            self.take(&got.map_err(|_| Failure::Timeout(self.phase))?, &buffer);
        }
    }

    /// Whether the gate has ended its direction.
    pub(super) async fn ended(&mut self) -> Failure {
        loop {
            if let Err(failure) = self.next().await {
                return failure;
            }
        }
    }

    fn take(&mut self, got: &io::Result<usize>, buffer: &[u8]) {
        match *got {
            Ok(0) => {
                self.tape.ended(End::Close);
                self.ended = Some(Failure::Closed);
            }
            Ok(count) => {
                let octets = buffer.get(..count).unwrap_or_default();
                self.tape.received(octets);
                // Who takes the first record for no TLS at all may refuse it in plaintext.
                if self.received == 0 && octets.starts_with(b"HTTP/") {
                    self.ended = Some(Failure::Closed);
                    return;
                }
                self.received =
                    self.received.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                self.records.push(octets);
                if self.received > MAX_RECEIVED {
                    self.ended = Some(Failure::TooMuch { limit: MAX_RECEIVED });
                }
            }
            Err(_) => {
                self.tape.ended(End::Reset);
                self.ended = Some(Failure::Reset);
            }
        }
    }

    /// Opens a record; `None` where it is of no consequence.
    fn open(&mut self, record: &Record) -> Result<Option<Incoming>, Failure> {
        let (kind, payload) = match &mut self.keys {
            None => (record.kind, record.payload.clone()),
            Some(keys) => match opened(keys, record, self.speaks_tls13) {
                Ok(opened) => opened,
                // An alert is all that is told apart; what it says does not matter.
                Err(_) if self.bluffs && record.kind == ContentType::Alert => {
                    return Err(Failure::Closed);
                }
                Err(_) if self.bluffs => return Ok(Some(Incoming::Unreadable)),
                Err(failure) => return Err(failure),
            },
        };
        match kind {
            ContentType::ChangeCipherSpec => Ok(Some(Incoming::ChangeCipherSpec)),
            ContentType::ApplicationData => Ok(Some(Incoming::Application(payload))),
            ContentType::Alert => self.alert(&payload).map(|()| None),
            ContentType::Handshake => {
                self.messages.push(&payload);
                Ok(None)
            }
            _ => Err(misbehaved("a record of an unknown type")),
        }
    }

    fn alert(&self, payload: &[u8]) -> Result<(), Failure> {
        let [level, description] = *payload else {
            return Err(misbehaved("an alert of odd length"));
        };
        match AlertDescription::from(description) {
            AlertDescription::CloseNotify => Err(Failure::Closed),
            AlertDescription::UserCanceled => Ok(()),
            refusal @ AlertDescription::NoRenegotiation if self.renegotiating => {
                Err(Failure::Alert(refusal))
            }
            // RFC 5246 7.2: a warning ends nothing. RFC 8446 6: whatever its level, any other alert does.
            _ if level == WARNING && !self.speaks_tls13 => Ok(()),
            refusal => Err(Failure::Alert(refusal)),
        }
    }
}

/// `AlertLevel` of a warning.
const WARNING: u8 = 1;

enum Step {
    Wrote(io::Result<usize>),
    Got(io::Result<usize>),
}

/// Opens a protected record. A gate that cannot read what we sent may have no keys either: its alert is plaintext.
fn opened(
    keys: &mut Protection,
    record: &Record,
    speaks_tls13: bool,
) -> Result<(ContentType, Vec<u8>), Failure> {
    let in_plaintext = match record.kind {
        ContentType::ChangeCipherSpec => speaks_tls13,
        ContentType::Alert => record.payload.len() == 2,
        _ => false,
    };
    if in_plaintext {
        return Ok((record.kind, record.payload.clone()));
    }
    Ok(keys.open(record)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of the handshake without contents.
    const EMPTY: [u8; 5] = [22, 3, 3, 0, 0];

    fn link(buffer: usize) -> (Link, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(buffer);
        let deadline = Instant::now() + Duration::from_secs(60);
        (Link::over(Box::new(near), deadline, Tape::default()), far)
    }

    #[tokio::test]
    async fn a_gate_may_talk_without_end_while_we_write() {
        let (mut link, mut far) = link(1 << 12);
        let words = 1 << 20;
        link.queue(&vec![0; words]);
        let gate = async {
            far.write_all(&EMPTY.repeat(800_000)).await.unwrap();
            let mut heard = vec![0; words];
            far.read_exact(&mut heard).await.unwrap();
            drop(far);
        };
        let (written, ()) = tokio::join!(link.flush(), gate);
        assert_eq!(written, Ok(()));
        assert_eq!(link.next().await.unwrap_err(), Failure::Closed);
    }

    #[tokio::test]
    async fn a_gate_may_talk_without_end_while_we_listen() {
        let (mut link, mut far) = link(1 << 12);
        let gate = async { far.write_all(&EMPTY.repeat(900_000)).await.unwrap() };
        let limit = MAX_RECEIVED;
        tokio::select! {
            next = link.next() => assert_eq!(next.unwrap_err(), Failure::TooMuch { limit }),
            () = gate => panic!("it was read to the end"),
        }
    }

    #[tokio::test]
    async fn a_gate_may_be_deaf() {
        let (mut link, far) = link(1 << 12);
        link.deadline = Instant::now();
        link.queue(&vec![0; 1 << 16]);
        assert_eq!(link.flush().await, Err(Failure::Timeout(Phase::Handshake)));
        drop(far);
        link.queue(&vec![0; 1 << 16]);
        assert_eq!(link.flush().await, Ok(()), "it goes nowhere");
        assert_eq!(link.next().await.unwrap_err(), Failure::Closed);
    }

    #[tokio::test]
    async fn warnings_end_tls13_and_nothing_before_it() {
        let (mut link, _far) = link(1);
        let warning = [WARNING, 116];
        assert_eq!(link.alert(&warning), Ok(()));
        link.speaks_tls13 = true;
        let ended = Err(Failure::Alert(AlertDescription::CertificateRequired));
        assert_eq!(link.alert(&warning), ended);
        assert_eq!(link.alert(&[WARNING, 90]), Ok(()), "user_canceled");
        assert_eq!(link.alert(&[WARNING, 0]), Err(Failure::Closed));
    }
}
