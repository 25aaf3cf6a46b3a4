//! Steps of a scenario to what a person does.

use mtls_reports::describe_expected;
use mtls_scenarios::{
    Action, Connect, Control, Expected, Operation, Raw, RawBytes, Reuse, Step, ValueSource, Visit,
    Wait,
};

use super::client::{Client, requests};
use super::command::{Command, Part, Plain};
use super::guide::{Obstacle, Writing};
use super::request::http1;
use crate::run::connect::{says_whom, untrusted};
use crate::run::spot::Spot;
use crate::run::visit;
use crate::run::wording::Words;
use crate::run::{action, operate};
use crate::target::{ChangeError, Running};

/// What a person does for a step.
pub(super) async fn part(writing: &mut Writing<'_>, step: &Step) -> Result<Part, Obstacle> {
    let title = action::describe(writing.course.case, step);
    let (commands, look_for) = match step {
        Step::Visit(visit) => client(writing, visit).await?,
        Step::Operate(operation) => (change(writing, operation).await?, Vec::new()),
        Step::Wait(Wait::Elapse(text)) => {
            let what = format!("the server's clock would have to be put forward by {text}");
            return Err(Obstacle::Beyond(what));
        }
        Step::Wait(Wait::Expiry(credential)) => {
            return Err(Obstacle::Beyond(format!(
                "the certificate of `{credential}` is good for seconds and made anew for each connection"
            )));
        }
    };
    Ok(Part { title, commands, look_for })
}

async fn client(
    writing: &mut Writing<'_>,
    visit: &Visit,
) -> Result<(Vec<Command>, Vec<String>), Obstacle> {
    let wording = visit::wording(&writing.course, visit);
    if wording.script.is_some() {
        let what = "the client lies in the handshake, by script";
        return Err(Obstacle::Beyond(what.to_owned()));
    }
    match &visit.action {
        Action::Connect(connect) => {
            let spot = visit::spot(&writing.course, connect.endpoint)?;
            let words = writing.course.words(&wording, &spot)?;
            let commands = connection(writing, visit, connect, (&spot, &words)).await?;
            Ok((commands, look_for(writing, visit, &spot)))
        }
        Action::Reuse(reuse) => again(writing, visit, reuse).await,
        Action::Raw(raw) => octets(writing, visit, raw).await,
    }
}

async fn connection(
    writing: &mut Writing<'_>,
    visit: &Visit,
    connect: &Connect,
    (spot, words): (&Spot, &Words),
) -> Result<Vec<Command>, Obstacle> {
    let course = &mut writing.course;
    course.speaks(course.case.cell.alpn)?;
    says_whom(course, spot)?;
    let of_cell = course.case.cell.credential.as_ref();
    let credential = connect.credential.as_ref().or(of_cell).cloned();
    let credential = credential
        .ok_or_else(|| Obstacle::NotPerformed("the step names no credential".to_owned()))?;
    let account = connect.account.as_ref().unwrap_or(&spot.account);
    let held = course.hold(account, &credential)?;
    if let Some(anchor) = untrusted(course, &held) {
        let reason = format!("the target does not trust the anchor `{anchor}` of the account");
        return Err(Obstacle::NotPerformed(reason));
    }
    let client = Client { spot, words, account, credential: &credential };
    let ordinary = *words == Words::default() && connect.resume.is_none();
    let own = ordinary && *account == spot.account;
    let mut commands = control(writing, visit, spot, own.then_some(credential.as_str())).await?;
    let attack = client.command(writing, connect).await?;
    if connect.resume.is_some() && may_be_refused(writing, visit, spot) {
        commands.push(remark("Control: the same client without the session."));
        commands.push(client.command(writing, &Connect::default()).await?);
    }
    Ok(after(commands, attack))
}

/// What a case does itself, after its controls.
fn after(mut controls: Vec<Command>, attack: Command) -> Vec<Command> {
    if !controls.is_empty() {
        controls.push(remark("The case itself."));
    }
    controls.push(attack);
    controls
}

/// The valid client that must be let in before a refusal says anything.
async fn control(
    writing: &mut Writing<'_>,
    visit: &Visit,
    spot: &Spot,
    credential: Option<&str>,
) -> Result<Vec<Command>, Obstacle> {
    let Control::Twin(name) = &visit.control else { return Ok(Vec::new()) };
    if credential == Some(name) || !may_be_refused(writing, visit, spot) {
        return Ok(Vec::new());
    }
    let words = Words::default();
    let client = Client { spot, words: &words, account: &spot.account, credential: name };
    let command = client.command(writing, &Connect::default()).await?;
    let what = format!("Control: `{name}` must be let in, else a refusal says nothing.");
    Ok(vec![Command::Remark(what), command])
}

