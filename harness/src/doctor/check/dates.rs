//! Dates: of the client's certificate, of the intermediates, and of the CA.

use super::Subject;
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::moment::{day, days, instant};
use crate::doctor::table;

/// How soon is soon.
const SOON_DAYS: i64 = 30;
/// Ten years: more is rarely meant.
const LONG_DAYS: i64 = 3_653;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let now = subject.now;
    let mut findings = Vec::new();
    for certificate in subject.chain.sent() {
        let rules = [&table::NOT_YET_VALID, &table::EXPIRED, &table::EXPIRES_SOON];
        findings.extend(validity(certificate, now, rules));
        findings.extend(lifetime(certificate));
    }
    for ca in subject.chain.cas() {
        let rules = [&table::CA_NOT_YET_VALID, &table::CA_EXPIRED, &table::CA_EXPIRES_SOON];
        findings.extend(validity(ca, now, rules));
    }
    let path: Vec<_> = subject.chain.path().collect();
    for pair in path.windows(2) {
        if let [child, issuer] = pair
            && child.not_after > issuer.not_after
            && issuer.not_after > now
        {
            let what = format!(
                "It is to last until {}, its issuer only until {}.",
                day(child.not_after),
                day(issuer.not_after)
            );
            findings.push(table::OUTLIVES_ISSUER.at(&child.place, what));
        }
    }
    findings
}

/// Not valid yet, expired, or soon to be.
fn validity(
    certificate: &Certificate,
    now: i64,
    [early, late, soon]: [&'static crate::doctor::finding::Rule; 3],
) -> Option<Finding> {
    let (from, until) = (certificate.not_before, certificate.not_after);
    let left = days(now, until);
    let (rule, what) = if now > until {
        let ago = days(until, now);
        (late, format!("It expired at {}, {} ago.", instant(until), count(ago)))
    } else if now < from {
        (early, format!("It is not valid before {}.", instant(from)))
    } else if left <= SOON_DAYS {
        (soon, format!("It expires at {}, in {}.", instant(until), count(left)))
    } else {
        return None;
    };
    Some(rule.at(&certificate.place, what))
}

fn lifetime(certificate: &Certificate) -> Option<Finding> {
    let lifetime = days(certificate.not_before, certificate.not_after);
    let what = format!("It is valid for {} days, until {}.", lifetime, day(certificate.not_after));
    (lifetime > LONG_DAYS).then(|| table::LONG_LIVED.at(&certificate.place, what))
}

fn count(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}
