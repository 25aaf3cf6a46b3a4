//! What either client says in plaintext before TLS begins.

use std::io;

use mtls_reports::PeerText;
use mtls_scenarios::Prelude;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

/// TLS cannot begin.
#[derive(Debug)]
pub enum Unsaid {
    /// No answer in time.
    Silence,
    /// The connection ended.
    Io(io::Error),
    /// The peer answered something else than that it agrees.
    Declined(PeerText),
}

/// Says it, and reads as many octets as the answer that agrees to TLS has.
///
/// # Errors
/// Why there was no such answer by the deadline.
pub async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    prelude: Prelude,
    deadline: Instant,
) -> Result<(), Unsaid> {
    let mut answer = vec![0; prelude.expect.len()];
    let exchange = async {
        stream.write_all(prelude.send).await?;
        stream.read_exact(&mut answer).await
    };
    match timeout_at(deadline, exchange).await {
        Err(_) => Err(Unsaid::Silence),
        Ok(Err(error)) => Err(Unsaid::Io(error)),
        Ok(Ok(_)) if answer == prelude.expect => Ok(()),
        Ok(Ok(_)) => Err(Unsaid::Declined(PeerText::new(&String::from_utf8_lossy(&answer)))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mtls_scenarios::{Postgresql, Protocol};

    use super::*;

    /// What comes of a server that answers so and then closes.
    async fn answered(answer: &'static [u8]) -> Result<(), Unsaid> {
        let (mut near, mut far) = tokio::io::duplex(64);
        let who = Postgresql { user: String::new(), database: String::new() };
        let prelude = Protocol::Postgresql(who).prelude().unwrap();
        let server = async move {
            let mut asked = [0; 8];
            far.read_exact(&mut asked).await.unwrap();
            assert_eq!(asked, [0, 0, 0, 8, 4, 210, 22, 47]);
            far.write_all(answer).await.unwrap();
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        tokio::join!(say(&mut near, prelude, deadline), server).0
    }

    #[tokio::test]
    async fn only_the_answer_that_agrees_will_do() {
        assert!(answered(b"S").await.is_ok());
        assert!(
            matches!(answered(b"N").await, Err(Unsaid::Declined(said)) if said.as_str() == "N")
        );
        let closed = answered(b"").await;
        assert!(matches!(closed, Err(Unsaid::Io(e)) if e.kind() == io::ErrorKind::UnexpectedEof));
    }

    #[tokio::test]
    async fn silence_ends() {
        let (mut near, _far) = tokio::io::duplex(64);
        let prelude = Prelude { send: b"?", expect: b"!" };
        let silence = say(&mut near, prelude, Instant::now()).await;
        assert!(matches!(silence, Err(Unsaid::Silence)));
    }
}
