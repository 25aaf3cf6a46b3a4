//! Changes of a target while it runs, as its operator would make them.

use std::collections::BTreeMap;
use std::io;

use mtls_reports::PeerText;
use mtls_scenarios::{Apply, Claim, Mode, Role, Spoilt};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::launched::LaunchError;
use super::running::StartError;

/// A change, with the certificates and lists that it needs.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// New modes.
    pub modes: BTreeMap<Role, Mode>,
    /// New trust anchors, by account.
    pub anchors: BTreeMap<String, Vec<CertificateDer<'static>>>,
    /// New revocation lists, by account.
    pub crls: BTreeMap<String, Vec<CertificateRevocationListDer<'static>>>,
    /// A CA file to spoil: account and how.
    pub ca_file: Option<(String, Spoilt)>,
    /// A host name that another endpoint claims.
    pub claim: Option<Claim>,
    /// How the target is made to notice.
    pub by: Apply,
}

/// What a target made of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It holds.
    Applied,
    /// The target refused it, in its own words: the old policy holds, or it does not run.
    Refused(PeerText),
    /// It was told; it holds once the target shows this generation of its configuration.
    Told {
        /// The generation.
        generation: u64,
        /// The response header that shows it.
        header: String,
    },
}

/// A change could not even be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// This target cannot be changed so; the reason is for the user.
    #[error("{0}")]
    Unsupported(String),
    /// Files or processes.
    #[error("failed to change the target: {0}")]
    Io(#[from] io::Error),
    /// Its new configuration could not be written.
    #[error("failed to change the target: {0}")]
    Launch(#[from] LaunchError),
    /// The mock gate could not be started again.
    #[error("failed to change the target: {0}")]
    Start(#[from] StartError),
}
