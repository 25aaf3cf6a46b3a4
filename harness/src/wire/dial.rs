//! Dialling by script.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use mtls_reports::model::{CertificateSent, TlsFacts};
use mtls_scenarios::script::honest_flow;
use mtls_scenarios::{Alpn, Prelude, Script, TlsVersion};
use rustls::pki_types::CertificateDer;
use tokio::time::Instant;

use super::actor::Actor;
use super::driver;
use super::failure::Failure;
use super::flow::flow;
use super::link::{Link, Socket};
use super::session::Memory;
use super::stream::Stream;
use crate::pki::Key;
use crate::tape::Tape;

/// Certificates to show, and the key that belongs to them.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The `certificate_list`; `None` for a client without a certificate.
    pub list: Option<Vec<CertificateDer<'static>>>,
    /// The key that signs; `None` exactly where there is no list.
    pub key: Option<Arc<Key>>,
}

/// One connection to make, and how.
#[derive(Clone, Debug)]
pub struct Dial {
    /// Where to.
    pub address: SocketAddr,
    /// `server_name` to send.
    pub sni: Option<String>,
    /// The version that is offered.
    pub version: TlsVersion,
    /// The one application protocol that is offered, if any.
    pub alpn: Option<Alpn>,
    /// What is said before TLS begins.
    pub prelude: Option<Prelude>,
    /// What is done otherwise.
    pub script: Arc<Script>,
    /// Who connects.
    pub identity: Arc<Identity>,
    /// Credentials that the script names.
    pub others: BTreeMap<String, Arc<Identity>>,
    /// A key of the same algorithm that belongs to nobody.
    pub stranger: Option<Arc<Key>>,
    /// What was learnt on earlier connections.
    pub memory: Memory,
    /// Records the connection.
    pub tape: Tape,
    /// When to give up.
    pub deadline: Instant,
    /// When an open connection ends at the latest.
    pub open_until: Instant,
}

/// A connection on which application data may be sent.
pub struct Connected {
    /// Application data in both directions.
    pub stream: Stream,
    /// Facts of the handshake.
    pub facts: TlsFacts,
    /// The `certificate_authorities` of the `CertificateRequest`: names, DER.
    pub authorities: Vec<Vec<u8>>,
    /// What became of the certificate where the gate asks for it after the handshake, once it has.
    pub asked_later: Arc<OnceLock<CertificateSent>>,
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// Connects and follows the script up to the first application data. Whether the gate has accepted anything shows in
/// its answer alone.
///
/// # Errors
/// What stopped it, with the facts of the handshake as far as it went.
pub async fn connect(dial: Dial) -> Result<Connected, (Failure, TlsFacts)> {
    let unsaid = |failure| (failure, TlsFacts::default());
    let tape = dial.tape.clone();
    let link = Link::connect(dial.address, dial.prelude, dial.deadline, tape).await;
    converse(dial, link.map_err(unsaid)?).await
}

/// The same on a connection that there is already, to whatever address the dial says.
///
/// # Errors
/// What stopped it, with the facts of the handshake as far as it went.
pub async fn connect_over(
    socket: Box<dyn Socket>,
    dial: Dial,
) -> Result<Connected, (Failure, TlsFacts)> {
    let link = Link::over(socket, dial.deadline, dial.tape.clone());
    converse(dial, link).await
}

async fn converse(dial: Dial, link: Link) -> Result<Connected, (Failure, TlsFacts)> {
    let actor = Actor::new(dial, link);
    let mut actor = actor.map_err(|failure| (failure, TlsFacts::default()))?;
    let moves = flow(honest_flow(actor.view.version), &actor.script);
    match actor.shake_hands(&moves).await {
        Ok(rest) => {
            let (facts, authorities) = (actor.facts.clone(), actor.authorities.clone());
            let asked_later = Arc::clone(&actor.asked_later);
            Ok(Connected { stream: driver::start(actor, rest), facts, authorities, asked_later })
        }
        Err(Failure::Left) => {
            let facts = actor.facts.clone();
            actor.stay();
            Err((Failure::Left, facts))
        }
        Err(failure) => Err((failure, actor.facts)),
    }
}
