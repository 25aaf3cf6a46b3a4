//! What a waiver must say, beyond its form.

use crate::diagnostic::did_you_mean;
use crate::{Date, Library, Waiver};

/// How text begins that a draft leaves for somebody to write. Nothing that begins so is accepted.
pub const FILL_IN: &str = "FILL IN";
/// Most days from today to the end of a waiver: two years.
const MOST_DAYS: u16 = 731;

/// What is wrong with a waiver: the field, what, and what to do.
pub(super) type Problem = (&'static str, String, Option<String>);

/// Checks a waiver on its own; `covers` says whether it covers any case.
pub(super) fn check(waiver: &Waiver, library: &Library, today: Date, covers: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(said("reason", &waiver.reason, "say why this failure may be"));
    problems.extend(said("owner", &waiver.owner, "name a person or a team that answers for it"));
    let references = waiver.references.iter();
    problems.extend(references.filter_map(|text| {
        said("references", text, "name a CVE, an advisory, an upstream issue or documentation")
    }));
    if waiver.version.as_ref().is_some_and(|version| version.trim().is_empty()) {
        let help = "leave `version` out for every version".to_owned();
        problems.push(("version", "the version is empty".to_owned(), Some(help)));
    }
    let latest = today.plus_days(MOST_DAYS);
    if waiver.expires > latest {
        let message = format!("{} is more than two years ahead", waiver.expires);
        let help = format!("{latest} is the latest; look at it again then");
        problems.push(("expires", message, Some(help)));
    }
    problems.extend(target(&waiver.target, library));
    if !covers {
        problems.push(no_case(waiver.cases.as_str(), library));
    }
    problems
}

/// Whether something is said at all, by somebody.
fn said(field: &'static str, text: &str, what_to_do: &str) -> Option<Problem> {
    let message = if text.trim().is_empty() {
        format!("`{field}` is empty")
    } else if text.trim_start().starts_with(FILL_IN) {
        format!("`{field}` is as the draft left it")
    } else {
        return None;
    };
    Some((field, message, Some(what_to_do.to_owned())))
}

/// Names are known; files and addresses are anybody's.
fn target(name: &str, library: &Library) -> Option<Problem> {
    let is_elsewhere = name.contains(['/', '.', '\\']);
    if library.targets.contains_key(name) || (is_elsewhere && !name.trim().is_empty()) {
        return None;
    }
    let known = || library.targets.keys().map(String::as_str);
    let help = did_you_mean(name, known()).unwrap_or_else(|| {
        let names: Vec<_> = known().collect();
        format!("known are {}; or a target file or address as `--target` has it", names.join(", "))
    });
    Some(("target", format!("unknown target `{name}`"), Some(help)))
}

fn no_case(pattern: &str, library: &Library) -> Problem {
    let scenario = pattern.split('@').next().unwrap_or(pattern);
    let is_known = library.scenarios.contains_key(scenario);
    let known = library.scenarios.keys().map(String::as_str);
    let help = did_you_mean(scenario, known)
        .filter(|_| !is_known)
        .unwrap_or_else(|| "`mtls-harness list --cases` shows all cases".to_owned());
    ("cases", format!("`{pattern}` covers no case"), Some(help))
}
