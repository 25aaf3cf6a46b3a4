//! `ClientHello`s by script.

use std::time::Instant;

use aws_lc_rs::rand;
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, HelloChange, Item, Resume};
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

use super::actor::Actor;
use super::edit;
use super::failure::Failure;
use super::offer::{Offer, suites};
use super::session::Session;
use crate::tls::extension;
use crate::tls::{
    ClientHello, Extension, ExtensionType, KeyExchange, KeySchedule, Message, OfferedPsks,
    PskIdentity, Suite,
};

/// What a `HelloRetryRequest` asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Retry {
    pub(super) group: Option<NamedGroup>,
    pub(super) cookie: Option<Vec<u8>>,
}

/// What acts say of the `ClientHello`.
struct Changes<'a>(Vec<&'a HelloChange>);

impl Changes<'_> {
    fn offer(&self, mut offer: Offer) -> Offer {
        for change in &self.0 {
            if let Some(versions) = &change.versions {
                offer.versions.clone_from(versions);
                offer.suites = suites(versions);
            }
            if let Some(codes) = &change.cipher_suites {
                offer.suites = codes.iter().copied().map(CipherSuite::from).collect();
            }
            if let Some(codes) = &change.groups {
                offer.groups = codes.iter().copied().map(NamedGroup::from).collect();
            }
            if let Some(codes) = &change.signature_algorithms {
                offer.schemes = codes.iter().copied().map(SignatureScheme::from).collect();
            }
            if let Some(ticket) = &change.session_ticket {
                offer.ticket.clone_from(&ticket.0);
            }
            offer.extended_master_secret =
                change.extended_master_secret.unwrap_or(offer.extended_master_secret);
            offer.padding = change.padding.or(offer.padding);
        }
        offer
    }

    /// Groups of the key shares; the best group that is offered unless something else is said.
    fn shares(&self, offer: &Offer) -> Vec<NamedGroup> {
        let said = self.0.iter().rev().find_map(|change| change.key_shares.as_ref());
        match said {
            Some(codes) => codes.iter().copied().map(NamedGroup::from).collect(),
            None => offer.groups.first().copied().into_iter().collect(),
        }
    }

    fn session_id(&self) -> Option<&[u8]> {
        self.0.iter().rev().find_map(|change| change.session_id.as_ref()).map(|id| id.0.as_slice())
    }

    fn extensions(&self, extensions: &mut Vec<Extension>) {
        for change in &self.0 {
            extensions.retain(|extension| !change.without.contains(&extension.kind.0));
            let more = change.extensions.iter().map(|extension| Extension {
                kind: ExtensionType(extension.kind),
                data: extension.data.0.clone(),
            });
            extensions.splice(0..0, more);
        }
    }
}

impl Actor {
    /// The first `ClientHello`, or the one that answers a retry.
    pub(super) fn client_hello(&mut self, retry: Option<&Retry>) -> Result<Message, Failure> {
        let script = std::sync::Arc::clone(&self.script);
        let changes = Changes(
            script
                .0
                .iter()
                .filter_map(|act| match act {
                    Act::Hello(change) => Some(change),
                    Act::SecondHello(change) if retry.is_some() => Some(change),
                    _ => None,
                })
                .collect(),
        );
        let key = self.identity.key.as_ref().map(|key| key.algorithm());
        let offer = Offer {
            post_handshake_auth: script.0.iter().any(|act| matches!(act, Act::PostHandshake(_))),
            renegotiated: self.view.verify_data.clone(),
            cookie: retry.and_then(|retry| retry.cookie.clone()),
            ..Offer::honest(self.dial.version, key)
        };
        let mut offer = changes.offer(offer);
        if self.has_act(&Act::WeakShare) {
            offer.groups = vec![NamedGroup::X25519];
        }
        self.offer_session(&script.0, &mut offer)?;
        if retry.is_none() {
            self.view.client_random = random()?;
            self.view.session_id = self.own_session_id(&offer)?;
        }
        if let Some(id) = changes.session_id() {
            self.view.session_id = id.to_vec();
        }
        self.make_shares(&changes.shares(&offer), retry)?;
        self.view.versions.clone_from(&offer.versions);
        self.view.groups.clone_from(&offer.groups);
        let sni = self.dial.sni.as_deref();
        let mut extensions = offer.extensions(sni, self.dial.alpn, &self.view.shares);
        changes.extensions(&mut extensions);
        let hello = ClientHello {
            legacy_version: ProtocolVersion::TLSv1_2,
            random: self.view.client_random,
            session_id: self.view.session_id.clone(),
            cipher_suites: offer.suites.clone(),
            compression_methods: vec![0],
            extensions,
        };
        let psk = self.view.offered.clone().filter(|session| {
            session.version == TlsVersion::Tls13 && offer.offers(TlsVersion::Tls13)
        });
        let mut message = match psk {
            Some(session) => self.with_binder(hello, &session, &script.0)?,
            None => hello.to_message(),
        };
        edit::edit(&mut message, Item::ClientHello, &script)?;
        Ok(message)
    }

