//! What a lying client remembers from one connection to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mtls_scenarios::TlsVersion;
use rustls::CipherSuite;
use tokio::task::JoinSet;

/// Most connections that one client leaves open.
const MAX_LEFT: usize = 256;

/// What a lying client remembers. Clones share what is inside; dropping the last closes the connections that were left
/// open.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    session: Option<Session>,
    signature: Option<Vec<u8>>,
    left: JoinSet<()>,
}

/// A session that can be offered again.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) version: TlsVersion,
    pub(super) suite: CipherSuite,
    /// TLS 1.3: the PSK of the ticket; TLS 1.2: the master secret.
    pub(super) secret: Vec<u8>,
    /// The ticket; empty where there is only a session id.
    pub(super) ticket: Vec<u8>,
    /// TLS 1.2 session id; empty where there is only a ticket.
    pub(super) id: Vec<u8>,
    /// `ticket_age_add` (TLS 1.3).
    pub(super) age_add: u32,
    pub(super) received: Instant,
}

impl Memory {
    /// Whether an earlier connection left a session to resume.
    pub fn has_session(&self) -> bool {
        self.lock().session.is_some()
    }

    pub(super) fn session(&self) -> Option<Session> {
        self.lock().session.clone()
    }

    pub(super) fn keep_session(&self, session: Session) {
        self.lock().session = Some(session);
    }

    /// The signature of the last `CertificateVerify` that was sent.
    pub(super) fn signature(&self) -> Option<Vec<u8>> {
        self.lock().signature.clone()
    }

    pub(super) fn keep_signature(&self, signature: Vec<u8>) {
        self.lock().signature = Some(signature);
    }

    /// Keeps a connection open: this runs until the memory ends.
    pub(super) fn leave_open(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let mut remembered = self.lock();
        if remembered.left.len() < MAX_LEFT {
            remembered.left.spawn(connection);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
