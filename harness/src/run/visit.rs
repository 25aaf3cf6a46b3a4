//! A step of a client: what comes before it counts, the probe, the verdict.

use mtls_reports::model::{Observation, Verdict};
use mtls_scenarios::{
    Action, EndpointChoice, Expect, Expected, Raw, RawBytes, Reuse, Visit, Wording,
};
use tokio::time::Instant;

use super::connect;
use super::course::Course;
use super::judge::{self, Judgement, Question};
use super::outcome::{passed, skipped, undecided};
use super::probe::Probe;
use super::spot::Spot;
use super::twin::Twin;
use super::wording::Words;
use crate::client::PlainSocket;

/// A verdict, and the facts that it rests on.
pub(super) type Judged = (Judgement, Option<Observation>);

/// Performs a step of a client.
pub(super) async fn perform(course: &mut Course<'_>, visit: &Visit) -> Judged {
    let done = match &visit.action {
        Action::Connect(connect) => connect::perform(course, visit, connect).await,
        Action::Reuse(reuse) => reuse_connection(course, visit, reuse).await,
        Action::Raw(raw) => write_raw(course, visit, raw).await,
    };
    let (judgement, observed) = done.unwrap_or_else(|judgement| (judgement, None));
    (if visit.setup { only_setup(judgement) } else { judgement }, observed)
}

/// What a step says, with the cell's variant where it varies.
pub(super) fn wording(course: &Course<'_>, visit: &Visit) -> Wording {
    let scenario = course.context.library.scenarios.get(&course.case.scenario);
    let variant = course.case.cell.variant.as_ref().filter(|_| visit.vary);
    match variant.and_then(|name| scenario?.variants.get(name)) {
        Some(variant) => visit.say.overlaid(variant),
        None => visit.say.clone(),
    }
}

/// The endpoint that a step goes to.
pub(super) fn spot(course: &Course<'_>, choice: Option<EndpointChoice>) -> Result<Spot, Judgement> {
    course.spot(&EndpointChoice::roles(choice, course.case.cell.mode))
}

/// What is good at an endpoint.
pub(super) fn good(course: &Course<'_>, visit: &Visit, spot: &Spot) -> Vec<Expected> {
    let target = course.stage.target().target();
    judge::good(&visit.expect, spot.mode, &target.policies, target.loose_family)
        .into_iter()
        .collect()
}

/// The verdict on a gate that did not come up again: it lets nobody in.
pub(super) fn of_nobody_there(course: &Course<'_>, visit: &Visit, spot: &Spot) -> Judgement {
    let expected = good(course, visit, spot);
    let refusals = [Expected::Rejected, Expected::Unauthenticated];
    let is_refusal = expected.is_empty() || expected.iter().any(|e| refusals.contains(e));
    let judgement = if is_refusal || course.may_be_down {
        passed()
    } else {
        undecided("the gate did not start after the change".to_owned())
    };
    Judgement { expected, ..judgement }
}

/// A step that only prepares the ground decides nothing.
fn only_setup(judgement: Judgement) -> Judgement {
    match judgement.verdict {
        Verdict::Fail(_) => undecided(format!(
            "what the attack needs did not come about: {}",
            judgement.explanation
        )),
        _ => judgement,
    }
}

/// The question that a step asks, for a client without a certificate.
pub(super) fn question<'q>(
    course: &'q Course<'_>,
    visit: &'q Visit,
    spot: &Spot,
    observed: &'q Observation,
    control: Option<&'q Observation>,
) -> Question<'q> {
    let target = course.stage.target().target();
    Question {
        expect: &visit.expect,
        alerts: &visit.alert,
        mode: spot.mode,
        promises: &target.policies,
        loose_family: target.loose_family,
        reports_identity: target.probe.reports_identity(),
        subject: None,
        observed,
        control,
        pedantic: course.context.options.pedantic,
        resumes: None,
        canary: visit.canary,
        may_wait: visit.may_wait,
        foreign_authority: None,
    }
}

