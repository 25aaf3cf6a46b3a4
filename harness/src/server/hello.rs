//! The server name as the client wrote it.
//!
//! rustls hands out the name in lower case and without a trailing dot, so a gate that must tell these apart (RFC
//! 6066 3: "without a trailing dot") has to look at the `ClientHello` itself. rustls has accepted it by then.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Content type of handshake records.
const HANDSHAKE: u8 = 22;
/// `msg_type`, `length`, `legacy_version` and `random` of a `ClientHello`.
const FIXED: usize = 4 + 2 + 32;

/// A stream that keeps what is read through it.
#[derive(Debug)]
pub(super) struct Recorder {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Recorder {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, seen: Vec::with_capacity(1024) }
    }

    /// The stream, and what has been read from it.
    pub(super) fn into_parts(self) -> (TcpStream, Vec<u8>) {
        (self.stream, self.seen)
    }
}

impl AsyncRead for Recorder {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.seen.extend_from_slice(buffer.filled().get(before..).unwrap_or_default());
        result
    }
}

impl AsyncWrite for Recorder {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Whether what a peer sent first could begin a TLS connection, as far as it goes.
pub(super) fn is_tls(opening: &[u8]) -> bool {
    [HANDSHAKE, 3].starts_with(opening.get(..2).unwrap_or(opening))
}

/// The server name in these records, a `ClientHello`.
pub(super) fn written_name(records: &[u8]) -> Option<Vec<u8>> {
    server_name(&messages(records))
}

/// Whether the `ClientHello` in these records is not whole in the first one.
pub(super) fn is_fragmented(records: &[u8]) -> bool {
    let content = records.split_at_checked(3).and_then(|(_, rest)| vector16(rest));
    let whole = content.and_then(|(content, _)| content.split_first_chunk::<4>());
    !whole.is_some_and(|(&[_, high, middle, low], body)| {
        usize::try_from(u32::from_be_bytes([0, high, middle, low]))
            .is_ok_and(|length| length <= body.len())
    })
}

/// The content of handshake records.
fn messages(mut records: &[u8]) -> Vec<u8> {
    let mut messages = Vec::with_capacity(records.len());
    while let Some((&[HANDSHAKE, _, _], rest)) = records.split_first_chunk::<3>() {
        let Some((content, rest)) = vector16(rest) else {
            break;
        };
        messages.extend_from_slice(content);
        records = rest;
    }
    messages
}

fn server_name(hello: &[u8]) -> Option<Vec<u8>> {
    let (_, rest) = hello.split_at_checked(FIXED)?;
    let (_session_id, rest) = vector8(rest)?;
    let (_cipher_suites, rest) = vector16(rest)?;
    let (_compression_methods, rest) = vector8(rest)?;
    let (mut extensions, _) = vector16(rest)?;
    loop {
        let (kind, rest) = extensions.split_first_chunk::<2>()?;
        let (data, rest) = vector16(rest)?;
        if *kind == [0, 0] {
            let (names, _) = vector16(data)?;
            let host_name = names.strip_prefix(&[0])?;
            return vector16(host_name).map(|(name, _)| name.to_vec());
        }
        extensions = rest;
    }
}

fn vector8(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(length))
}

fn vector16(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(length)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn with_length(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    /// A `ClientHello` for this name in records of at most `size` octets.
    pub(in super::super) fn hello(name: &str, size: usize) -> Vec<u8> {
        let names = with_length(&[&[0][..], &with_length(name.as_bytes())].concat());
        let algorithms = with_length(&with_length(&[4, 3]));
        let extensions = [
            &[0, 13][..],
            &algorithms,
            &[0, 0],
            &with_length(&names),
            &[0, 10],
            &with_length(&with_length(&[0, 23])),
        ]
        .concat();
        let body = [
            &[3, 3][..],
            &[7; 32],
            &[0],
            &with_length(&[0xc0, 0x2b]),
            &[1, 0],
            &with_length(&extensions),
        ]
        .concat();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[1][..], &length[1..], &body]
            .concat()
            .chunks(size)
            .flat_map(|chunk| [&[HANDSHAKE, 3, 1][..], &with_length(chunk)].concat())
            .collect()
    }

    #[test]
    fn names_in_one_record_and_in_many() {
        for size in [16_000, 7, 1] {
            for name in ["alpha.agents.test.", "Alpha.agents.TEST"] {
                let records = hello(name, size);
                assert_eq!(written_name(&records).as_deref(), Some(name.as_bytes()));
                assert_eq!(is_fragmented(&records), size < 16_000);
            }
        }
        let whole = hello("alpha.agents.test.", 16_000);
        for end in 0..whole.len() {
            written_name(&whole[..end]);
            assert!(is_fragmented(&whole[..end]));
        }
    }
}
