//! Reading and writing within bounds.

use mtls_reports::PeerText;
use mtls_reports::model::{Phase, TlsRefusal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::Duplex;
use crate::client::failure::Failure;

/// Most octets that are read of one answer.
const MAX_ANSWER: u64 = 64 << 10;

/// One question and its answer, as octets.
pub(super) struct Talk<'a> {
    stream: &'a mut Box<dyn Duplex>,
    deadline: Instant,
    left: u64,
}

impl<'a> Talk<'a> {
    pub(super) const fn new(stream: &'a mut Box<dyn Duplex>, deadline: Instant) -> Self {
        Self { stream, deadline, left: MAX_ANSWER }
    }

    /// Says something. Whether it was heard shows in what is read: there a gate that is gone says why.
    pub(super) async fn say(&mut self, octets: &[u8]) -> Result<(), Failure> {
        let write = async {
            // See above.
            let _ = self.stream.write_all(octets).await;
            let _ = self.stream.flush().await;
        };
        timeout_at(self.deadline, write).await.map_err(|_| Failure::Timeout(Phase::Response))
    }

    /// The next octets, exactly so many.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<u8>, Failure> {
        let wanted = u64::try_from(count).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(wanted).ok_or(Failure::TooMuch { limit: MAX_ANSWER })?;
        let mut octets = vec![0; count];
        match timeout_at(self.deadline, self.stream.read_exact(&mut octets)).await {
            Ok(Ok(_)) => Ok(octets),
            Ok(Err(e)) => Err(Failure::from_io(&e)),
            Err(_) => Err(Failure::Timeout(Phase::Response)),
        }
    }

    /// The next octet.
    pub(super) async fn octet(&mut self) -> Result<u8, Failure> {
        Ok(self.take(1).await?.first().copied().unwrap_or_default())
    }

    /// Whatever comes next; nothing once the gate has closed.
    pub(super) async fn some(&mut self) -> Result<Vec<u8>, Failure> {
        let mut octets = Vec::new();
        if self.left == 0 {
            return Err(Failure::TooMuch { limit: MAX_ANSWER });
        }
        let mut limited = (&mut *self.stream).take(self.left);
        match timeout_at(self.deadline, limited.read_buf(&mut octets)).await {
            Ok(Ok(_)) => {}
            Ok(Err(e)) => return Err(Failure::from_io(&e)),
            Err(_) => return Err(Failure::Timeout(Phase::Response)),
        }
        let count = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(count);
        Ok(octets)
    }
}

/// The gate said something that the protocol has no place for.
pub(super) fn misbehaved(what: &str) -> Failure {
    Failure::Misbehaved(PeerText::new(what))
}

/// The gate says that it serves nobody now, whoever they are.
pub(super) fn unavailable(what: &str) -> Failure {
    Failure::Unreachable(PeerText::new(what).to_string())
}

/// The gate closed the connection.
pub(super) const CLOSED: Failure = Failure::Refused(TlsRefusal::Close);
