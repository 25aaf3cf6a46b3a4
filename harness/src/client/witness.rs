//! A stream that remembers why reading it ended.
//!
//! HTTP libraries reword transport errors (h2 drops the TLS alert); the witness sits below them and keeps the original.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::failure::Failure;

/// Why the stream ended, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Testimony(Arc<OnceLock<Failure>>);

impl Testimony {
    pub(super) fn failure(&self) -> Option<Failure> {
        self.0.get().cloned()
    }
}

pub(super) struct Witness<S> {
    stream: S,
    testimony: Testimony,
}

impl<S> Witness<S> {
    pub(super) fn new(stream: S) -> (Self, Testimony) {
        let testimony = Testimony::default();
        (Self { stream, testimony: testimony.clone() }, testimony)
    }

    fn note(&self, error: &io::Error) {
        // The first error is the cause; later ones are its consequences.
        let _ = self.testimony.0.set(Failure::from_io(error));
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Witness<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        if let Err(error) = &result {
            self.note(error);
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Witness<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
