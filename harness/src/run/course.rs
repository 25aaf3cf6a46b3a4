//! What a case has in hand while its steps are performed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::model::Observation;
use mtls_scenarios::{Alpn, Case, Prelude, Protocol, Role, Script, Wording};
use tokio::time::Instant;

use super::context::Context;
use super::judge::Judgement;
use super::outcome::{skipped, undecided};
use super::preflight::names;
use super::spot::Spot;
use super::stage::Stage;
use super::tapes::Tapes;
use super::wallet::{Held, WalletError};
use super::wording::{Filler, NOT_HTTP, Victim, WordingError, Words};
use super::world::MintError;
use crate::client::{ClientCredential, Connection, Dial, Persona, PlainSocket, Tickets};
use crate::tape::Tape;
use crate::wire;

/// Longest that a kept connection stays open.
const MAX_COURSE: Duration = Duration::from_secs(60);

/// What a case has in hand while its steps are performed.
pub(super) struct Course<'a> {
    pub(super) context: &'a Context,
    pub(super) case: &'a Case,
    pub(super) stage: Stage<'a>,
    pub(super) tickets: BTreeMap<String, Kept>,
    pub(super) connections: BTreeMap<String, Open>,
    /// How often the gate was changed.
    pub(super) changes: usize,
    /// Whether the last change was one that a gate may refuse, and did: then it may be down, too.
    pub(super) may_be_down: bool,
    /// What came of connections that were to be kept open and that the gate ended.
    pub(super) ended: BTreeMap<String, Observation>,
    /// Sockets that are held open and never read.
    pub(super) sockets: Vec<PlainSocket>,
    /// What records its connections.
    pub(super) tapes: Tapes,
    /// What the lying client remembers from one step to the next.
    pub(super) memory: wire::Memory,
    persona: Persona,
    /// By account and name: a case shows the same certificate throughout.
    held: BTreeMap<(String, String), Arc<Held>>,
    open_until: Instant,
}

/// What a gate gave to resume a session with.
pub(super) struct Kept {
    pub(super) tickets: Tickets,
    /// Where the session began, and how often the gate had been changed by then.
    pub(super) began: (Role, usize),
    /// Whether the client was let in that was given it.
    pub(super) let_in: bool,
    /// What came of resuming such a session where it began; `None` where there was nothing to resume.
    pub(super) control: Option<Observation>,
}

/// What the lying client plays, and as whom.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub(super) script: Arc<Script>,
    pub(super) identity: Arc<wire::Identity>,
    /// Credentials that the script names.
    pub(super) others: BTreeMap<String, Arc<wire::Identity>>,
}

impl Lines {
    /// The same without a lie, played by this client.
    pub(super) fn control(&self, held: &Held) -> Self {
        let script = Arc::new(self.script.control());
        Self { script, identity: Arc::clone(&held.identity), others: BTreeMap::new() }
    }
}

/// A connection that was kept open.
pub(super) struct Open {
    pub(super) connection: Connection,
    pub(super) spot: Spot,
    /// Who made it.
    pub(super) held: Arc<Held>,
}

impl<'a> Course<'a> {
    pub(super) fn new(context: &'a Context, case: &'a Case, stage: Stage<'a>) -> Self {
        Self {
            context,
            case,
            stage,
            tickets: BTreeMap::new(),
            connections: BTreeMap::new(),
            changes: 0,
            may_be_down: false,
            ended: BTreeMap::new(),
            sockets: Vec::new(),
            tapes: Tapes::new(context.options.records()),
            memory: wire::Memory::default(),
            persona: Persona::new(&context.provider),
            held: BTreeMap::new(),
            open_until: Instant::now() + MAX_COURSE,
        }
    }

    /// Closes every connection; a gate that is to end would wait for them.
    pub(super) fn leave(self) -> (Stage<'a>, Tapes) {
        let Self { stage, tapes, .. } = self;
        (stage, tapes)
    }

    /// The endpoint that plays one of these roles.
    pub(super) fn spot(&self, roles: &[Role]) -> Result<Spot, Judgement> {
        let place = self.stage.target().place(roles);
        let missing = || skipped(format!("the target has no endpoint {}", names(roles)));
        let place = place.ok_or_else(missing)?;
        self.context.wallet.world().admits(place.endpoint).map_err(skipped)?;
        Ok(Spot::of(&place))
    }

    /// Skips what the target does not speak. Cells of HTTP/1.1 stand for its own protocol where it does not speak HTTP.
    pub(super) fn speaks(&self, alpn: Alpn) -> Result<(), Judgement> {
        let target = self.stage.target().target();
        if target.alpn.contains(&alpn) {
            return Ok(());
        }
        Err(skipped(match target.probe.protocol() {
            Some(_) => NOT_HTTP.to_owned(),
            None => format!("the target does not speak {}", alpn.as_str()),
        }))
    }

