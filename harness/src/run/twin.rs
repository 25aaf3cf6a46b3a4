//! The positive twin: a valid client that must be let in where another one is refused, before the refusal counts.

use std::sync::Arc;

use mtls_reports::model::Observation;
use mtls_scenarios::{Control, Expected, KeyAlgorithm, Visit};

use super::control::{self, Path};
use super::course::{Course, Lines};
use super::judge::Judgement;
use super::outcome::undecided;
use super::probe::Probe;
use super::spot::Spot;
use super::visit;
use super::wallet::Held;
use super::wording::Words;
use crate::client::Persona;

/// Whom a step needs to be let in.
pub(super) struct Twin<'a> {
    pub(super) visit: &'a Visit,
    pub(super) spot: &'a Spot,
    /// What an ordinary client of the step itself shows; its own twin it need not have.
    pub(super) credential: Option<&'a str>,
    /// What the step's client plays, where it is the one that can lie; then so is its control.
    pub(super) lines: Option<&'a Lines>,
}

impl Twin<'_> {
    /// What the twin sees; `None` where nobody needs to know.
    pub(super) async fn before(
        &self,
        course: &mut Course<'_>,
    ) -> Result<Option<Observation>, Judgement> {
        let Control::Twin(name) = &self.visit.control else { return Ok(None) };
        let expected = visit::good(course, self.visit, self.spot);
        let only_acceptance = expected.iter().all(|e| *e == Expected::Authenticated);
        if only_acceptance || self.credential == Some(name) {
            return Ok(None);
        }
        self.look(course, name, course.case.cell.key, false).await.map(Some)
    }

    /// What it sees after a refusal that may only mean that nobody is there; else what it saw before.
    pub(super) async fn after(
        &self,
        course: &mut Course<'_>,
        before: Option<Observation>,
        seen: &Observation,
    ) -> Result<Option<Observation>, Judgement> {
        match &self.visit.control {
            Control::Twin(name) if before.is_some() && control::is_weak(&seen.outcome) => {
                self.look(course, name, course.case.cell.key, true).await.map(Some)
            }
            _ => Ok(before),
        }
    }

    /// What it sees now with another key, so that it is known whether its own was the reason for a refusal: what was seen before
    /// might be of a gate that has gone since.
    pub(super) async fn with_key(
        &self,
        course: &mut Course<'_>,
        key: KeyAlgorithm,
    ) -> Result<Observation, Judgement> {
        let Control::Twin(name) = &self.visit.control else {
            return Err(undecided("the step has no control of its own".to_owned()));
        };
        self.look(course, name, key, true).await
    }

    /// The twin. Where only clients were lent, one of those is let in instead of one that none of them can be.
    fn hold<'n>(
        &self,
        course: &mut Course<'_>,
        name: &'n str,
        key: KeyAlgorithm,
    ) -> Result<(&'n str, Arc<Held>), Judgement> {
        let account = &self.spot.account;
        if key != course.case.cell.key {
            let held = course.context.wallet.hold(account, name, key);
            return Ok((name, held.map_err(|e| undecided(e.to_string()))?));
        }
        match course.hold(account, name) {
            Err(_) if course.context.wallet.world().has_only_clients(account) => {
                Ok(("valid", course.hold(account, "valid")?))
            }
            held => Ok((name, held?)),
        }
    }

    async fn look(
        &self,
        course: &mut Course<'_>,
        name: &str,
        key: KeyAlgorithm,
        again: bool,
    ) -> Result<Observation, Judgement> {
        let spot = self.spot;
        let (name, held) = self.hold(course, name, key)?;
        let cell = &course.case.cell;
        let path = Path {
            role: spot.role,
            tls: cell.tls,
            key,
            alpn: cell.alpn,
            account: spot.account.clone(),
            credential: name.to_owned(),
            scripted: self.lines.is_some(),
            authenticates_later: self.lines.is_some_and(|l| l.script.authenticates_later()),
            resumption: None,
        };
        let course = &*course;
        let words = Words::default();
        let deadline = course.deadline();
        let honest = self.lines.map(|lines| lines.control(&held));
        let honest = honest.map(|lines| course.scripted(spot, &words, lines, deadline));
        let honest = honest.transpose()?;
        let probe =
            Probe { target: course.stage.target(), spot, words: &words, deadline, tapes: None };
        let observe = async || match honest {
            Some(honest) => probe.connect(honest).await.observation,
            None => stranger(course, spot, &held, &words).await,
        };
        let controls = &course.context.controls;
        Ok(match (course.stage.is_shared(), again) {
            (false, _) => observe().await,
            (true, true) => controls.after(&path, observe).await,
            (true, false) => controls.before(&path, observe).await,
        })
    }
}

/// What a client sees that the gate has never seen before.
pub(super) async fn stranger(
    course: &Course<'_>,
    spot: &Spot,
    held: &Held,
    words: &Words,
) -> Observation {
    let persona = Persona::new(&course.context.provider);
    let deadline = course.deadline();
    let mut dial = course.dial(spot, words, held.client.clone(), deadline);
    dial.persona = &persona;
    let target = course.stage.target();
    Probe { target, spot, words, deadline, tapes: None }.connect(dial).await.observation
}
