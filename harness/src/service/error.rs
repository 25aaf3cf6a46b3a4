//! Why there is no service.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use mtls_scenarios::LoadError;

use crate::pki::ForgeError;
use crate::server::GateError;

/// Why a service did not start. Nothing is left running.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The gate file or a file that it names.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The gate itself.
    #[error("the gate cannot start: {0}")]
    Gate(#[from] GateError),
    /// The status page.
    #[error("the status page cannot listen on {address}: {source}")]
    Admin {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The server certificate.
    #[error("no server certificate could be made: {0}")]
    Forge(#[from] ForgeError),
    /// The system's random number generator.
    #[error("the system has no random numbers")]
    Random,
    /// Where the CA of the server certificate goes.
    #[error("the CA certificate for clients cannot be written to {}: {source}; name another place", path.display())]
    ServerCa {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
