//! A step that makes a connection.

use std::sync::Arc;

use mtls_reports::PeerText;
use mtls_reports::describe;
use mtls_reports::model::{Discrepancy, Observation, Outcome, Verdict};
use mtls_scenarios::{Authorities, Connect, Expected, Mode, Resumption, Visit};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use super::control::Path;
use super::course::{Course, Kept, Lines, Open};
use super::early;
use super::judge::{self, Judgement, Question};
use super::key;
use super::outcome::{skipped, undecided};
use super::probe::{Probe, Probed};
use super::script;
use super::spot::Spot;
use super::twin::{Twin, stranger};
use super::visit::{self, Judged};
use super::wallet::Held;
use super::wording::Words;
use crate::client::{Connection, Dial, Persona, Tickets};

/// How often a certificate that is valid from the next second on is tried again when that second came first.
const CLOCK_ATTEMPTS: usize = 3;

/// Performs the step.
pub(super) async fn perform(
    course: &mut Course<'_>,
    visit: &Visit,
    connect: &Connect,
) -> Result<Judged, Judgement> {
    let mut attempt = Attempt::prepare(course, visit, connect)?;
    if course.stage.target().is_down() {
        return Err(visit::of_nobody_there(course, visit, &attempt.spot));
    }
    let name = attempt.ordinary().then(|| attempt.credential.clone());
    let spot = attempt.spot.clone();
    let lines = attempt.lines.clone();
    let twin = Twin { visit, spot: &spot, credential: name.as_deref(), lines: lines.as_ref() };
    let control = twin.before(course).await?;
    attempt.full_handshake_too(course).await?;
    let mut probed = attempt.probe(course).await?;
    for _ in 1..CLOCK_ATTEMPTS {
        if !attempt.came_too_late(&probed.observation) {
            break;
        }
        attempt.mint_anew(course)?;
        probed = attempt.probe(course).await?;
    }
    let Probed { observation, connection } = probed;
    if attempt.came_too_late(&observation) {
        let reason = "the certificate became valid while it was being tried".to_owned();
        return Ok((undecided(reason), Some(observation)));
    }
    let control = twin.after(course, control, &observation).await?;
    let foreign = attempt.foreign_authority(course, connection.as_ref());
    let question = visit::question(course, visit, &spot, &observation, control.as_ref());
    let question =
        Question { foreign_authority: foreign.as_deref(), ..attempt.asked(course, question) };
    let judgement = judge::judge(&question);
    let own = attempt.held.identity.key.as_ref().map(|key| key.algorithm());
    let unwanted = match judgement.verdict {
        Verdict::Inconclusive { .. } => {
            key::unwanted(course, &twin, own, &observation, control.as_ref()).await
        }
        _ => None,
    };
    let judgement = unwanted.unwrap_or(judgement);
    attempt.keep(course, &observation, connection).await;
    Ok((judgement, Some(observation)))
}

/// A connection to make, with all its names resolved.
struct Attempt<'a> {
    visit: &'a Visit,
    connect: &'a Connect,
    spot: Spot,
    words: Words,
    account: String,
    credential: String,
    held: Arc<Held>,
    /// What the lying client plays; `None` for the honest one.
    lines: Option<Lines>,
    /// What is offered for resumption; `None` for a full handshake.
    offer: Option<Tickets>,
    /// Whether a session is offered unharmed, where it began and under the same policy. Elsewhere a full handshake is right.
    at_home: bool,
}

impl<'a> Attempt<'a> {
    fn prepare(
        course: &mut Course<'_>,
        visit: &'a Visit,
        connect: &'a Connect,
    ) -> Result<Self, Judgement> {
        let spot = visit::spot(course, connect.endpoint)?;
        course.speaks(course.case.cell.alpn)?;
        course.speaks_http(connect.early_data)?;
        says_whom(course, &spot)?;
        let credential =
            connect.credential.as_ref().or(course.case.cell.credential.as_ref()).cloned();
        let credential =
            credential.ok_or_else(|| undecided("the step names no credential".to_owned()))?;
        let account = connect.account.clone().unwrap_or_else(|| spot.account.clone());
        let held = course.hold(&account, &credential)?;
        if let Some(anchor) = untrusted(course, &held) {
            let reason = format!("the target does not trust the anchor `{anchor}` of the account");
            return Err(skipped(reason));
        }
        let wording = visit::wording(course, visit);
        let words = course.words(&wording, &spot)?;
        let lines = match &wording.script {
            Some(script) => Some(script::lines(
                course,
                script,
                (&account, &held),
                words.sni(&spot.host).is_some(),
            )?),
            None => None,
        };
        let offer = match &connect.resume {
            Some(name) => offer(course, name)?,
            None => None,
        };
        let at_home = words == words.without_ticket() && began_here(course, connect, &spot);
        Ok(Self { visit, connect, spot, words, account, credential, held, lines, offer, at_home })
    }

