//! Resumption: which sessions a connection may take up again, and for how long.
//!
//! A session belongs to the generation of the endpoint that shook hands in full, and ends [`LIFETIME`] after that
//! handshake, however often it is resumed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use rustls::pki_types::UnixTime;
use rustls::server::{ProducesTickets, StoresServerSessions};

use super::Fault;
use super::clock::Clock;
use super::policy::{Carrier, Policy};
use super::session_cache::SessionCache;
use super::ticket::TicketKey;

/// Time after its full handshake at which a session ends: one day.
pub(super) const LIFETIME: Duration = Duration::from_secs(86_400);

/// The sessions of one generation of an endpoint.
#[derive(Debug)]
pub(super) struct Sessions {
    pub(super) policy: Policy,
    key: TicketKey,
    cache: SessionCache,
}

impl Sessions {
    pub(super) fn new(policy: Policy, fault: Option<Fault>) -> Result<Self, Unspecified> {
        Ok(Self { policy, key: TicketKey::generate(fault)?, cache: SessionCache::default() })
    }
}

/// Where and when the session began that a connection resumes.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    sessions: Arc<Sessions>,
    pub(super) since: UnixTime,
}

impl Origin {
    /// Whether the session began under this very policy.
    pub(super) fn is_of(&self, sessions: &Arc<Sessions>) -> bool {
        Arc::ptr_eq(&self.sessions, sessions)
    }

    /// A session's state with the time at which it began.
    fn record(&self, state: &[u8]) -> Vec<u8> {
        [self.since.as_secs().to_be_bytes().as_slice(), state].concat()
    }

    fn age(&self, now: UnixTime) -> Option<Duration> {
        now.as_secs().checked_sub(self.since.as_secs()).map(Duration::from_secs)
    }
}

/// The tickets and session ids of one connection.
#[derive(Debug)]
pub(super) struct Resumption {
    own: Arc<Sessions>,
    /// What a faulty gate honours too.
    others: Vec<Arc<Sessions>>,
    server_name: Option<String>,
    clock: Arc<Clock>,
    fault: Option<Fault>,
    /// The session that the client asked for last, if there is such a one.
    asked_for: Mutex<Option<Origin>>,
    /// Whether the client offered a ticket that is none of this gate's.
    met_unknown: AtomicBool,
}

impl Resumption {
    pub(super) fn new(
        own: Arc<Sessions>,
        others: Vec<Arc<Sessions>>,
        server_name: Option<&str>,
        clock: Arc<Clock>,
        fault: Option<Fault>,
    ) -> Self {
        let server_name = server_name.map(str::to_ascii_lowercase);
        let (asked_for, met_unknown) = (Mutex::default(), AtomicBool::default());
        Self { own, others, server_name, clock, fault, asked_for, met_unknown }
    }

    /// Whether a gate with [`Fault::RefuseUnknownTickets`] refuses the client.
    pub(super) fn is_refused(&self) -> bool {
        self.fault == Some(Fault::RefuseUnknownTickets) && self.met_unknown.load(Ordering::Relaxed)
    }

    /// The session that is resumed; asked after the handshake.
    pub(super) fn origin(&self) -> Option<Origin> {
        self.asked_for().clone()
    }

    /// The handshake is a full one: what the client asked for counts for nothing.
    pub(super) fn decline(&self) {
        *self.asked_for() = None;
    }

    /// What sessions that this connection begins or carries on are marked with.
    fn origin_or_new(&self) -> Origin {
        let asked_for = self.asked_for();
        let rolling = self.fault == Some(Fault::RollingTickets);
        match asked_for.as_ref() {
            Some(origin) if rolling => Origin { since: self.clock.now(), ..origin.clone() },
            Some(origin) => origin.clone(),
            None => Origin { sessions: Arc::clone(&self.own), since: self.clock.now() },
        }
    }

    /// Looks for a session with `find` wherever sessions are honoured here.
    fn find(
        &self,
        carrier: Carrier,
        find: impl Fn(&Sessions) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        let honoured = self.others.iter().filter(|other| {
            self.fault
                .is_some_and(|fault| other.policy.is_honoured_at(&self.own.policy, carrier, fault))
        });
        std::iter::once(&self.own).chain(honoured).find_map(|sessions| {
            let record = find(sessions)?;
            let (since, state) = record.split_first_chunk()?;
            let since = UnixTime::since_unix_epoch(Duration::from_secs(u64::from_be_bytes(*since)));
            let origin = Origin { sessions: Arc::clone(sessions), since };
            if origin.age(self.clock.now())? >= LIFETIME {
                return None;
            }
            let state = if origin.is_of(&self.own) {
                state.to_vec()
            } else {
                with_server_name(state, self.server_name.as_deref())?
            };
            *self.asked_for() = Some(origin);
            Some(state)
        })
    }

    fn asked_for(&self) -> MutexGuard<'_, Option<Origin>> {
        self.asked_for.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProducesTickets for Resumption {
    /// rustls takes early data only with sessions that the server keeps itself.
    fn enabled(&self) -> bool {
        self.fault != Some(Fault::AcceptsEarlyData)
    }

    /// What is left of the session's life.
    fn lifetime(&self) -> u32 {
        let age = self.origin_or_new().age(self.clock.now()).unwrap_or_default();
        u32::try_from(LIFETIME.saturating_sub(age).as_secs()).unwrap_or_default()
    }

    fn encrypt(&self, state: &[u8]) -> Option<Vec<u8>> {
        let origin = self.origin_or_new();
        origin.sessions.key.seal(&origin.record(state))
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let state = self.find(Carrier::Ticket, |sessions| sessions.key.open(ticket));
        if state.is_none() {
            self.met_unknown.store(true, Ordering::Relaxed);
        }
        state
    }
}

impl StoresServerSessions for Resumption {
    fn put(&self, id: Vec<u8>, state: Vec<u8>) -> bool {
        let origin = self.origin_or_new();
        origin.sessions.cache.put(id, origin.record(&state));
        true
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.find(Carrier::SessionId, |sessions| sessions.cache.get(id))
    }

