//! Rewrites the `ClientHello` in the records that rustls writes.

use super::codec::{self, HEADER, TooLong};
use super::registry::as_sent;

/// `ContentType` of a record.
const HANDSHAKE: u8 = 22;
/// Type, version and length of a record.
const RECORD_HEADER: usize = 5;
/// Most that a plaintext record carries (RFC 8446 5.1).
const MAX_FRAGMENT: usize = 1 << 14;

/// What is on its way to the peer.
///
/// It looks at one record after the other until the handshake goes on without a `ClientHello`: a second one, after a
/// `HelloRetryRequest`, can follow a `change_cipher_spec` or early data.
#[derive(Debug, Default)]
pub(in crate::client) struct Outgoing {
    /// Not yet a whole record, or not yet a whole `ClientHello`.
    held: Vec<u8>,
    ready: Vec<u8>,
    settled: bool,
}

impl Outgoing {
    /// Takes all of what rustls writes.
    pub(in crate::client) fn push(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.held.extend(bytes);
        while !self.settled {
            match Next::of(&self.held) {
                Next::Incomplete => return Ok(()),
                Next::Other(length) => self.ready.extend(self.held.drain(..length)),
                Next::Hello { length, message, version } => {
                    let edited = as_sent(&message)?;
                    for fragment in edited.chunks(MAX_FRAGMENT) {
                        self.ready.extend(record(version, fragment)?);
                    }
                    self.held.drain(..length);
                }
                Next::Settled => self.settled = true,
            }
        }
        self.ready.append(&mut self.held);
        Ok(())
    }

    /// What can be written.
    pub(in crate::client) fn ready(&self) -> &[u8] {
        &self.ready
    }

    /// Forgets what has been written.
    pub(in crate::client) fn wrote(&mut self, count: usize) {
        self.ready.drain(..count.min(self.ready.len()));
    }

    /// Whether nothing is left to write, now or later, but what rustls writes.
    pub(in crate::client) fn is_done(&self) -> bool {
        self.settled && self.ready.is_empty()
    }
}

/// What comes next in a stream of records.
enum Next {
    Incomplete,
    /// A record of this many octets that holds no `ClientHello`.
    Other(usize),
    /// A `ClientHello`, which takes this many octets in records of this version.
    Hello {
        length: usize,
        message: Vec<u8>,
        version: [u8; 2],
    },
    /// No `ClientHello` from here on.
    Settled,
}

impl Next {
    fn of(stream: &[u8]) -> Self {
        let Some(first) = Record::first(stream) else { return Self::Incomplete };
        if first.kind != HANDSHAKE {
            return Self::Other(RECORD_HEADER + first.fragment.len());
        }
        let Some((_, length)) =
            codec::header(first.fragment).filter(|_| codec::is_client_hello(first.fragment))
        else {
            return Self::Settled;
        };
        let mut message = Vec::new();
        let mut rest = stream;
        loop {
            let Some(record) = Record::first(rest) else { return Self::Incomplete };
            message.extend(record.fragment);
            rest = record.rest;
            if message.len() >= HEADER + length {
                let length = stream.len() - rest.len();
                return Self::Hello { length, message, version: first.version };
            }
            // rustls fills a record before it begins another; what does not go on is encrypted and begins so by chance.
            if record.kind != HANDSHAKE || record.fragment.len() != MAX_FRAGMENT {
                return Self::Settled;
            }
        }
    }
}

struct Record<'a> {
    kind: u8,
    version: [u8; 2],
    fragment: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    fn first(stream: &'a [u8]) -> Option<Self> {
        let (&[kind, major, minor, high, low], rest) = stream.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (fragment, rest) = rest.split_at_checked(length)?;
        Some(Self { kind, version: [major, minor], fragment, rest })
    }
}

fn record(version: [u8; 2], fragment: &[u8]) -> Result<Vec<u8>, TooLong> {
    let length = u16::try_from(fragment.len()).map_err(|_| TooLong)?;
    Ok([&[HANDSHAKE], version.as_slice(), &length.to_be_bytes(), fragment].concat())
}
