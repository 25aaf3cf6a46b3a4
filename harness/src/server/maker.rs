//! Makes generations of endpoints, and the TLS configuration of each connection.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use mtls_scenarios::{Alpn, Mode};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier as _;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;

use super::client_auth::ClientAuth;
use super::clock::Clock;
use super::endpoint::{Endpoint, Generation};
use super::health::Health;
use super::policy::{Change, Policy};
use super::resumption::{Resumption, Sessions};
use super::trust::Trust;
use super::verify::GateVerifier;
use super::{ConfigError, Fault, GateEndpoint};

/// Octets of early data that a gate with [`Fault::AcceptsEarlyData`] takes.
const EARLY_DATA: u32 = 16 * 1024;

/// What one run of a gate leaves to the next: nothing but a number, unless it is faulty.
#[derive(Clone, Debug, Default)]
pub struct Remains {
    start: u32,
    sessions: Vec<Arc<Sessions>>,
}

/// What all endpoints of a gate have in common.
#[derive(Debug)]
pub(super) struct Maker {
    provider: Arc<CryptoProvider>,
    certificate: RwLock<Arc<CertifiedKey>>,
    pub(super) clock: Arc<Clock>,
    pub(super) fault: Option<Fault>,
    /// How often the gate was started before.
    start: u32,
    endpoints: AtomicU64,
    /// The sessions of all generations, for faults that mix them up; none in a correct gate.
    all_sessions: Mutex<Vec<Arc<Sessions>>>,
}

impl Maker {
    pub(super) fn new(
        certificates: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        fault: Option<Fault>,
        remains: Remains,
    ) -> Result<Self, ConfigError> {
        let Remains { start, sessions } = remains;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let certificate = usable(certificates, key, &provider)?;
        Ok(Self {
            provider,
            certificate: RwLock::new(certificate),
            clock: Arc::default(),
            fault,
            start,
            endpoints: AtomicU64::new(0),
            all_sessions: Mutex::new(sessions),
        })
    }

    /// A server certificate for [`Maker::show`], if it can be used.
    pub(super) fn certified(
        &self,
        certificates: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Arc<CertifiedKey>, ConfigError> {
        usable(certificates, key, &self.provider)
    }

    /// Shows another server certificate from now on. Sessions and open connections go on.
    pub(super) fn show(&self, certificate: Arc<CertifiedKey>) {
        *self.certificate.write().unwrap_or_else(PoisonError::into_inner) = certificate;
    }

    /// The server certificate that is shown at present, with its key.
    pub(super) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certificate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is left of the gate when it is stopped.
    pub(super) fn remains(&self) -> Remains {
        let keeps = self.fault == Some(Fault::TicketsSurviveRestart);
        let all = self.all_sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = all.iter().filter(|_| keeps).cloned().collect();
        Remains { start: self.start.wrapping_add(1), sessions }
    }

    /// The first generation of a new endpoint.
    pub(super) fn first(
        &self,
        config: &GateEndpoint,
        accounts: &BTreeMap<String, Trust>,
    ) -> Result<Arc<Generation>, ConfigError> {
        let policy = Policy::first(self.next_number(), config.account.clone(), config.mode);
        let policy = policy.of_start(self.start);
        self.generation(policy, (&config.host, config.check_crls), accounts, false)
    }

    /// A policy that belongs to no endpoint and asks nobody for a certificate.
    pub(super) fn unasking(&self) -> Result<Arc<Generation>, ConfigError> {
        let policy = Policy::first(self.next_number(), None, Mode::Public);
        self.generation(policy, ("", false), &BTreeMap::new(), false)
    }

    /// The generation of an endpoint that follows its present one.
    pub(super) fn next(
        &self,
        endpoint: &Endpoint,
        change: Change,
        accounts: &BTreeMap<String, Trust>,
    ) -> Result<Arc<Generation>, ConfigError> {
        let current = endpoint.current();
        let open = match change {
            Change::FailOpen => true,
            Change::Anchors => false,
            Change::Mode(_) | Change::Crls => current.open,
        };
        let policy = current.sessions.policy.after(change);
        self.generation(policy, (&endpoint.host, endpoint.check_crls), accounts, open)
    }

    fn generation(
        &self,
        policy: Policy,
        (host, check_crls): (&str, bool),
        accounts: &BTreeMap<String, Trust>,
        open: bool,
    ) -> Result<Arc<Generation>, ConfigError> {
        let (mode, fault) = (policy.mode, self.fault);
        let (mut verifier, mut authorities) = (None, Vec::new());
        if mode != Mode::Public {
            let name = policy
                .account
                .as_deref()
                .ok_or_else(|| ConfigError::NoAccount { host: host.to_owned(), mode })?;
            let trust = Trust::of(accounts, name, fault)
                .ok_or_else(|| ConfigError::NoSuchAccount(name.to_owned()))?;
            let validator = trust.validator(name, check_crls, fault)?;
            let made = GateVerifier::new(validator, mode, fault);
            authorities = Trust::misleading_list(accounts, name, fault)?
                .unwrap_or_else(|| made.root_hint_subjects().to_vec());
            verifier = Some(Arc::new(made));
        }
        let sessions = Arc::new(Sessions::new(policy, fault).map_err(|_| ConfigError::NoRandom)?);
        if fault.is_some() {
            let mut all = self.all_sessions.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(Arc::clone(&sessions));
        }
        let retired = AtomicBool::new(false);
        Ok(Arc::new(Generation { mode, verifier, sessions, authorities, open, fault, retired }))
    }

    fn next_number(&self) -> u64 {
        self.endpoints.fetch_add(1, Ordering::Relaxed)
    }

    /// What a connection may resume.
    pub(super) fn resumption(
        &self,
        generation: &Generation,
        server_name: Option<&str>,
    ) -> Arc<Resumption> {
        let all = self.all_sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let own = &generation.sessions;
        let others = all.iter().filter(|other| !Arc::ptr_eq(other, own)).cloned().collect();
        let clock = Arc::clone(&self.clock);
        Arc::new(Resumption::new(Arc::clone(own), others, server_name, clock, self.fault))
    }

    /// The TLS configuration of one connection.
    pub(super) fn server_config(
        &self,
        generation: &Arc<Generation>,
        resumption: &Arc<Resumption>,
        health: &Arc<Health>,
    ) -> Result<Arc<ServerConfig>, rustls::Error> {
        let client_auth =
            ClientAuth::new(Arc::clone(generation), Arc::clone(resumption), Arc::clone(health));
        let clock: Arc<dyn TimeProvider> = Arc::<Clock>::clone(&self.clock);
        let mut tls = ServerConfig::builder_with_details(Arc::clone(&self.provider), clock)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(client_auth))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(self.certified_key())));
        tls.alpn_protocols =
            [Alpn::H2, Alpn::Http1].map(|alpn| alpn.as_str().as_bytes().to_vec()).to_vec();
        tls.ticketer = Arc::<Resumption>::clone(resumption);
        tls.session_storage = Arc::<Resumption>::clone(resumption);
        if self.fault == Some(Fault::AcceptsEarlyData) {
            tls.max_early_data_size = EARLY_DATA;
        }
        Ok(Arc::new(tls))
    }
}

fn usable(
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, ConfigError> {
    let certificate = CertifiedKey::from_der(certificates, key, provider);
    Ok(Arc::new(certificate.map_err(ConfigError::ServerCertificate)?))
}
