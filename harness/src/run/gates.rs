//! Gates that cases have to themselves.
//!
//! Some cases change their gate; theirs goes with them. Others only strain it, and a gate that has stood that is as good as
//! new for the next: starting a server costs more than most cases do. Where such a case does not pass at a gate that others
//! strained before, it says nothing yet, and is played again at a fresh one.

use std::sync::{Mutex, PoisonError};

use mtls_scenarios::{Scenario, Start};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::target::{Blueprint, Running, StartError};

/// Most gates of their own that the cases of a run have at once.
const AT_ONCE: usize = 16;

/// Most gates that wait for a case: while there are cases to come, those that end and those that begin keep step.
const MOST_IDLE: usize = 4;

/// Servers that are launched for cases share the machine, whichever targets they are of.
static MACHINE: Semaphore = Semaphore::const_new(AT_ONCE);

/// Gates that cases have to themselves.
#[derive(Debug)]
pub(super) struct Gates {
    blueprint: Blueprint,
    places: Semaphore,
    idle: Mutex<Vec<Running>>,
}

/// A gate that a case has to itself.
pub(super) struct OwnGate<'a> {
    pub(super) target: Box<Running>,
    /// Whether other cases have strained it before.
    pub(super) is_used: bool,
    /// Holds a place among those that may run at once.
    _place: SemaphorePermit<'a>,
}

/// What a case does to its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wear {
    /// It leaves it as it was.
    None,
    /// It tries to bring it down.
    Strain,
    /// It changes its configuration, or its clock.
    Change,
}

impl Wear {
    /// What a scenario does to a gate, which may have a clock that can be moved.
    pub(super) fn of(scenario: &Scenario, has_clock: bool) -> Self {
        if scenario.operates() || (scenario.waits() && has_clock) {
            return Self::Change;
        }
        if scenario.strains_gate() { Self::Strain } else { Self::None }
    }
}

impl Gates {
    pub(super) const fn new(blueprint: Blueprint) -> Self {
        Self { blueprint, places: Semaphore::const_new(AT_ONCE), idle: Mutex::new(Vec::new()) }
    }

    /// Whether there can be any: a server that runs already is there once.
    pub(super) const fn can_start(&self) -> bool {
        self.blueprint.is_ours()
    }

    /// A gate nobody else is at. For a case that strains it, it may be one that has stood that before.
    pub(super) async fn take(&self, wear: Wear) -> Result<OwnGate<'_>, StartError> {
        let place = self.place().await;
        let idle = if wear == Wear::Strain { self.lock().pop() } else { None };
        let is_used = idle.is_some();
        let target = match idle {
            Some(target) => target,
            None => self.blueprint.clone().start().await?,
        };
        Ok(OwnGate { target: Box::new(target), is_used, _place: place })
    }

    /// A gate nobody has been at.
    pub(super) async fn fresh(&self) -> Result<OwnGate<'_>, StartError> {
        self.take(Wear::Change).await
    }

    /// Takes back a gate that is as good as new.
    pub(super) async fn give_back(&self, gate: OwnGate<'_>) {
        {
            let mut idle = self.lock();
            if idle.len() < MOST_IDLE {
                idle.push(*gate.target);
                return;
            }
        }
        gate.stop().await;
    }

    /// Stops those that nobody is at.
    pub(super) async fn stop(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for gate in idle {
            // What it leaves in the temporary directory is the system's to clear.
            let _ = gate.stop(false).await;
        }
    }

    async fn place(&self) -> SemaphorePermit<'_> {
        let places = match self.blueprint.target.start {
            Start::Launch(_) => &MACHINE,
            Start::Embedded | Start::Running => &self.places,
        };
        loop {
            // It is never closed.
            if let Ok(place) = places.acquire().await {
                return place;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Running>> {
        // The list is whole between its operations, whoever panicked holding the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OwnGate<'_> {
    /// Stops it.
    pub(super) async fn stop(self) {
        // What it leaves in the temporary directory is the system's to clear.
        let _ = self.target.stop(false).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mtls_scenarios::Library;
    use rustls::pki_types::UnixTime;

    use super::*;
    use crate::run::{Origin, Trust, World};
    use crate::target::Workshop;

    fn gates() -> Gates {
        let library = Library::embedded().unwrap();
        let epoch = UnixTime::now();
        let origin =
            Origin { seed: 1, epoch, library: &library, trust: Trust::Forged, openssl: None };
        let world = World::new(origin).unwrap();
        let target = library.targets["mock"].clone();
        Gates::new(Blueprint {
            material: world.material(&library, &target).unwrap(),
            target,
            templates: Arc::default(),
            workshop: Workshop::default(),
            fault: None,
            authorized: false,
        })
    }

    #[tokio::test]
    async fn only_what_strains_a_gate_gets_one_that_was_strained() {
        let gates = gates();
        let first = gates.take(Wear::Strain).await.unwrap();
        assert!(!first.is_used);
        gates.give_back(first).await;
        let changed = gates.take(Wear::Change).await.unwrap();
        assert!(!changed.is_used);
        let second = gates.take(Wear::Strain).await.unwrap();
        assert!(second.is_used);
        let third = gates.take(Wear::Strain).await.unwrap();
        assert!(!third.is_used);
        gates.give_back(second).await;
        gates.stop().await;
        let after = gates.take(Wear::Strain).await.unwrap();
        assert!(!after.is_used);
    }

    #[test]
    fn what_scenarios_do_to_a_gate() {
        let library = Library::embedded().unwrap();
        let wear = |id: &str, has_clock| Wear::of(&library.scenarios[id], has_clock);
        assert_eq!(wear("certificate/expired", true), Wear::None);
        assert_eq!(wear("availability/garbage", true), Wear::Strain);
        assert_eq!(wear("operations/ca-rotation", false), Wear::Change);
        assert_eq!(wear("resumption/session-after-expiry", false), Wear::None);
        assert_eq!(wear("resumption/session-after-expiry", true), Wear::Change);
    }
}