    fn take(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.find(Carrier::SessionId, |sessions| sessions.cache.take(id))
    }

    fn can_cache(&self) -> bool {
        true
    }
}

/// A session's state as rustls encodes it, with another server name: it resumes no session of another name.
/// The name comes first: 0, or 1 with the name and the octet of its length before it.
fn with_server_name(state: &[u8], name: Option<&str>) -> Option<Vec<u8>> {
    let rest = match state.split_first()? {
        (0, rest) => rest,
        (1, rest) => {
            let (&length, rest) = rest.split_first()?;
            rest.get(usize::from(length)..)?
        }
        _ => return None,
    };
    let Some(name) = name else {
        return Some([&[0], rest].concat());
    };
    let length = u8::try_from(name.len()).ok()?;
    Some([&[1, length], name.as_bytes(), rest].concat())
}

#[cfg(test)]
mod tests {
    use mtls_scenarios::Mode;

    use super::*;

    fn sessions(endpoint: u64, mode: Mode) -> Arc<Sessions> {
        let policy = Policy::first(endpoint, Some("alpha".to_owned()), mode);
        Arc::new(Sessions::new(policy, None).unwrap())
    }

    fn connection(
        own: &Arc<Sessions>,
        others: &[&Arc<Sessions>],
        clock: &Arc<Clock>,
        fault: Option<Fault>,
    ) -> Resumption {
        let others = others.iter().map(|&other| Arc::clone(other)).collect();
        Resumption::new(Arc::clone(own), others, Some("b.test"), Arc::clone(clock), fault)
    }

    #[test]
    fn a_session_ends_a_day_after_its_full_handshake() {
        let (own, clock) = (sessions(0, Mode::Strict), Arc::new(Clock::default()));
        for (fault, rolls) in [(None, false), (Some(Fault::RollingTickets), true)] {
            let first = connection(&own, &[], &clock, fault);
            let ticket = first.encrypt(b"state").unwrap();
            assert!(first.put(vec![7], b"state".to_vec()));
            assert_eq!(first.lifetime(), 86_400);
            clock.advance(Duration::from_secs(50_000));
            let second = connection(&own, &[], &clock, fault);
            assert_eq!(second.decrypt(&ticket).unwrap(), b"state");
            assert!(second.origin().unwrap().is_of(&own));
            assert_eq!(second.lifetime() > 40_000, rolls);
            let ticket = second.encrypt(b"next").unwrap();
            clock.advance(Duration::from_secs(40_000));
            let third = connection(&own, &[], &clock, fault);
            assert_eq!(third.decrypt(&ticket).is_some(), rolls);
            assert_eq!(third.get(&[7]), None);
        }
    }

    #[test]
    fn what_is_declined_does_not_shorten_the_new_session() {
        let (own, clock) = (sessions(0, Mode::Strict), Arc::new(Clock::default()));
        let ticket = connection(&own, &[], &clock, None).encrypt(b"state").unwrap();
        clock.advance(Duration::from_secs(86_000));
        let connection = connection(&own, &[], &clock, None);
        assert!(connection.decrypt(&ticket).is_some());
        assert!(connection.lifetime() <= 400);
        connection.decline();
        assert!(connection.origin().is_none());
        assert_eq!(connection.lifetime(), 86_400);
    }

    #[test]
    fn a_session_stays_with_its_endpoint() {
        let (loose, strict) = (sessions(0, Mode::Loose), sessions(1, Mode::Strict));
        let clock = Arc::new(Clock::default());
        let state = b"\x01\x06a.testrest";
        for (fault, by_ticket, by_id) in [
            (None, false, false),
            (Some(Fault::SharedTicketsAcrossModes), true, true),
            (Some(Fault::SharedSessionCache), false, true),
            (Some(Fault::SharedTicketsAcrossAccounts), false, false),
        ] {
            let first = connection(&loose, &[], &clock, fault);
            let ticket = first.encrypt(state).unwrap();
            assert!(first.put(vec![7], state.to_vec()));
            let second = connection(&strict, &[&loose], &clock, fault);
            let renamed = b"\x01\x06b.testrest";
            assert_eq!(second.decrypt(&ticket).as_deref(), by_ticket.then_some(&renamed[..]));
            assert_eq!(second.get(&[7]).as_deref(), by_id.then_some(&renamed[..]));
            assert_eq!(second.origin().is_some_and(|o| o.is_of(&loose)), by_ticket || by_id);
        }
    }

    #[test]
    fn server_names_are_replaced() {
        assert_eq!(with_server_name(b"\0rest", None).unwrap(), b"\0rest");
        assert_eq!(with_server_name(b"\0rest", Some("a")).unwrap(), b"\x01\x01arest");
        assert_eq!(with_server_name(b"\x01\x02bcrest", None).unwrap(), b"\0rest");
        for broken in [&b""[..], b"\x01", b"\x01\x09short", b"\x02"] {
            assert_eq!(with_server_name(broken, None), None);
        }
    }
}
