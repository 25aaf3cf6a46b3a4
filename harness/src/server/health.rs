//! Whether a listener still accepts connections: always, but for the faults of availability.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, InvalidMessage};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::Instant;

use super::Fault;
use super::verify::Burden;

/// Certificates in a list that a gate with [`Fault::DiesOnLongList`] survives.
const SURVIVABLE: usize = 50;
/// Certificates in a list that any honest client sends.
const SHORT: usize = 6;
/// Octets of a certificate that a gate with [`Fault::QuadraticOnLargeCertificates`] takes for one unit.
const PAGE: usize = 512;
/// Such units in a certificate that any honest client sends.
const LARGE: usize = 16;
/// Names in a list that any honest client sends.
const MANY: usize = 100;
/// What a gate with [`Fault::SlowOnManyNames`] takes for each name.
const PER_NAME: Duration = Duration::from_millis(10);
/// Steps that an RSA key of 4096 bits with the usual exponent takes, and some more.
const GIANT: usize = 200_000;
/// What a gate with [`Fault::SlowOnGiantKeys`] takes for each step.
const PER_STEP: Duration = Duration::from_micros(50);
/// Levels that a gate with [`Fault::SlowOnPolicyMappings`] follows.
const MAX_LEVELS: usize = 16;
/// What it takes for each policy on the last level.
const PER_POLICY: Duration = Duration::from_millis(200);
/// Most time that such a gate is busy.
const MOST_WORK: Duration = Duration::from_secs(600);
/// What a gate with quadratic work takes for each pair.
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

    /// A peer sent this `certificate_list`.
    pub(super) fn after_list(&self, first: &CertificateDer<'_>, others: &[CertificateDer<'_>]) {
        let Some(fault) = self.fault else { return };
        let count = others.len().saturating_add(1);
        let list = || std::iter::once(first).chain(others);
        match fault {
            Fault::QuadraticOnLongLists => self.labour(count.pow(2), SHORT.pow(2), PER_PAIR),
            Fault::QuadraticOnLargeCertificates => {
                let pages = list().map(|der| der.len() / PAGE).max().unwrap_or(0);
                self.labour(pages.pow(2), LARGE.pow(2), PER_PAIR);
            }
            Fault::SlowOnManyNames => self.labour(Burden::of(list()).names(), MANY, PER_NAME),
            Fault::SlowOnGiantKeys => self.labour(Burden::of(list()).rsa_steps(), GIANT, PER_STEP),
            Fault::SlowOnPolicyMappings => {
                let levels = Burden::of(list()).policy_mappings();
                self.labour(1 << levels.min(MAX_LEVELS), 1, PER_POLICY);
            }
            Fault::DiesOnLongList => self.die_if(count > SURVIVABLE),
            Fault::DiesOnUnknownKeys => self.die_if(Burden::of(list()).has_unknown_key()),
            Fault::DiesOnCycles => self.die_if(Burden::of(list()).has_cycle()),
            _ => {}
        }
    }

    /// Work that takes its time where it is more than usual.
    fn labour(&self, units: usize, usual: usize, per_unit: Duration) {
        if units > usual {
            let units = u32::try_from(units).unwrap_or(u32::MAX);
            let work = per_unit.saturating_mul(units).min(MOST_WORK);
            self.state.send_replace(State::Busy(Instant::now() + work));
        }
    }

    fn die_if(&self, fatal: bool) {
        if fatal {
            self.state.send_replace(State::Dead);
        }
    }

    /// A client's certificate, or what it signed, was refused.
    pub(super) fn after_refusal(&self, refusal: &rustls::Error) {
        let unreadable = rustls::Error::InvalidCertificate(CertificateError::BadEncoding);
        self.die_if(
            self.fault == Some(Fault::DiesOnUnreadableCertificate) && *refusal == unreadable,
        );
    }

    /// A client did what is too much for a gate with the fault at hand.
    pub(super) fn succumb(&self) {
        let fragile = [
            Fault::DiesOnHugeMessage,
            Fault::DiesOnFloods,
            Fault::DiesOnCompressionBomb,
            Fault::DiesOnCloseNotify,
        ];
        self.die_if(self.fault.is_some_and(|fault| fragile.contains(&fault)));
    }

    /// A handshake failed with this error.
    pub(super) fn after_error(&self, error: &io::Error) {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let too_large = rustls::Error::InvalidMessage(InvalidMessage::HandshakePayloadTooLarge);
        self.die_if(self.fault == Some(Fault::DiesOnLargeMessages) && tls == Some(&too_large));
    }

    /// A connection ended with its handshake.
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
        let certificate = CertificateDer::from(vec![0]);
        health.after_list(&certificate, &vec![certificate.clone(); list - 1]);
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
