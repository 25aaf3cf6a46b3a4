//! The gate's own time: the system's, and how far it has been moved ahead.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

/// What a whole gate takes for the present time, at handshakes and at resumption.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead_secs: AtomicU64,
}

impl Clock {
    pub(super) fn now(&self) -> UnixTime {
        let ahead = self.ahead_secs.load(Ordering::Acquire);
        let seconds = UnixTime::now().as_secs().saturating_add(ahead);
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    /// Moves it ahead by whole seconds; what is left over counts as another.
    pub(super) fn advance(&self, by: Duration) {
        let seconds = by.as_secs().saturating_add(u64::from(by.subsec_nanos() > 0));
        // The closure always gives a value, so that there is no error to see.
        let _ = self.ahead_secs.fetch_update(Ordering::AcqRel, Ordering::Acquire, |ahead| {
            Some(ahead.saturating_add(seconds))
        });
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_ahead_by_whole_seconds() {
        let clock = Clock::default();
        let before = clock.now().as_secs();
        clock.advance(Duration::from_secs(86_400));
        clock.advance(Duration::from_millis(1));
        assert!(clock.now().as_secs() >= before + 86_401);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now().as_secs(), u64::MAX);
    }
}
