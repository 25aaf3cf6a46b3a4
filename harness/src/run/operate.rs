//! Steps of the operator, and time that passes.

use std::time::Duration;

use mtls_reports::PeerText;
use mtls_scenarios::{Alpn, Operation, Role, TlsVersion, Wait};
use rustls::pki_types::UnixTime;
use tokio::time::{Instant, sleep};

use super::course::Course;
use super::judge::Judgement;
use super::outcome::{passed, skipped, undecided};
use super::spot::Spot;
use super::wording::Words;
use crate::client::{self, ClientCredential};
use crate::target::{Change, ChangeError, Changed};

/// How long a server may take until it shows its new configuration; one that does not by then has refused it.
const RELOAD_WITHIN: Duration = Duration::from_secs(3);
/// How long only the new configuration must have been seen: old and new workers accept side by side for a moment.
const SETTLED_AFTER: Duration = Duration::from_millis(300);
/// Pause between looks at the configuration.
const POLL: Duration = Duration::from_millis(15);
/// What a certificate's end is overstepped by: validity counts in seconds, and clocks differ.
const BEYOND: Duration = Duration::from_secs(2);
/// The longest that a real server's certificate is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Changes the gate.
pub(super) async fn operate(course: &mut Course<'_>, operation: &Operation) -> Judgement {
    course.changes += 1;
    match try_to_operate(course, operation).await {
        Ok(Changed::Refused(_)) if operation.may_be_refused => passed(),
        Ok(Changed::Refused(reason)) => {
            undecided(format!("the target did not take the change: {reason}"))
        }
        Ok(Changed::Applied | Changed::Told { .. }) => passed(),
        Err(judgement) => judgement,
    }
}

async fn try_to_operate(
    course: &mut Course<'_>,
    operation: &Operation,
) -> Result<Changed, Judgement> {
    let change = change(course, operation)?;
    let Some(target) = course.stage.changeable() else {
        return Err(skipped("the server is not the harness's to change".to_owned()));
    };
    match target.change(&change).await {
        Ok(Changed::Told { generation, header }) => {
            await_generation(course, generation, &header).await
        }
        Ok(changed) => Ok(changed),
        Err(ChangeError::Unsupported(reason)) => Err(skipped(reason)),
        Err(error) => Err(undecided(error.to_string())),
    }
}

/// The change with the certificates and lists that it names.
pub(super) fn change(course: &Course<'_>, operation: &Operation) -> Result<Change, Judgement> {
    let Operation { set_mode, trust, revoke, ca_file, claim, by, .. } = operation;
    let has = |role: Role| course.spot(&[role]).map(|_| role);
    let world = course.context.wallet.world();
    let mut change = Change { by: *by, ..Change::default() };
    if let Some(set) = set_mode {
        change.modes.insert(has(set.endpoint)?, set.mode);
    }
    if let Some(trust) = trust {
        let anchors = world.anchors(&trust.account, &trust.anchors);
        change.anchors.insert(trust.account.clone(), anchors);
    }
    if let Some(revoke) = revoke {
        let lists = world.crl_set(&course.context.library, &revoke.account, &revoke.lists);
        let lists = lists.map_err(|e| undecided(e.to_string()))?;
        change.crls.insert(revoke.account.clone(), lists);
    }
    if let Some(file) = ca_file {
        change.ca_file = Some((file.account.clone(), file.content));
    }
    if let Some(claim) = claim {
        has(claim.endpoint)?;
        has(claim.host_of)?;
        change.claim = Some(*claim);
    }
    Ok(change)
}

/// Looks until nothing but the new configuration has been seen for a while, or the gate is gone.
async fn await_generation(
    course: &mut Course<'_>,
    generation: u64,
    header: &str,
) -> Result<Changed, Judgement> {
    let until = Instant::now() + RELOAD_WITHIN;
    let wanted = generation.to_string();
    let mut since = None;
    while Instant::now() < until {
        let ended = course.stage.changeable().and_then(|target| target.ended().transpose());
        if let Some(words) = ended.transpose().map_err(|error| undecided(error.to_string()))? {
            return Ok(Changed::Refused(words));
        }
        let shown = shown_generation(course, header).await;
        since = match (shown == Some(wanted.clone()), since) {
            (true, Some(since)) if Instant::now() >= since + SETTLED_AFTER => {
                return Ok(Changed::Applied);
            }
            (true, Some(since)) => Some(since),
            (true, None) => Some(Instant::now()),
            (false, _) => None,
        };
        sleep(POLL).await;
    }
    Ok(Changed::Refused(PeerText::new("it goes on with its old configuration")))
}

/// The generation that the gate shows to anybody.
async fn shown_generation(course: &Course<'_>, header: &str) -> Option<String> {
    let target = course.stage.target();
    let roles: Vec<_> = target.target().endpoints.keys().copied().collect();
    let anybody = [Role::Public, Role::Gamma, Role::SoloLoose];
    let place = target.place(&anybody).or_else(|| target.place(&roles))?;
    let spot = Spot::of(&place);
    let words = Words::default();
    let deadline = course.deadline();
    let mut dial = course.dial(&spot, &words, ClientCredential::none(), deadline);
    (dial.version, dial.alpn) = (TlsVersion::Tls13, Some(Alpn::Http1));
    let mut connection = client::connect(dial).await.ok()?;
    let request = words.request(&spot.host, &target.probe().http()?.identity_path);
    let response = connection.request(request, deadline).await.ok()?;
    Some(response.headers.get(header)?.to_str().ok()?.to_owned())
}

/// Lets time pass.
pub(super) async fn wait(course: &Course<'_>, wait: &Wait) -> Judgement {
    match wait {
        Wait::Elapse(text) => {
            let by = Duration::from_secs(Wait::seconds(text).unwrap_or_default());
            if course.stage.advance_clock(by) {
                return passed();
            }
            skipped(format!("the target has no clock that could be moved by {text}"))
        }
        Wait::Expiry(credential) => until_expired(course, credential).await,
    }
}

async fn until_expired(course: &Course<'_>, credential: &str) -> Judgement {
    let ends = course.shown(credential).filter_map(|held| held.not_after());
    let Some(end) = ends.max() else {
        return undecided(format!("no certificate of `{credential}` was shown before"));
    };
    let end = Duration::from_secs(end.as_secs()) + BEYOND;
    let now = Duration::from_secs(UnixTime::now().as_secs());
    let left = end.saturating_sub(now);
    if course.stage.advance_clock(left) {
        return passed();
    }
    if left > LONGEST_WAIT {
        return skipped(format!("the certificate of `{credential}` lives too long to wait for"));
    }
    sleep(left).await;
    passed()
}
