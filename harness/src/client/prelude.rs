//! What is said in plaintext before TLS begins.

use mtls_reports::PeerText;
use mtls_reports::model::Phase;
use mtls_scenarios::Prelude;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

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
        Ok(Err(e)) => Err(Failure::from_io(&e)),
        Ok(Ok(_)) if answer == prelude.expect => Ok(()),
        Ok(Ok(_)) => {
            let said = String::from_utf8_lossy(&answer);
            let what = format!("it does not agree to begin TLS, and says `{said}`");
            Err(Failure::Misbehaved(PeerText::new(&what)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mtls_reports::model::TlsRefusal;
    use mtls_scenarios::{Postgresql, Protocol};

    use super::*;

    /// What comes of a server that answers so and then closes.
    async fn answered(answer: &'static [u8]) -> Result<(), Failure> {
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
        assert_eq!(answered(b"S").await, Ok(()));
        assert!(matches!(answered(b"N").await, Err(Failure::Misbehaved(_))));
        assert_eq!(answered(b"").await, Err(Failure::Refused(TlsRefusal::Close)));
    }

    #[tokio::test]
    async fn silence_ends() {
        let (mut near, _far) = tokio::io::duplex(64);
        let prelude = Prelude { send: b"?", expect: b"!" };
        let silence = say(&mut near, prelude, Instant::now()).await;
        assert_eq!(silence, Err(Failure::Timeout(Phase::Handshake)));
    }
}
