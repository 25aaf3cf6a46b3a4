//! Whether a listener still accepts connections: always, but for the faults of availability.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::CertificateError;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use super::Fault;

/// Certificates in a list that a gate with [`Fault::DiesOnLongList`] survives.
const SURVIVABLE: usize = 50;
/// Certificates in a list that any honest client sends.
const SHORT: usize = 6;
/// What a gate with [`Fault::QuadraticOnLongLists`] takes for each pair of certificates.
const PER_PAIR: Duration = Duration::from_millis(5);
/// Connections that a gate with [`Fault::FewConnections`] or [`Fault::LeaksPlaces`] has at a time.
const FEW: usize = 8;

/// The health of one listener.
#[derive(Debug)]
pub(super) struct Health {
    fault: Option<Fault>,
    state: watch::Sender<State>,
    /// How many clients are dealt with at a time, where that is few.
    places: Option<Arc<Semaphore>>,
}

/// The place that a client takes; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
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
        let places = match fault {
            Some(Fault::HandshakesOneAtATime) => Some(1),
            Some(Fault::FewConnections | Fault::LeaksPlaces) => Some(FEW),
            _ => None,
        };
        Self {
            fault,
            state: watch::Sender::new(State::Well),
            places: places.map(|places| Arc::new(Semaphore::new(places))),
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

    /// A client's certificate was refused.
    pub(super) fn after_refusal(&self, refusal: &rustls::Error) {
        let unreadable =
            matches!(refusal, rustls::Error::InvalidCertificate(CertificateError::BadEncoding));
        if self.fault == Some(Fault::DiesOnUnreadableCertificate) && unreadable {
            self.state.send_replace(State::Dead);
        }
    }

    /// The place of a client that has shaken hands, as far as it still needs one.
    pub(super) fn after_handshake(&self, place: Place) -> Option<Place> {
        (self.fault != Some(Fault::HandshakesOneAtATime)).then_some(place)
    }

    /// A handshake failed.
    pub(super) fn after_failed_handshake(&self, place: Place) {
        if self.fault == Some(Fault::LeaksPlaces)
            && let Some(permit) = place.permit
        {
            permit.forget();
        }
    }

    async fn place(&self) -> Place {
        let permit = match &self.places {
            // A semaphore that is never closed.
            Some(places) => Arc::clone(places).acquire_owned().await.ok(),
            None => None,
        };
        Place { permit }
    }

    /// The next connection, once the listener accepts any. May be cancelled.
    pub(super) async fn accept(&self, socket: &TcpListener) -> io::Result<(TcpStream, Place)> {
        let mut changes = self.state.subscribe();
        loop {
            let state = *changes.borrow_and_update();
            let accepts = async {
                match state {
                    State::Well => {}
                    State::Busy(until) => tokio::time::sleep_until(until).await,
                    State::Stuck | State::Dead => std::future::pending().await,
                }
                let place = self.place().await;
                socket.accept().await.map(|(stream, _)| (stream, place))
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
