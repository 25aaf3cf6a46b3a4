//! Early data (RFC 8446 2.3): a request that goes out with the `ClientHello`, and the answer to it.

use std::io::Write as _;

use rustls::ClientConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use super::failure::Failure;
use super::http::Response;
use super::plain;

/// Writes the request as early data; whether the session allowed it.
pub(super) fn send(tls: &mut ClientConnection, request: Option<&[u8]>) -> bool {
    let (Some(request), Some(mut early)) = (request, tls.early_data()) else {
        return false;
    };
    early.write_all(request).is_ok()
}

/// Reads the answer to a request that was accepted as early data.
pub(super) async fn receive<S>(
    tls: &mut TlsStream<S>,
    deadline: Instant,
) -> Result<Response, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    plain::read(tls, deadline).await
}