/// Whether anything but acceptance is good.
fn may_be_refused(writing: &Writing<'_>, visit: &Visit, spot: &Spot) -> bool {
    let good = visit::good(&writing.course, visit, spot);
    good.iter().any(|expected| *expected != Expected::Authenticated)
}

async fn again(
    writing: &mut Writing<'_>,
    visit: &Visit,
    reuse: &Reuse,
) -> Result<(Vec<Command>, Vec<String>), Obstacle> {
    let kept = writing.kept.get(&reuse.connection).copied();
    let spot = match (reuse.endpoint, kept) {
        (Some(choice), _) => visit::spot(&writing.course, Some(choice))?,
        // Its name and mode may have changed since.
        (None, Some(role)) => writing.course.spot(&[role])?,
        (None, None) => {
            let name = &reuse.connection;
            return Err(Obstacle::NotPerformed(format!("no connection `{name}` was kept open")));
        }
    };
    let wording = visit::wording(&writing.course, visit);
    let words = writing.course.words(&wording, &spot)?;
    let controls = control(writing, visit, &spot, None).await?;
    let target = writing.course.stage.target();
    let requests = requests(target, &spot, &words).iter().map(http1).collect();
    let ask = Command::Again { connection: reuse.connection.clone(), requests };
    Ok((after(controls, ask), look_for(writing, visit, &spot)))
}

async fn octets(
    writing: &mut Writing<'_>,
    visit: &Visit,
    raw: &Raw,
) -> Result<(Vec<Command>, Vec<String>), Obstacle> {
    let spot = visit::spot(&writing.course, raw.endpoint)?;
    let octets = match &raw.send {
        RawBytes::Text(text) => writing.course.text(text, &spot)?.into_bytes(),
        RawBytes::Hex(digits) => visit::octets(digits),
    };
    let controls = control(writing, visit, &spot, None).await?;
    let (address, times) = (spot.address, raw.times.get());
    let plain = Command::Plain(Plain { address, octets, hold: raw.hold, times });
    let look_for = if raw.hold { Vec::new() } else { look_for(writing, visit, &spot) };
    Ok((after(controls, plain), look_for))
}

async fn change(
    writing: &mut Writing<'_>,
    operation: &Operation,
) -> Result<Vec<Command>, Obstacle> {
    let change = operate::change(&writing.course, operation)?;
    let unchangeable = || {
        let reason = "the server is not the harness's to change";
        Obstacle::NotPerformed(reason.to_owned())
    };
    let target = writing.course.stage.changeable().ok_or_else(unchangeable)?;
    match target.change(&change).await {
        Ok(_) => {}
        Err(ChangeError::Unsupported(reason)) => return Err(Obstacle::NotPerformed(reason)),
        Err(error) => return Err(Obstacle::Broken(error.to_string())),
    }
    let revision = target.paper().and_then(|paper| paper.revisions().last()).cloned();
    Ok(vec![Command::Change(revision.ok_or_else(unchangeable)?)])
}

/// What shows whether it came out right.
fn look_for(writing: &Writing<'_>, visit: &Visit, spot: &Spot) -> Vec<String> {
    let good = visit::good(&writing.course, visit, spot);
    let target = writing.course.stage.target();
    let let_in = match (target.marker(spot.role), target.probe().http()) {
        (Some(marker), _) => format!("Whoever reads `{marker}` was let in."),
        (None, Some(paths)) => {
            format!("Whoever gets a 2xx for {} was let in.", paths.protected_path)
        }
        (None, None) => "Whoever is answered was let in.".to_owned(),
    };
    vec![format!("Right would be: {}.", describe_expected(&good)), let_in]
}

/// How the answers of a target are read, a line each.
pub(super) fn reading(target: &Running) -> Vec<String> {
    let Some(probe) = target.probe().http() else {
        let refusals = "Refusals are alerts, a closed connection, or an error of the protocol.";
        return vec![refusals.to_owned()];
    };
    let mut lines = vec![
        "Refusals are alerts, a closed connection, or an HTTP status of 4xx.".to_owned(),
        format!(
            "Whoever gets no more than a 2xx for {} was served as nobody.",
            probe.identity_path
        ),
    ];
    if let Some(identity) = &probe.identity {
        let value = match identity.verified_value.as_str() {
            "*" => "and a value",
            value => value,
        };
        let says = match &identity.verified {
            ValueSource::Header(name) => format!("`{name}: {value}` in the head"),
            ValueSource::Json(pointer) => format!("{value} at `{pointer}` in the body"),
            ValueSource::Line(start) => format!("a line `{start} {value}`"),
            ValueSource::PemSha256 => "the client's certificate in the body".to_owned(),
        };
        lines.push(format!("The server calls a client verified by {says}."));
    }
    lines
}

fn remark(text: &str) -> Command {
    Command::Remark(text.to_owned())
}