    /// Whether its client is an ordinary one: it does not resume, says nothing odd, and belongs to the endpoint's account.
    fn ordinary(&self) -> bool {
        let own = self.account == self.spot.account;
        self.lines.is_none() && self.offer.is_none() && self.words == Words::default() && own
    }

    fn resumption(&self, course: &Course<'_>) -> Option<Resumption> {
        let takes_part = self.offer.is_some() || self.connect.keep_tickets.is_some();
        course.case.cell.resumption.filter(|_| takes_part)
    }

    async fn probe(&self, course: &Course<'_>) -> Result<Probed, Judgement> {
        let target = course.stage.target();
        let tapes = Some(&course.tapes);
        if let Some(lines) = &self.lines {
            let deadline = script::deadline(course, &lines.script);
            let probe = Probe { target, spot: &self.spot, words: &self.words, deadline, tapes };
            let dial = course.scripted(&self.spot, &self.words, lines.clone(), deadline)?;
            return Ok(probe.connect(dial).await);
        }
        let deadline = course.deadline();
        let probe = Probe { target, spot: &self.spot, words: &self.words, deadline, tapes };
        let early = self.connect.early_data.then(|| early::written(&probe.protected_request()));
        let mut dial = course.dial(&self.spot, &self.words, self.held.client.clone(), deadline);
        dial.resumption = self.resumption(course);
        dial.offer = self.offer.clone().unwrap_or_default();
        dial.early_request = early.as_deref();
        Ok(probe.connect(dial).await)
    }

    /// The control of a refused resumption: with a full handshake, the same client is not let in either.
    async fn full_handshake_too(&self, course: &Course<'_>) -> Result<(), Judgement> {
        let good = visit::good(course, self.visit, &self.spot);
        let accepts = good.is_empty() || good.contains(&Expected::Authenticated);
        if self.offer.is_none() || accepts {
            return Ok(());
        }
        let words = self.words.without_ticket();
        let seen = stranger(course, &self.spot, &self.held, &words).await;
        let question = visit::question(course, self.visit, &self.spot, &seen, None);
        let question = Question { resumes: None, ..self.asked(course, question) };
        let judgement = judge::judge(&question);
        match judgement.verdict {
            Verdict::Pass(_) => Ok(()),
            Verdict::Fail(Discrepancy::UnexpectedAcceptance) => Err(skipped(
                "the gate lets the same client in with a full handshake, too, so that its session gets it nothing more".to_owned(),
            )),
            _ => Err(undecided(format!(
                "the control, the same client with a full handshake: {}",
                judgement.explanation
            ))),
        }
    }

