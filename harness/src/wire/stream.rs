//! The application's end of a connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::failure::Failure;

/// How the gate ended the connection, once it has.
pub(super) type Ending = Arc<OnceLock<Failure>>;

/// Application data in both directions. A fatal alert shows as an error that holds [`rustls::Error::AlertReceived`].
#[derive(Debug)]
pub struct Stream {
    pub(super) data: DuplexStream,
    pub(super) ending: Ending,
}

/// How a failure looks to those who read application data.
fn error(failure: &Failure) -> Option<io::Error> {
    let error = |kind, failure: &Failure| Some(io::Error::new(kind, failure.to_string()));
    match failure {
        Failure::Closed => None,
        Failure::Alert(alert) => Some(io::Error::other(rustls::Error::AlertReceived(*alert))),
        Failure::Reset => Some(io::ErrorKind::ConnectionReset.into()),
        Failure::Timeout(_) => error(io::ErrorKind::TimedOut, failure),
        _ => error(io::ErrorKind::InvalidData, failure),
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.data).poll_read(cx, buf))?;
        let at_end = buf.filled().len() == before && buf.remaining() > 0;
        let failed = self.ending.get().filter(|_| at_end).and_then(error);
        Poll::Ready(failed.map_or(Ok(()), Err))
    }
}

/// After the end, what is written goes nowhere: why the gate ended the connection is read, not written.
fn forgive<T>(result: io::Result<T>, instead: T) -> io::Result<T> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(instead),
        other => other,
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.data).poll_write(cx, buf));
        Poll::Ready(forgive(written, buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.data).poll_flush(cx));
        Poll::Ready(forgive(flushed, ()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = ready!(Pin::new(&mut self.data).poll_shutdown(cx));
        Poll::Ready(forgive(closed, ()))
    }
}
