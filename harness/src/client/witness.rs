//! A stream that remembers why reading it ended.
//!
//! HTTP libraries reword transport errors (h2 drops the TLS alert); the witness sits below them and keeps the original.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use mtls_reports::PeerText;
use mtls_reports::model::TlsRefusal;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::failure::Failure;

/// Why the stream ended, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Testimony(Arc<OnceLock<Ending>>);

#[derive(Debug)]
enum Ending {
    /// The peer closed it.
    Closed,
    Failed(Failure),
}

impl Testimony {
    /// What lies behind a failure of HTTP: what the TLS layer saw is the cause, whatever HTTP made of it.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        match (self.0.get(), failure) {
            (Some(Ending::Failed(cause)), _) => cause.clone(),
            // The peer did not hang up: our side did, because of what it had been sent.
            (None, Failure::Refused(TlsRefusal::Close)) => {
                Failure::Misbehaved(PeerText::new("not HTTP: it made us hang up"))
            }
            (_, failure) => failure,
        }
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

    fn note(&self, ending: Ending) {
        // The first is the cause; later ones are its consequences.
        let _ = self.testimony.0.set(ending);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Witness<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = buf.remaining();
        let result = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        match &result {
            Ok(()) if left > 0 && buf.remaining() == left => self.note(Ending::Closed),
            Ok(()) => {}
            Err(error) => self.note(Ending::Failed(Failure::from_io(error))),
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
