//! Controls: before a refusal counts, a valid client is let in on the same path.
//!
//! The same control serves a number of cases, so that a run does not double. A refusal by a bare close
//! proves less than an alert or a status: after one, the control is run again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mtls_reports::model::{Observation, Outcome, TlsRefusal};
use mtls_scenarios::{Alpn, KeyAlgorithm, Resumption, Role, TlsVersion};
use tokio::sync::Mutex as AsyncMutex;

use super::wording::Words;

/// How many cases one run of a control serves.
const SERVES: u32 = 16;

/// A path through a gate, and the client that must pass along it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) role: Role,
    pub(super) tls: TlsVersion,
    pub(super) key: KeyAlgorithm,
    pub(super) alpn: Alpn,
    pub(super) account: String,
    pub(super) credential: String,
    /// Whether the client that can lie makes the connection, by the honest script.
    pub(super) scripted: bool,
    /// Whether it offers to authenticate after the handshake.
    pub(super) authenticates_later: bool,
    /// Where the question is whether sessions are resumed: how, and what the client says meanwhile.
    pub(super) resumption: Option<(Resumption, Words)>,
}

/// What the controls saw, by path.
#[derive(Debug, Default)]
pub(super) struct Controls {
    slots: Mutex<BTreeMap<Path, Arc<AsyncMutex<Slot>>>>,
}

#[derive(Debug, Default)]
struct Slot {
    seen: Option<Observation>,
    uses: u32,
}

impl Controls {
    /// What the client saw on this path; `observe` is called where that is not known or used up.
    pub(super) async fn before(
        &self,
        path: &Path,
        observe: impl AsyncFnOnce() -> Observation,
    ) -> Observation {
        let slot = self.slot(path);
        let mut slot = slot.lock().await;
        let Slot { seen, uses } = &mut *slot;
        match seen {
            Some(seen) if *uses < SERVES => {
                *uses += 1;
                seen.clone()
            }
            _ => {
                let fresh = observe().await;
                *seen = Some(fresh.clone());
                *uses = 1;
                fresh
            }
        }
    }

    /// What a valid client sees now, after a refusal that may only mean that the gate is gone.
    pub(super) async fn after(
        &self,
        path: &Path,
        observe: impl AsyncFnOnce() -> Observation,
    ) -> Observation {
        let slot = self.slot(path);
        let mut slot = slot.lock().await;
        let fresh = observe().await;
        *slot = Slot { seen: Some(fresh.clone()), uses: 1 };
        fresh
    }

    fn slot(&self, path: &Path) -> Arc<AsyncMutex<Slot>> {
        // The map is whole between its operations, whoever panicked holding the lock.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(path.clone()).or_default())
    }
}

/// Whether this refusal may only mean that nobody is there.
pub(super) const fn is_weak(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::RejectedTls(TlsRefusal::Close | TlsRefusal::Reset) | Outcome::Timeout { .. }
    )
}