    /// Skips what is about HTTP at a target that does not speak it.
    pub(super) fn speaks_http(&self, about_http: bool) -> Result<(), Judgement> {
        if about_http && self.stage.target().probe().protocol().is_some() {
            return Err(skipped(NOT_HTTP.to_owned()));
        }
        Ok(())
    }

    /// The application protocol that its client offers; none where that is not HTTP.
    fn offered(&self) -> Option<Alpn> {
        self.stage.target().probe().http().map(|_| self.case.cell.alpn)
    }

    /// A credential; the same one whenever the case asks for it again.
    pub(super) fn hold(&mut self, account: &str, credential: &str) -> Result<Arc<Held>, Judgement> {
        let name = (account.to_owned(), credential.to_owned());
        if let Some(held) = self.held.get(&name) {
            return Ok(Arc::clone(held));
        }
        let held = self.context.wallet.hold(account, credential, self.case.cell.key);
        let held = held.map_err(|e| match e {
            WalletError::Mint(MintError::Unavailable(reason)) => skipped(reason),
            other => undecided(other.to_string()),
        })?;
        self.held.insert(name, Arc::clone(&held));
        Ok(held)
    }

    /// Lets a credential go, so that the next one is minted anew.
    pub(super) fn drop_held(&mut self, account: &str, credential: &str) {
        self.held.remove(&(account.to_owned(), credential.to_owned()));
    }

    /// The certificates of a credential that the case has shown, under whatever account.
    pub(super) fn shown<'s>(&'s self, credential: &'s str) -> impl Iterator<Item = &'s Arc<Held>> {
        let named = self.held.iter().filter(move |((_, name), _)| name == credential);
        named.map(|(_, held)| held)
    }

    /// Fills in what a client says at an endpoint.
    pub(super) fn words(&mut self, wording: &Wording, spot: &Spot) -> Result<Words, Judgement> {
        self.speaks_http(wording.is_about_http())?;
        self.fill(spot, wording.texts().any(|text| text.contains('{')), |f| f.words(wording))
    }

    /// Fills in one text.
    pub(super) fn text(&mut self, text: &str, spot: &Spot) -> Result<String, Judgement> {
        self.fill(spot, text.contains('{'), |f| f.text(text))
    }

    fn fill<T>(
        &mut self,
        spot: &Spot,
        has_placeholders: bool,
        fill: impl FnOnce(&Filler<'_>) -> Result<T, WordingError>,
    ) -> Result<T, Judgement> {
        let victim = if has_placeholders { self.victim(&spot.account) } else { None };
        let filler = Filler { target: self.stage.target(), spot, victim: victim.as_ref() };
        fill(&filler).map_err(|error| match error {
            WordingError::NoRole(_)
            | WordingError::NotHttp
            | WordingError::Unanswered(_)
            | WordingError::NoVictim => skipped(error.to_string()),
            WordingError::Placeholder(_) => undecided(error.to_string()),
        })
    }

    fn victim(&mut self, account: &str) -> Option<Victim> {
        let held = self.hold(account, "valid").ok()?;
        let subject = held.subject.as_ref()?;
        Some(Victim {
            subject: subject.name.clone(),
            sha256: subject.sha256.clone(),
            certificate: held.certificate.clone()?,
        })
    }

    /// A connection to make, by the client of this case.
    pub(super) fn dial<'d>(
        &'d self,
        spot: &'d Spot,
        words: &'d Words,
        credential: ClientCredential,
        deadline: Instant,
    ) -> Dial<'d> {
        Dial {
            address: spot.address,
            sni: words.sni(&spot.host),
            hello: words.hello(),
            version: self.case.cell.tls,
            alpn: self.offered(),
            prelude: self.prelude(),
            persona: &self.persona,
            credential,
            resumption: None,
            offer: Tickets::default(),
            early_request: None,
            deadline,
            open_until: self.open_until,
            tape: Tape::default(),
        }
    }

    /// A connection to make by script.
    pub(super) fn scripted(
        &self,
        spot: &Spot,
        words: &Words,
        lines: Lines,
        deadline: Instant,
    ) -> Result<wire::Dial, Judgement> {
        let cell = &self.case.cell;
        let stranger = self.context.wallet.world().stranger(cell.key);
        Ok(wire::Dial {
            address: spot.address,
            sni: words.written_sni(&spot.host).map(str::to_owned),
            version: cell.tls,
            alpn: self.offered(),
            prelude: self.prelude(),
            script: lines.script,
            identity: lines.identity,
            others: lines.others,
            stranger: Some(stranger.map_err(|e| undecided(e.to_string()))?),
            memory: self.memory.clone(),
            tape: Tape::default(),
            deadline,
            open_until: self.open_until,
        })
    }

    /// What is said before TLS begins.
    fn prelude(&self) -> Option<Prelude> {
        self.stage.target().probe().protocol().and_then(Protocol::prelude)
    }

    /// When the next probe must be done.
    pub(super) fn deadline(&self) -> Instant {
        let needed = self.stage.target().target().answers_within.map(Duration::from_secs);
        Instant::now() + self.context.options.timeout.max(needed.unwrap_or_default())
    }
}
