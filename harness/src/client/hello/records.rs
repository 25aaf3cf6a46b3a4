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

#[cfg(test)]
mod tests {
    use rustls::pki_types::ServerName;

    use super::*;
    use crate::client::hello::{HelloEdit, Registration, ServerNameEdit};

    const CHANGE_CIPHER_SPEC: [u8; 6] = [20, 3, 3, 0, 1, 1];

    fn registration(name: Vec<u8>) -> Registration {
        let server_name = Some(ServerNameEdit::HostNames(vec![name]));
        let edit = HelloEdit { server_name, ticket: None };
        Registration::new(&edit, &ServerName::try_from("a.test").unwrap()).unwrap()
    }

    /// A `ClientHello` with this name and an extension of this many octets.
    fn hello(name: &[u8], padding: usize) -> Vec<u8> {
        let mut extensions = vec![0, 0];
        extensions.extend(vector(&codec::server_name_list(&[name.to_vec()]).unwrap()));
        extensions.extend([0, 21]);
        extensions.extend(vector(&vec![0; padding]));
        let front = [&[3, 3], [7; 32].as_slice(), &[0, 0, 2, 0x13, 1, 1, 0]].concat();
        let body = [front, vector(&extensions)].concat();
        let mut message = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        message[0] = 1;
        message.extend(body);
        message
    }

    fn vector(data: &[u8]) -> Vec<u8> {
        [&u16::try_from(data.len()).unwrap().to_be_bytes(), data].concat()
    }

    fn records(message: &[u8]) -> Vec<u8> {
        message.chunks(MAX_FRAGMENT).flat_map(|part| record([3, 1], part).unwrap()).collect()
    }

    /// All that goes out when the stream comes in pieces of this size.
    fn sent(stream: &[u8], piece: usize) -> Vec<u8> {
        let mut outgoing = Outgoing::default();
        let mut sent = Vec::new();
        for piece in stream.chunks(piece) {
            outgoing.push(piece).unwrap();
            // A peer that takes a little less than there is.
            let taken = outgoing.ready().len().saturating_sub(1);
            sent.extend(&outgoing.ready()[..taken]);
            outgoing.wrote(taken);
        }
        sent.extend(outgoing.ready());
        sent
    }

    #[test]
    fn both_hellos_are_rewritten_however_they_arrive() {
        let registration = registration(b"ALPHA".to_vec());
        let marker = registration.marker().to_str().into_owned();
        let stream = |name: &[u8]| {
            let hello = records(&hello(name, 0));
            let rest = [22, 3, 3, 0, 1, 11, 23, 3, 3, 0, 2, 1, 1, 22, 3];
            [hello.as_slice(), &CHANGE_CIPHER_SPEC, &hello, &rest].concat()
        };
        for piece in [1, 2, 7, 100, 10_000] {
            assert_eq!(sent(&stream(marker.as_bytes()), piece), stream(b"ALPHA"));
        }
        // Once the edit is gone.
        drop(registration);
        assert_eq!(sent(&stream(marker.as_bytes()), 100), stream(marker.as_bytes()));
    }

    #[test]
    fn long_hellos_take_several_records() {
        let name = vec![b'x'; 20_000];
        let registration = registration(name.clone());
        let marker = registration.marker().to_str().into_owned();
        for padding in [0, 20_000] {
            let stream = records(&hello(marker.as_bytes(), padding));
            assert_eq!(sent(&stream, 1000), records(&hello(&name, padding)));
        }
    }

    #[test]
    fn encrypted_records_are_not_waited_for() {
        // The Finished of TLS 1.2, which begins like a ClientHello by chance.
        for encrypted in [[1, 0, 0, 9, 1, 2], [1, 0, 0, 2, 1, 2]] {
            let finished = record([3, 3], &encrypted).unwrap();
            let stream = [records(&hello(b"a", 0)), CHANGE_CIPHER_SPEC.to_vec(), finished].concat();
            assert_eq!(sent(&stream, 1), stream);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let registration = registration(vec![0; 65_000]);
        let marker = registration.marker().to_str().into_owned();
        let stream = records(&hello(marker.as_bytes(), 1000));
        assert_eq!(Outgoing::default().push(&stream), Err(TooLong));
    }
}
