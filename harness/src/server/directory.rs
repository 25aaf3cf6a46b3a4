//! The endpoints of a listener, which may come and go while it runs.

use std::sync::{Arc, PoisonError, RwLock};

use super::endpoint::Endpoint;

/// The endpoints of a listener.
#[derive(Debug)]
pub(super) struct Directory(RwLock<Arc<[Arc<Endpoint>]>>);

impl Directory {
    pub(super) fn new(endpoints: Vec<Arc<Endpoint>>) -> Self {
        Self(RwLock::new(endpoints.into()))
    }

    /// All of them, as they are now.
    pub(super) fn all(&self) -> Arc<[Arc<Endpoint>]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in their place. Connections of those that are gone are served no longer.
    pub(super) fn replace(&self, next: Vec<Arc<Endpoint>>) {
        let next: Arc<[_]> = next.into();
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, Arc::clone(&next));
        drop(current);
        for endpoint in before.iter() {
            if !next.iter().any(|kept| Arc::ptr_eq(kept, endpoint)) {
                endpoint.current().retire();
            }
        }
    }

    /// The endpoint that answers for a name.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Endpoint>> {
        self.all().iter().find(|endpoint| endpoint.answers_for(name)).map(Arc::clone)
    }

    /// The endpoint, where there is but one.
    pub(super) fn only(&self) -> Option<Arc<Endpoint>> {
        match &*self.all() {
            [only] => Some(Arc::clone(only)),
            _ => None,
        }
    }
}
