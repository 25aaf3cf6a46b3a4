//! An endpoint and its generations: one mode, one set of CAs and revocation lists, one set of sessions.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use mtls_scenarios::Mode;
use rustls::DistinguishedName;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::resumption::Sessions;
use super::verify::{GateVerifier, Refusal};
use super::{Fault, GateEndpoint};

/// A host name on a listener, under its present policy.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) listener: String,
    pub(super) host: String,
    /// Body of its protected resource.
    pub(super) marker: String,
    pub(super) account: Option<String>,
    pub(super) check_crls: bool,
    /// The names that lead here, in lower case.
    names: RwLock<BTreeSet<String>>,
    current: RwLock<Arc<Generation>>,
}

impl Endpoint {
    /// The endpoint of that configuration, whose host is in lower case.
    pub(super) fn new(listener: &str, config: GateEndpoint, first: Arc<Generation>) -> Self {
        let GateEndpoint { host, marker, mode: _, account, check_crls } = config;
        let names = RwLock::new(BTreeSet::from([host.clone()]));
        let current = RwLock::new(first);
        Self { listener: listener.to_owned(), host, marker, account, check_crls, names, current }
    }

    /// Whether a server name leads here.
    pub(super) fn answers_for(&self, name: &str) -> bool {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.contains(&name.to_ascii_lowercase())
    }

    /// Answers for a name, in lower case, from now on.
    pub(super) fn claim(&self, name: String) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    /// Answers for a name no longer.
    pub(super) fn yield_name(&self, name: &str) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// The policy for new connections.
    pub(super) fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether another one is this one, as far as can be seen here: all but whom its account trusts.
    pub(super) fn has_policy_of(&self, other: &Self) -> bool {
        let names =
            |endpoint: &Self| endpoint.names.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.host == other.host
            && self.marker == other.marker
            && self.account == other.account
            && self.check_crls == other.check_crls
            && names(self) == names(other)
            && self.current().has_policy_of(&other.current())
    }

    /// Starts a generation; connections of the one before are served no longer.
    pub(super) fn replace(&self, next: Arc<Generation>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.retire();
        *current = next;
    }
}

/// A policy of an endpoint, and the sessions that began under it.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) mode: Mode,
    /// Who verifies clients, unless it is public.
    pub(super) verifier: Option<Arc<GateVerifier>>,
    pub(super) sessions: Arc<Sessions>,
    /// The `certificate_authorities` of its `CertificateRequest`.
    pub(super) authorities: Vec<DistinguishedName>,
    /// Whether a faulty gate has given up on verifying clients here.
    pub(super) open: bool,
    pub(super) fault: Option<Fault>,
    pub(super) retired: AtomicBool,
}

impl Generation {
    /// Whether another generation has followed.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Its connections are served no longer.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    fn has_policy_of(&self, other: &Self) -> bool {
        (self.mode, self.open) == (other.mode, other.open)
    }

    /// The verdict on a client's certificates, at the handshake and again at resumption.
    pub(super) fn verdict(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        match self.verifier.as_deref().filter(|_| !self.open) {
            Some(verifier) => verifier.verdict(end_entity, others, now),
            None => Ok(()),
        }
    }
}
