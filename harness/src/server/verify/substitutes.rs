//! Which certificate a gate takes for the client's that searches the list for one that fits.
//!
//! rustls hands out the first certificate alone when it asks about the handshake's signature, so the others are
//! remembered from when it asked about the list.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::pki_types::CertificateDer;

/// Pairs that are remembered.
const MAX_PAIRS: usize = 256;

/// First certificates of lists, each with the one that was taken for the client's.
#[derive(Debug, Default)]
pub(super) struct Substitutes(Mutex<VecDeque<Pair>>);

#[derive(Debug, PartialEq, Eq)]
struct Pair {
    first: CertificateDer<'static>,
    taken: CertificateDer<'static>,
}

impl Substitutes {
    /// Remembers that a certificate was taken for the client's.
    pub(super) fn remember(&self, first: &CertificateDer<'_>, taken: &CertificateDer<'_>) {
        let pair = Pair { first: first.clone().into_owned(), taken: taken.clone().into_owned() };
        let mut pairs = self.pairs();
        if pairs.contains(&pair) {
            return;
        }
        if pairs.len() >= MAX_PAIRS {
            pairs.pop_front();
        }
        pairs.push_back(pair);
    }

    /// Those that were taken with this certificate at the head of the list.
    pub(super) fn of(&self, first: &CertificateDer<'_>) -> Vec<CertificateDer<'static>> {
        let pairs = self.pairs();
        pairs.iter().filter(|pair| pair.first == *first).map(|pair| pair.taken.clone()).collect()
    }

    fn pairs(&self) -> MutexGuard<'_, VecDeque<Pair>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten() {
        let substitutes = Substitutes::default();
        let first = CertificateDer::from(vec![0]);
        for number in 0..=MAX_PAIRS {
            let taken = CertificateDer::from(number.to_be_bytes().to_vec());
            substitutes.remember(&first, &taken);
            substitutes.remember(&first, &taken);
        }
        let taken = substitutes.of(&first);
        assert_eq!(taken.len(), MAX_PAIRS);
        assert_eq!(taken[0].as_ref(), 1_usize.to_be_bytes());
        assert!(substitutes.of(&CertificateDer::from(vec![1])).is_empty());
    }
}