async fn reuse_connection(
    course: &mut Course<'_>,
    visit: &Visit,
    reuse: &Reuse,
) -> Result<Judged, Judgement> {
    if let Some(last) = course.ended.get(&reuse.connection).cloned() {
        if connect::is_served(&last) {
            return Err(skipped("the target ends connections after a response".to_owned()));
        }
        return refused_before(course, visit, reuse, last).await;
    }
    let Some(mut open) = course.connections.remove(&reuse.connection) else {
        return Err(undecided(format!("no connection `{}` was kept open", reuse.connection)));
    };
    let asked = match reuse.endpoint {
        Some(choice) => spot(course, Some(choice))?,
        // Its mode may have changed since.
        None => course.spot(&[open.spot.role])?,
    };
    let words = course.words(&wording(course, visit), &asked)?;
    if course.stage.target().is_down() {
        return Err(of_nobody_there(course, visit, &asked));
    }
    let twin = Twin { visit, spot: &asked, credential: None, lines: None };
    let control = twin.before(course).await?;
    let deadline = course.deadline();
    let (target, tapes) = (course.stage.target(), Some(&course.tapes));
    let probe = Probe { target, spot: &asked, words: &words, deadline, tapes };
    let observed = probe.reuse(&mut open.connection).await;
    let control = twin.after(course, control, &observed).await?;
    let question = question(course, visit, &asked, &observed, control.as_ref());
    let judgement = judge::judge(&Question { subject: open.held.subject.as_ref(), ..question });
    course.connections.insert(reuse.connection.clone(), open);
    Ok((judgement, Some(observed)))
}

/// Whose connection the gate has ended with a refusal has nothing to ask on: that answer stands.
async fn refused_before(
    course: &mut Course<'_>,
    visit: &Visit,
    reuse: &Reuse,
    refusal: Observation,
) -> Result<Judged, Judgement> {
    let asked = spot(course, reuse.endpoint)?;
    let twin = Twin { visit, spot: &asked, credential: None, lines: None };
    let control = twin.before(course).await?;
    let control = twin.after(course, control, &refusal).await?;
    let question = question(course, visit, &asked, &refusal, control.as_ref());
    Ok((judge::judge(&question), Some(refusal)))
}

async fn write_raw(course: &mut Course<'_>, visit: &Visit, raw: &Raw) -> Result<Judged, Judgement> {
    let spot = spot(course, raw.endpoint)?;
    // Without a judgement it is garbage like any other.
    course.speaks_http(raw.send.is_http() && visit.expect != Expect::Anything)?;
    let octets = match &raw.send {
        RawBytes::Text(text) => course.text(text, &spot)?.into_bytes(),
        RawBytes::Hex(digits) => octets(digits),
    };
    let twin = Twin { visit, spot: &spot, credential: None, lines: None };
    let control = twin.before(course).await?;
    let (started, deadline) = (Instant::now(), course.deadline());
    let mut answer = None;
    for _ in 0..raw.times.get() {
        let sent = PlainSocket::send(spot.address, &octets, deadline, course.tapes.blank()).await;
        answer = match sent {
            Ok(socket) if raw.hold => {
                course.sockets.push(socket);
                None
            }
            Ok(socket) => Some(socket.answer(deadline).await),
            Err(failure) => Some(Err(failure)),
        };
    }
    let Some(answer) = answer else { return Ok((passed(), None)) };
    let words = Words::default();
    let target = course.stage.target();
    let probe = Probe { target, spot: &spot, words: &words, deadline, tapes: None };
    let observed = probe.plain(answer, started);
    let control = twin.after(course, control, &observed).await?;
    let judgement = judge::judge(&question(course, visit, &spot, &observed, control.as_ref()));
    Ok((judgement, Some(observed)))
}

/// What pairs of hexadecimal digits stand for; the library was checked when it was loaded.
pub(super) fn octets(digits: &str) -> Vec<u8> {
    let nibbles: Vec<_> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let pairs = nibbles.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, n| sum << 4 | n));
    pairs.filter_map(|octet| u8::try_from(octet).ok()).collect()
}
