//! What is said in plaintext before TLS begins.

use mtls_reports::model::Phase;
use mtls_scenarios::Prelude;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::failure::{Failure, misbehaved};

/// Says it, and reads as many octets as the answer that agrees to TLS has.
pub(super) async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    prelude: Prelude,
    deadline: Instant,
) -> Result<(), Failure> {
    let mut answer = vec![0; prelude.expect.len()];
    let exchange = async {
        stream.write_all(prelude.send).await?;
        stream.read_exact(&mut answer).await
    };
    match timeout_at(deadline, exchange).await {
        Err(_) => Err(Failure::Timeout(Phase::Handshake)),
        Ok(Err(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => Err(Failure::Closed),
        Ok(Err(_)) => Err(Failure::Reset),
        Ok(Ok(_)) if answer == prelude.expect => Ok(()),
        Ok(Ok(_)) => Err(misbehaved("it does not agree to begin TLS")),
    }
}
