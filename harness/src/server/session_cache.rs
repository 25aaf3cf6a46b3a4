//! Sessions that clients name by their id, kept by the gate itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sessions that are remembered; the oldest goes first.
const CAPACITY: usize = 1024;

/// Sessions by id.
#[derive(Default)]
pub(super) struct SessionCache {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_id: BTreeMap<Vec<u8>, Vec<u8>>,
    oldest_first: VecDeque<Vec<u8>>,
}

impl SessionCache {
    pub(super) fn put(&self, id: Vec<u8>, session: Vec<u8>) {
        let mut entries = self.entries();
        if entries.by_id.insert(id.clone(), session).is_some() {
            return;
        }
        entries.oldest_first.push_back(id);
        if entries.oldest_first.len() > CAPACITY
            && let Some(oldest) = entries.oldest_first.pop_front()
        {
            entries.by_id.remove(&oldest);
        }
    }

    pub(super) fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.entries().by_id.get(id).cloned()
    }

    /// Looks it up and forgets it.
    pub(super) fn take(&self, id: &[u8]) -> Option<Vec<u8>> {
        let mut entries = self.entries();
        let session = entries.by_id.remove(id)?;
        entries.oldest_first.retain(|known| known != id);
        Some(session)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SessionCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionCache")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let cache = SessionCache::default();
        let id = |number: usize| number.to_be_bytes().to_vec();
        for number in 0..CAPACITY {
            cache.put(id(number), vec![1]);
        }
        cache.put(id(3), vec![2]);
        assert_eq!(cache.get(&id(0)), Some(vec![1]));
        cache.put(id(CAPACITY), vec![1]);
        assert_eq!(cache.get(&id(0)), None);
        assert_eq!(cache.get(&id(1)), Some(vec![1]));
        assert_eq!(cache.take(&id(3)), Some(vec![2]));
        assert_eq!(cache.take(&id(3)), None);
        // Its place is free again.
        cache.put(id(0), vec![3]);
        assert_eq!(cache.get(&id(1)), Some(vec![1]));
    }
}
