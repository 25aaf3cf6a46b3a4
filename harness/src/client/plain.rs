//! Bytes without an HTTP library: what it would not write, and answers to that.

use std::net::SocketAddr;

use http::HeaderMap;
use hyper::body::Bytes;
use mtls_reports::PeerText;
use mtls_reports::model::{Phase, TlsRefusal};
use mtls_scenarios::Alert;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;
use super::http::Response;
use super::socket::Socket;
use crate::tape::Tape;

/// Most bytes of an answer that are read.
const MAX_ANSWER: u64 = 64 << 10;
/// Content type of TLS alerts.
const ALERT: u8 = 21;

/// A socket without TLS. Dropping it closes it.
#[derive(Debug)]
pub struct PlainSocket(Socket);

impl PlainSocket {
    /// Connects and writes.
    pub async fn send(
        address: SocketAddr,
        octets: &[u8],
        deadline: Instant,
        tape: Tape,
    ) -> Result<Self, Failure> {
        let dialled = timeout_at(deadline, TcpStream::connect(address)).await;
        let stream = dialled
            .map_err(|_| Failure::Timeout(Phase::Connect))?
            .map_err(|e| Failure::Unreachable(e.to_string()))?;
        let mut socket = Socket::new(stream, MAX_ANSWER, tape);
        match timeout_at(deadline, socket.write_all(octets)).await {
            Ok(Ok(())) => Ok(Self(socket)),
            Ok(Err(e)) => Err(Failure::from_io(&e)),
            Err(_) => Err(Failure::Timeout(Phase::Response)),
        }
    }

    /// Reads what the peer answers until it closes: an HTTP response, a TLS alert or nothing.
    pub async fn answer(mut self, deadline: Instant) -> Result<Response, Failure> {
        read(&mut self.0, deadline).await
    }
}

/// Reads an HTTP/1.1 response that ends with the connection, or with what its head promises; the whole of it is
/// handed out as body.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    deadline: Instant,
) -> Result<Response, Failure> {
    let mut octets = Vec::new();
    let mut limited = stream.take(MAX_ANSWER);
    loop {
        if is_whole(&octets) {
            break;
        }
        match timeout_at(deadline, limited.read_buf(&mut octets)).await {
            Ok(Ok(0)) => break,
            Ok(Ok(_)) => {}
            Ok(Err(e)) if octets.is_empty() => return Err(Failure::from_io(&e)),
            Ok(Err(_)) => break,
            Err(_) => return Err(Failure::Timeout(Phase::Response)),
        }
    }
    understand(octets)
}

fn understand(octets: Vec<u8>) -> Result<Response, Failure> {
    if octets.is_empty() {
        return Err(Failure::Refused(TlsRefusal::Close));
    }
    if let [ALERT, _, _, _, _, _, code, ..] = *octets.as_slice() {
        let name = Alert::from_code(code);
        return Err(Failure::Refused(TlsRefusal::Alert { code, name }));
    }
    match status(&octets) {
        Some(status) => {
            Ok(Response { status, headers: HeaderMap::new(), body: Bytes::from(octets) })
        }
        None => Err(Failure::Misbehaved(PeerText::new("neither HTTP nor TLS came back"))),
    }
}

/// The status code of a status line (RFC 9112 4).
fn status(octets: &[u8]) -> Option<u16> {
    let rest = octets.strip_prefix(b"HTTP/1.1 ").or_else(|| octets.strip_prefix(b"HTTP/1.0 "))?;
    std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok().filter(|status| *status >= 100)
}

/// Whether these are a head and as much body as it promises.
fn is_whole(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let lengths = head.lines().filter_map(|line| line.split_once(':'));
    let length = lengths
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .find_map(|(_, value)| value.trim().parse::<usize>().ok());
    length.is_some_and(|length| body.len() >= length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(understand(b"HTTP/1.1 400 Bad\r\n\r\n".to_vec()).unwrap().status, 400);
        let alert = understand(vec![21, 3, 3, 0, 2, 2, 50]).unwrap_err();
        let name = Some(Alert::DecodeError);
        assert_eq!(alert, Failure::Refused(TlsRefusal::Alert { code: 50, name }));
        assert_eq!(understand(Vec::new()).unwrap_err(), Failure::Refused(TlsRefusal::Close));
        assert!(matches!(understand(b"SSH-2.0".to_vec()), Err(Failure::Misbehaved(_))));
    }

    #[test]
    fn a_response_is_whole_with_its_body() {
        assert!(is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\n\r\nab"));
    }

    proptest! {
        #[test]
        fn anything_is_understood(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (is_whole(&octets), understand(octets));
        }
    }
}
