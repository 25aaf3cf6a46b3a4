//! Which edit belongs to which connection, told by the name that rustls was given.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::{DnsName, ServerName};

use super::codec::{self, Rewrite, TooLong};
use super::edit::HelloEdit;
use crate::client::Failure;

const PREFIX: &str = "mtls-harness-edit-";
/// Reserved (RFC 6761): no gate answers to it.
const SUFFIX: &str = ".invalid";

static NEXT: AtomicU64 = AtomicU64::new(0);
static REWRITES: Mutex<BTreeMap<u64, Arc<Rewrite>>> = Mutex::new(BTreeMap::new());

fn rewrites() -> MutexGuard<'static, BTreeMap<u64, Arc<Rewrite>>> {
    REWRITES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An edit in force, for connections to its marker, until it is dropped.
#[derive(Debug)]
pub(in crate::client) struct Registration {
    number: u64,
    marker: ServerName<'static>,
}

impl Registration {
    /// Registers an edit of the `ClientHello` of a dial with this name.
    pub(in crate::client) fn new(
        edit: &HelloEdit,
        dialled: &ServerName<'_>,
    ) -> Result<Self, Failure> {
        let rewrite = edit.rewrite(dialled).map_err(|e| Failure::Unsupported(e.to_string()))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let marker = DnsName::try_from(format!("{PREFIX}{number}{SUFFIX}"))
            .map_err(|e| Failure::Unsupported(e.to_string()))?;
        rewrites().insert(number, Arc::new(rewrite));
        Ok(Self { number, marker: ServerName::DnsName(marker) })
    }

    /// The name to give to rustls, which must have SNI enabled.
    pub(in crate::client) fn marker(&self) -> ServerName<'static> {
        self.marker.clone()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        rewrites().remove(&self.number);
    }
}

fn find(host_name: &[u8]) -> Option<Arc<Rewrite>> {
    let number = host_name.strip_prefix(PREFIX.as_bytes())?.strip_suffix(SUFFIX.as_bytes())?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    rewrites().get(&number).cloned()
}

/// A run of handshake messages that rustls wrote, as the peer got it.
pub(in crate::client) fn as_sent(messages: &[u8]) -> Result<Cow<'_, [u8]>, TooLong> {
    codec::rewrite(messages, find)
}
