//! What a gate gives to resume sessions with, kept by name of nobody: it is the tester who says where it is spent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// Most tickets of a connection that are kept.
const MAX_TICKETS: usize = 16;

/// Tickets and session ids, to be spent at any endpoint. Clones share what is inside.
#[derive(Clone, Debug, Default)]
pub struct Tickets(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    tls13: VecDeque<Tls13ClientSessionValue>,
    tls12: Option<Tls12ClientSessionValue>,
}

impl Tickets {
    /// Whether there is nothing to resume with.
    pub fn is_empty(&self) -> bool {
        let kept = self.kept();
        kept.tls13.is_empty() && kept.tls12.is_none()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store of one connection: what it offers, and where it puts what it gets.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) offered: Tickets,
    pub(super) kept: Tickets,
}

impl ClientSessionStore for Store {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.kept.kept().tls12 = Some(value);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.offered.kept().tls12.clone()
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.offered.kept().tls12 = None;
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        let mut kept = self.kept.kept();
        if kept.tls13.len() < MAX_TICKETS {
            kept.tls13.push_back(value);
        }
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.offered.kept().tls13.pop_front()
    }
}