    /// Takes the last session along, where the script resumes it.
    fn offer_session(&mut self, acts: &[Act], offer: &mut Offer) -> Result<(), Failure> {
        let how = acts.iter().find_map(|act| match act {
            Act::Resume(how) => Some(*how),
            _ => None,
        });
        let Some(how) = how else { return Ok(()) };
        let mut session = self.dial.memory.session().ok_or(Failure::NoSession)?;
        if how == Resume::WithZeroSecret {
            session.secret.fill(0);
            self.link.bluffs = true;
        }
        if offer.ticket.is_empty() && offer.offers(TlsVersion::Tls12) {
            offer.ticket.clone_from(&session.ticket);
        }
        self.view.offered = Some(session);
        Ok(())
    }

    /// The session id of a new `ClientHello`: that of the session, or one by which a gate shows that it took the ticket
    /// (RFC 5077 3.4); in TLS 1.3 for middleboxes (RFC 8446 D.4).
    fn own_session_id(&self, offer: &Offer) -> Result<Vec<u8>, Failure> {
        match &self.view.offered {
            Some(session) if !session.id.is_empty() => Ok(session.id.clone()),
            None if !offer.offers(TlsVersion::Tls13) => Ok(Vec::new()),
            _ => Ok(random()?.to_vec()),
        }
    }

    fn make_shares(&mut self, groups: &[NamedGroup], retry: Option<&Retry>) -> Result<(), Failure> {
        let asked = retry.and_then(|retry| retry.group);
        if retry.is_some() && asked.is_none() {
            return Ok(());
        }
        if self.has_act(&Act::WeakShare) {
            self.view.shares = vec![KeyExchange::of_zeros()];
            return Ok(());
        }
        let groups = asked.as_ref().map_or(groups, std::slice::from_ref);
        let shares = groups.iter().map(|group| KeyExchange::generate(*group));
        let shares: Result<Vec<_>, _> = shares.collect();
        self.view.shares = shares.map_err(|e| Failure::Unable(e.to_string()))?;
        Ok(())
    }

    /// Adds a PSK whose binder is over everything before it (RFC 8446 4.2.11.2).
    fn with_binder(
        &self,
        mut hello: ClientHello,
        session: &Session,
        acts: &[Act],
    ) -> Result<Message, Failure> {
        let suite = Suite::find(session.suite)
            .ok_or_else(|| Failure::Unable("the session's cipher suite is unknown".to_owned()))?;
        let length = suite.hash.len();
        let age = Instant::now().saturating_duration_since(session.received).as_millis();
        let age = u32::try_from(age).unwrap_or(u32::MAX).wrapping_add(session.age_add);
        let psk = |binder: Vec<u8>| OfferedPsks {
            identities: vec![PskIdentity {
                identity: session.ticket.clone(),
                obfuscated_ticket_age: age,
            }],
            binders: vec![binder],
        };
        hello.extensions.push(extension::pre_shared_key(&psk(vec![0; length])));
        let encoded = hello.to_message().encode();
        // The list of binders ends the message: its length, one binder with its length.
        let binders = length.saturating_add(3);
        let partial = encoded.get(..encoded.len().saturating_sub(binders)).unwrap_or_default();
        let mut transcript = self.view.transcript.clone();
        transcript.push(partial);
        let early = KeySchedule::early(suite.hash, Some(&session.secret));
        let key = early.derive("res binder", &suite.hash.digest(&[]));
        let mut binder = key.verify_data(&transcript.hash(suite.hash));
        if acts.contains(&Act::Resume(Resume::WithWrongBinder))
            && let Some(octet) = binder.first_mut()
        {
            *octet ^= 1;
        }
        hello.extensions.pop();
        hello.extensions.push(extension::pre_shared_key(&psk(binder)));
        Ok(hello.to_message())
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut octets = [0; 32];
    rand::fill(&mut octets)
        .map_err(|_| Failure::Unable("the system gives no random numbers".to_owned()))?;
    Ok(octets)
}
