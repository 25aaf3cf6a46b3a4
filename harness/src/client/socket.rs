//! A TCP stream that keeps reading after a failed write, within a byte budget.
//!
//! In TLS 1.3 a gate refuses after the client has finished: its alert and the reset that follows can both have arrived
//! by the time the client writes its request. The write then fails although the alert is still waiting to be read.
//!
//! It can also rewrite the `ClientHello` on its way out (see `hello`). What goes over the wire is put on a tape.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::failure::BudgetExhausted;
use super::hello::Outgoing;
use crate::tape::{End, Tape};

#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    limit: u64,
    received: u64,
    /// The peer takes no more; what is written from now on goes nowhere.
    deaf: bool,
    /// What still has to be looked at for a `ClientHello` to rewrite, or written after it.
    outgoing: Option<Outgoing>,
    tape: Tape,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, limit: u64, tape: Tape) -> Self {
        if let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) {
            tape.connected(local, peer);
        }
        Self { stream, limit, received: 0, deaf: false, outgoing: None, tape }
    }

    /// Rewrites the `ClientHello` on its way out.
    pub(super) fn editing(mut self) -> Self {
        self.outgoing = Some(Outgoing::default());
        self
    }

    /// Writes to the peer, or nowhere.
    fn poll_send(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.deaf {
            return Poll::Ready(Ok(buf.len()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf));
        if let Some(sent) = written.as_ref().ok().and_then(|count| buf.get(..*count)) {
            self.tape.sent(sent);
        }
        Poll::Ready(self.forgive(written, buf.len()))
    }

    /// Writes what has been accepted and not yet written.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(mut outgoing) = self.outgoing.take() else { return Poll::Ready(Ok(())) };
        let drained = loop {
            if outgoing.ready().is_empty() {
                break Poll::Ready(Ok(()));
            }
            match self.poll_send(cx, outgoing.ready()) {
                Poll::Ready(Ok(0)) => break Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => outgoing.wrote(count),
                Poll::Ready(Err(e)) => break Poll::Ready(Err(e)),
                Poll::Pending => break Poll::Pending,
            }
        };
        self.outgoing = Some(outgoing).filter(|outgoing| !outgoing.is_done());
        drained
    }

    /// Turns "the peer is gone" into a successful write, so that the caller goes on to read.
    fn forgive<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(e) if is_gone(&e) => {
                self.deaf = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
    )
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.received >= self.limit {
            return Poll::Ready(Err(io::Error::other(BudgetExhausted(self.limit))));
        }
        let before = buf.filled().len();
        let room = buf.remaining();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        let octets = buf.filled().get(before..).unwrap_or_default();
        match &read {
            Err(e) if is_gone(e) => self.tape.ended(End::Reset),
            Ok(()) if octets.is_empty() && room > 0 => self.tape.ended(End::Close),
            _ => self.tape.received(octets),
        }
        let count = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.received = self.received.saturating_add(count);
        Poll::Ready(read)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_drain(cx))?;
        let Some(outgoing) = &mut self.outgoing else { return self.poll_send(cx, buf) };
        outgoing.push(buf).map_err(io::Error::other)?;
        match self.poll_drain(cx) {
            Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
            // The flush, which follows every flight, writes the rest.
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(buf.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        if self.deaf {
            return Poll::Ready(Ok(()));
        }
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        Poll::Ready(self.forgive(flushed, ()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        let closed = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
        Poll::Ready(self.forgive(closed, ()))
    }
}