    fn asked<'q>(&'q self, course: &Course<'_>, question: Question<'q>) -> Question<'q> {
        let subject = self.held.subject.as_ref();
        // A gate that promises to send away who does not get on, and does not, gives no answer either.
        let waits = self.lines.as_ref().is_some_and(|lines| lines.script.outwaits());
        let canary = question.canary || waits;
        let resumes = self.resumption(course).filter(|_| self.offer.is_some() && self.at_home);
        Question { subject, resumes, canary, ..question }
    }

    fn came_too_late(&self, seen: &Observation) -> bool {
        matches!(seen.outcome, Outcome::Authenticated { .. }) && self.held.is_valid_by_now()
    }

    fn mint_anew(&mut self, course: &mut Course<'_>) -> Result<(), Judgement> {
        course.drop_held(&self.account, &self.credential);
        self.held = course.hold(&self.account, &self.credential)?;
        Ok(())
    }

    /// A CA that the `CertificateRequest` names though it is not the account's.
    fn foreign_authority(
        &self,
        course: &Course<'_>,
        connection: Option<&Connection>,
    ) -> Option<String> {
        let Authorities::OwnAccount = self.visit.authorities?;
        let world = course.context.wallet.world();
        let named = connection?.authorities();
        let foreign = named.iter().find(|name| world.is_foreign_to(&self.spot.account, name))?;
        let text = X509Name::from_der(foreign).map(|(_, name)| name.to_string());
        Some(PeerText::new(&text.unwrap_or_else(|_| "something unreadable".to_owned())).to_string())
    }

    /// Keeps what later steps ask for.
    async fn keep(
        &self,
        course: &mut Course<'_>,
        seen: &Observation,
        mut connection: Option<Connection>,
    ) {
        if let Some(name) = &self.connect.keep_tickets {
            let tickets = connection.as_ref().map(|c| c.tickets().clone()).unwrap_or_default();
            let let_in = is_served(seen);
            let control = if tickets.is_empty() { None } else { self.resumes_here(course).await };
            let began = (self.spot.role, course.changes);
            course.tickets.insert(name.clone(), Kept { tickets, began, let_in, control });
        }
        let Some(name) = &self.connect.keep_open else { return };
        let is_over = match (&seen.outcome, &mut connection) {
            (Outcome::RejectedTls(_) | Outcome::RejectedProtocol { .. }, _) => true,
            (_, Some(connection)) => !connection.is_reusable(course.deadline()).await,
            (_, None) => false,
        };
        if is_over {
            course.ended.insert(name.clone(), seen.clone());
        } else if let Some(connection) = connection {
            let open = Open { connection, spot: self.spot.clone(), held: Arc::clone(&self.held) };
            course.connections.insert(name.clone(), open);
        }
    }

    /// What comes of resuming such a session where it began, by a client of its own.
    async fn resumes_here(&self, course: &Course<'_>) -> Option<Observation> {
        let how = self.resumption(course)?;
        let cell = &course.case.cell;
        let path = Path {
            role: self.spot.role,
            tls: cell.tls,
            key: cell.key,
            alpn: cell.alpn,
            account: self.account.clone(),
            credential: self.credential.clone(),
            scripted: false,
            authenticates_later: false,
            resumption: Some((how, self.words.clone())),
        };
        let observe = async || {
            let persona = Persona::new(&course.context.provider);
            let first = self.come_back(course, &persona, how, Tickets::default()).await;
            let given = first.connection.map(|c| c.tickets().clone()).unwrap_or_default();
            self.come_back(course, &persona, how, given).await.observation
        };
        Some(if course.stage.is_shared() {
            course.context.controls.before(&path, observe).await
        } else {
            observe().await
        })
    }

    async fn come_back(
        &self,
        course: &Course<'_>,
        persona: &Persona,
        how: Resumption,
        offer: Tickets,
    ) -> Probed {
        let deadline = course.deadline();
        let target = course.stage.target();
        let probe = Probe { target, spot: &self.spot, words: &self.words, deadline, tapes: None };
        let dial = Dial {
            persona,
            resumption: Some(how),
            offer,
            ..course.dial(&self.spot, &self.words, self.held.client.clone(), deadline)
        };
        probe.connect(dial).await
    }
}

/// What was kept under this name, if it is of use.
fn offer(course: &Course<'_>, name: &str) -> Result<Option<Tickets>, Judgement> {
    let Some(kept) = course.tickets.get(name) else { return Ok(None) };
    if kept.tickets.is_empty() {
        if kept.let_in {
            return Err(skipped("the target gives nothing to resume a session with".to_owned()));
        }
        // Whoever was refused comes back with empty hands.
        return Ok(None);
    }
    match &kept.control {
        Some(control) if control.tls.resumed != Some(true) => {
            if !kept.let_in {
                // It was given a session that is good nowhere.
                return Ok(None);
            }
            if course.case.cell.resumption == Some(Resumption::SessionId) && is_served(control) {
                // A TLS 1.2 gate may name a session that it does not remember.
                return Err(skipped("the target resumes no session by its id".to_owned()));
            }
            Err(undecided(format!(
                "the control, resumption where the session began: {} in a full handshake",
                describe(control)
            )))
        }
        _ => Ok(Some(kept.tickets.clone())),
    }
}

/// Whether the gate answered the client, as somebody or nobody.
pub(super) fn is_served(seen: &Observation) -> bool {
    matches!(seen.outcome, Outcome::Authenticated { .. } | Outcome::Anonymous)
}

/// Whether the session to resume began at this endpoint, which has not been changed since.
fn began_here(course: &Course<'_>, connect: &Connect, spot: &Spot) -> bool {
    let kept = connect.resume.as_ref().and_then(|name| course.tickets.get(name));
    kept.is_some_and(|kept| kept.began == (spot.role, course.changes))
}

/// Skips what proves nothing at a target that does not say whom it sees.
pub(super) fn says_whom(course: &Course<'_>, spot: &Spot) -> Result<(), Judgement> {
    let probe = course.stage.target().probe();
    if spot.mode == Mode::Strict || probe.tells_apart() {
        return Ok(());
    }
    if probe.protocol().is_some() {
        return Err(skipped(
            "the target does not say whom it sees, and serves everybody".to_owned(),
        ));
    }
    if spot.mode == Mode::Loose {
        return Err(skipped(
            "the target does not say whom it sees, so in LOOSE mode a 2xx proves nothing; \
             give --identity-header, --identity-json or --marker"
                .to_owned(),
        ));
    }
    Ok(())
}

/// An anchor that the credential needs to be accepted under and the target was not told of.
pub(super) fn untrusted(course: &Course<'_>, held: &Held) -> Option<String> {
    let trusted = course.stage.target().target().anchors.as_ref()?;
    held.anchors.iter().find(|anchor| !trusted.contains(anchor)).cloned()
}
