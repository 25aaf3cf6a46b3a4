//! An endpoint and its generations: one mode, one set of CAs and revocation lists, one set of tickets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use mtls_scenarios::{Alpn, Mode};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::{ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;

use super::certificate::ServerCertificate;
use super::verify::{GateVerifier, PathValidator, ValidatorError};
use super::{ConfigError, Fault};

/// TLS 1.2 sessions that a generation remembers by session id.
const SESSIONS: usize = 1024;

/// A host name on a listener, under its present policy.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) account: Option<String>,
    pub(super) check_crls: bool,
    current: RwLock<Arc<Generation>>,
}

impl Endpoint {
    pub(super) fn new(
        host: String,
        account: Option<String>,
        check_crls: bool,
        first: Arc<Generation>,
    ) -> Self {
        Self { host, account, check_crls, current: RwLock::new(first) }
    }

    /// The policy for new connections.
    pub(super) fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether another one is this one, as far as it can be seen here: host, account and mode.
    pub(super) fn has_policy_of(&self, other: &Self) -> bool {
        self.host == other.host
            && self.account == other.account
            && self.check_crls == other.check_crls
            && self.current().mode == other.current().mode
    }

    /// Starts a generation; connections of the one before are served no longer.
    pub(super) fn replace(&self, next: Arc<Generation>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.retire();
        *current = next;
    }
}

/// A policy of an endpoint and the TLS configuration that enforces it.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) mode: Mode,
    pub(super) tls: Arc<ServerConfig>,
    pub(super) verifier: Option<Arc<GateVerifier>>,
    retired: AtomicBool,
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
}

/// The CAs and revocation lists of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) anchors: Vec<CertificateDer<'static>>,
    pub(super) crls: Vec<CertificateRevocationListDer<'static>>,
}

impl Trust {
    pub(super) fn validator(
        &self,
        account: &str,
        check_crls: bool,
        fault: Option<Fault>,
    ) -> Result<PathValidator, ConfigError> {
        if self.anchors.is_empty() {
            return Err(ConfigError::NoAnchors(account.to_owned()));
        }
        let crls = check_crls.then_some(self.crls.as_slice());
        PathValidator::new(&self.anchors, crls, Fault::checks(fault)).map_err(|error| match error {
            ValidatorError::Anchor { index, reason } => {
                ConfigError::Anchor { account: account.to_owned(), index, reason }
            }
            ValidatorError::Crl { index, reason } => {
                ConfigError::Crl { account: account.to_owned(), index, reason }
            }
        })
    }
}

/// Makes generations: what all endpoints of a gate have in common.
#[derive(Debug)]
pub(super) struct Maker {
    provider: Arc<CryptoProvider>,
    certificate: Arc<ServerCertificate>,
    pub(super) fault: Option<Fault>,
}

impl Maker {
    pub(super) fn new(
        certificates: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        fault: Option<Fault>,
    ) -> Result<Self, ConfigError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let certificate = CertifiedKey::from_der(certificates, key, &provider)
            .map_err(ConfigError::ServerCertificate)?;
        Ok(Self { provider, certificate: Arc::new(ServerCertificate::new(certificate)), fault })
    }

    /// The server certificate, for [`Maker::show`], if it can be used.
    pub(super) fn certified(
        &self,
        certificates: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<CertifiedKey, ConfigError> {
        CertifiedKey::from_der(certificates, key, &self.provider)
            .map_err(ConfigError::ServerCertificate)
    }

    /// Shows another server certificate from now on.
    pub(super) fn show(&self, certificate: CertifiedKey) {
        self.certificate.replace(certificate);
    }

    /// A generation; `validator` is asked for when the mode needs one, `previous` is the one it follows.
    pub(super) fn generation(
        &self,
        mode: Mode,
        validator: impl FnOnce() -> Result<PathValidator, ConfigError>,
        previous: Option<&Generation>,
    ) -> Result<Arc<Generation>, ConfigError> {
        let verifier = match mode {
            Mode::Public => None,
            Mode::Strict | Mode::Loose => {
                Some(Arc::new(GateVerifier::new(validator()?, mode, self.fault)))
            }
        };
        let mut tls = self.tls(verifier.clone()).map_err(ConfigError::ServerCertificate)?;
        if let Some(previous) = previous.filter(|_| self.fault == Some(Fault::TicketsOutlivePolicy))
        {
            tls.ticketer = Arc::clone(&previous.tls.ticketer);
            tls.session_storage = Arc::clone(&previous.tls.session_storage);
        }
        let retired = AtomicBool::new(false);
        Ok(Arc::new(Generation { mode, tls: Arc::new(tls), verifier, retired }))
    }

    fn tls(&self, verifier: Option<Arc<GateVerifier>>) -> Result<ServerConfig, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_client_cert_verifier(WebPkiClientVerifier::no_client_auth()),
        };
        let certificate: Arc<ServerCertificate> = Arc::clone(&self.certificate);
        let mut tls = builder.with_cert_resolver(certificate);
        tls.alpn_protocols =
            [Alpn::H2, Alpn::Http1].map(|alpn| alpn.as_str().as_bytes().to_vec()).to_vec();
        tls.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
        tls.session_storage = ServerSessionMemoryCache::new(SESSIONS);
        Ok(tls)
    }
}
