//! What gates with a fault take for a client's signature: each is wrong in one way, and right in every other.

mod canonical;
mod degenerate;
mod number;
mod padding;
mod public_key;
mod schemes;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rustls::crypto::WebPkiSupportedAlgorithms;

use super::certificate::PublicKey;
use super::signature::Proof;
use crate::server::Fault;
use crate::tls::{Side, signed_content};

/// Signatures that are remembered.
const MAX_SEEN: usize = 1024;

/// Verifies signatures as a gate does that may be too credulous.
#[derive(Debug)]
pub(super) struct Credulity {
    fault: Option<Fault>,
    /// Signatures that were good, with the key. Empty without [`Fault::ReplayedSignaturePasses`].
    seen: Mutex<BTreeSet<(Vec<u8>, Vec<u8>)>>,
}

impl Credulity {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        Self { fault, seen: Mutex::default() }
    }

    /// Verifies a signature, and takes what the fault makes it take.
    pub(super) fn verify(
        &self,
        proof: Proof<'_>,
        algorithms: &WebPkiSupportedAlgorithms,
        key: PublicKey<'_>,
    ) -> Result<(), rustls::Error> {
        let verdict = proof.verify(algorithms, key);
        match self.fault {
            Some(Fault::ReplayedSignaturePasses) if self.has_seen(key, proof.signature) => Ok(()),
            Some(Fault::ReplayedSignaturePasses) if verdict.is_ok() => {
                self.remember(key, proof.signature);
                verdict
            }
            Some(fault) if verdict.is_err() && takes(fault, proof, algorithms, key) => Ok(()),
            _ => verdict,
        }
    }

    fn has_seen(&self, key: PublicKey<'_>, signature: &[u8]) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.contains(&(key.bits.to_vec(), signature.to_vec()))
    }

    fn remember(&self, key: PublicKey<'_>, signature: &[u8]) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_SEEN {
            seen.pop_first();
        }
        seen.insert((key.bits.to_vec(), signature.to_vec()));
    }
}

/// Whether a fault takes a signature that does not verify.
fn takes(
    fault: Fault,
    proof: Proof<'_>,
    algorithms: &WebPkiSupportedAlgorithms,
    key: PublicKey<'_>,
) -> bool {
    match fault {
        Fault::EmptySignaturePasses => proof.signature.is_empty(),
        Fault::DegenerateSignaturePasses => degenerate::is_degenerate(key, proof.signature),
        Fault::IgnoreSignatureContext => other_contents(proof.message)
            .iter()
            .any(|message| Proof { message, ..proof }.verify(algorithms, key).is_ok()),
        Fault::IgnoreSignatureScheme => schemes::any_verifies(proof, algorithms, key),
        Fault::IgnoreSignatureEncoding => {
            canonical::form(key, proof.signature).is_some_and(|signature| {
                Proof { signature: &signature, ..proof }.verify(algorithms, key).is_ok()
            })
        }
        Fault::IgnoreSignaturePadding => padding::begins_rightly(proof, key),
        _ => false,
    }
}

/// The same transcript hash as the server signs it, and bare; nothing in TLS 1.2, which signs no hash.
fn other_contents(message: &[u8]) -> Vec<Vec<u8>> {
    match message.strip_prefix(signed_content(Side::Client, &[]).as_slice()) {
        Some(hash) => vec![signed_content(Side::Server, hash), hash.to_vec()],
        None => Vec::new(),
    }
}
