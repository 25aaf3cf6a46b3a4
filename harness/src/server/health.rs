//! Whether a listener still accepts connections: always, but for the faults of availability.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::CertificateError;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::Instant;

use super::Fault;

/// Certificates in a list that a gate with [`Fault::DiesOnLongList`] survives.
const SURVIVABLE: usize = 50;
/// Certificates in a list that any honest client sends.
const SHORT: usize = 6;
/// What a gate with [`Fault::QuadraticOnLongLists`] takes for each pair of certificates.
const PER_PAIR: Duration = Duration::from_millis(5);
/// Connections at a time at a gate with [`Fault::FewConnections`].
const FEW: usize = 6;
/// Connections that a gate with [`Fault::LeaksConnections`] has room for at first.
const ROOM: usize = 8;

/// The health of one listener.
#[derive(Debug)]
pub(super) struct Health {
    fault: Option<Fault>,
    state: watch::Sender<State>,
    turn: Mutex<()>,
    /// Handshakes that have failed.
    failed: AtomicUsize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Well,
    /// At work, and deaf until then.
    Busy(Instant),
    /// Alive, and deaf for good.
    Stuck,
    Dead,
}

impl Health {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        Self {
            fault,
            state: watch::Sender::new(State::Well),
            turn: Mutex::new(()),
            failed: AtomicUsize::new(0),
        }
    }

    /// A peer sent something that is not TLS.
    pub(super) fn after_garbage(&self) {
        if self.fault == Some(Fault::HangsOnGarbage) {
            self.state.send_replace(State::Stuck);
        }
    }

    /// A peer sent a `certificate_list` of that length.
    pub(super) fn after_list(&self, certificates: usize) {
        match self.fault {
            Some(Fault::DiesOnLongList) if certificates > SURVIVABLE => {
                self.state.send_replace(State::Dead);
            }
            Some(Fault::QuadraticOnLongLists) if certificates > SHORT => {
                let pairs = u32::try_from(certificates.saturating_mul(certificates));
                let work = PER_PAIR.saturating_mul(pairs.unwrap_or(u32::MAX));
                self.state.send_replace(State::Busy(Instant::now() + work));
            }
            _ => {}
        }
    }

    /// A client's certificate, or what it signed, was refused.
    pub(super) fn after_refusal(&self, refusal: &rustls::Error) {
        let unreadable = rustls::Error::InvalidCertificate(CertificateError::BadEncoding);
        if self.fault == Some(Fault::DiesOnUnreadableCertificate) && *refusal == unreadable {
            self.state.send_replace(State::Dead);
        }
    }

    /// A client did what is too much for a gate with the fault at hand.
    pub(super) fn succumb(&self) {
        let fragile = [
            Fault::DiesOnHugeMessage,
            Fault::DiesOnFloods,
            Fault::DiesOnCompressionBomb,
            Fault::DiesOnCloseNotify,
        ];
        if self.fault.is_some_and(|fault| fragile.contains(&fault)) {
            self.state.send_replace(State::Dead);
        }
    }

    /// A handshake failed.
    pub(super) fn after_failed_handshake(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// The turn to shake hands, where clients have to wait for theirs.
    pub(super) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Some(Fault::OneHandshakeAtATime) => Some(self.turn.lock().await),
            _ => None,
        }
    }

    /// Connections at a time, of those that the gate's limits allow.
    pub(super) fn connections(&self, allowed: usize) -> usize {
        match self.fault {
            Some(Fault::FewConnections) => allowed.min(FEW),
            Some(Fault::LeaksConnections) => {
                allowed.min(ROOM).saturating_sub(self.failed.load(Ordering::Relaxed))
            }
            _ => allowed,
        }
    }

    /// The next connection, once the listener accepts any. May be cancelled.
    pub(super) async fn accept(&self, socket: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
        let mut changes = self.state.subscribe();
        loop {
            let state = *changes.borrow_and_update();
            let accepts = async {
                match state {
                    State::Well => {}
                    State::Busy(until) => tokio::time::sleep_until(until).await,
                    State::Stuck | State::Dead => std::future::pending().await,
                }
                socket.accept().await
            };
            tokio::select! {
                biased;
                _ = changes.changed() => {}
                accepted = accepts => return accepted,
            }
        }
    }

    /// Comes back when the listener has died.
    pub(super) async fn death(&self) {
        let mut changes = self.state.subscribe();
        // The sender is `self`: it cannot be gone.
        let _ = changes.wait_for(|state| *state == State::Dead).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state_after(fault: Fault, list: usize) -> State {
        let health = Health::new(Some(fault));
        health.after_list(list);
        *health.state.borrow()
    }

    #[tokio::test]
    async fn long_lists() {
        assert_eq!(state_after(Fault::DiesOnLongList, 50), State::Well);
        assert_eq!(state_after(Fault::DiesOnLongList, 51), State::Dead);
        assert_eq!(state_after(Fault::QuadraticOnLongLists, 6), State::Well);
        let before = Instant::now();
        let State::Busy(until) = state_after(Fault::QuadraticOnLongLists, 64) else {
            panic!("not busy");
        };
        assert!(until >= before + Duration::from_secs(20));
        assert_eq!(state_after(Fault::HangsOnGarbage, 64), State::Well);
    }

    #[test]
    fn garbage() {
        for (fault, expected) in [
            (None, State::Well),
            (Some(Fault::DiesOnLongList), State::Well),
            (Some(Fault::HangsOnGarbage), State::Stuck),
        ] {
            let health = Health::new(fault);
            health.after_garbage();
            assert_eq!(*health.state.borrow(), expected);
        }
    }
}
