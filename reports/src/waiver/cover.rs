//! Few patterns for many cases.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use mtls_scenarios::CasePattern;

/// Most parts of a cell that wildcards are tried for; a cell has at most seven.
const MOST_PARTS: usize = 8;

/// Patterns that cover the `failed` cases of a scenario and no other of `all` its cases: `scenario@*` where all failed.
pub(super) fn cover(failed: &BTreeSet<&str>, all: &BTreeSet<&str>) -> Vec<CasePattern> {
    let mut useful: BTreeMap<String, (CasePattern, BTreeSet<&str>)> = BTreeMap::new();
    let mut tried = BTreeSet::new();
    for text in failed.iter().flat_map(|id| patterns(id)) {
        if !tried.insert(text.clone()) {
            continue;
        }
        let Ok(pattern) = text.parse::<CasePattern>() else { continue };
        let covered: BTreeSet<&str> =
            all.union(failed).copied().filter(|id| pattern.covers(id)).collect();
        if covered.is_subset(failed) {
            useful.insert(text, (pattern, covered));
        }
    }
    let mut left = failed.clone();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let gain = |covered: &BTreeSet<&str>| covered.intersection(&left).count();
        // Of patterns that do as much the shortest is taken; one case alone is named in full.
        let worth = |(text, (_, covered)): &(&String, &(CasePattern, BTreeSet<&str>))| {
            let length = if covered.len() == 1 { 0 } else { text.len() };
            let is_wild = covered.len() == 1 && text.contains('*');
            (gain(covered), Reverse(is_wild), Reverse(length))
        };
        let Some((_, (pattern, covered))) = useful.iter().max_by_key(worth) else { break };
        if gain(covered) == 0 {
            break;
        }
        left.retain(|id| !covered.contains(id));
        chosen.push(pattern.clone());
    }
    chosen
}

/// The id with each of its parts as it is or as a wildcard.
fn patterns(id: &str) -> Vec<String> {
    let Some((scenario, cell)) = id.split_once('@') else {
        return vec![id.to_owned()];
    };
    let parts: Vec<&str> = cell.split(',').collect();
    let masks = 0_u32..1 << parts.len().min(MOST_PARTS);
    masks.map(|mask| format!("{scenario}@{}", masked(&parts, mask))).collect()
}

fn masked(parts: &[&str], mask: u32) -> String {
    let masked = parts.iter().enumerate().map(|(place, part)| {
        let is_wild = place < MOST_PARTS && mask & (1 << place) != 0;
        if is_wild { "*" } else { part }
    });
    let mut parts: Vec<&str> = masked.collect();
    // A wildcard takes commas, too.
    parts.dedup_by(|next, before| *next == "*" && *before == "*");
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All cases of a scenario with two modes, two versions and two variants.
    fn all() -> Vec<String> {
        let modes = ["strict", "loose"].into_iter();
        let cells = modes.flat_map(|mode| ["tls1.2", "tls1.3"].map(|tls| (mode, tls)));
        let variants =
            |(mode, tls)| ["dots", "dots-more"].map(|v| format!("a/b@{mode},{tls},p256,{v}"));
        cells.flat_map(variants).collect()
    }

    fn covered(failed: impl Fn(&str) -> bool) -> Vec<String> {
        let all = all();
        let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
        let failed: BTreeSet<&str> = all.iter().copied().filter(|id| failed(id)).collect();
        let patterns = cover(&failed, &all);
        for id in all {
            let is_covered = patterns.iter().any(|pattern| pattern.covers(id));
            assert_eq!(is_covered, failed.contains(id), "{id} by {patterns:?}");
        }
        patterns.into_iter().map(String::from).collect()
    }

    #[test]
    fn patterns_are_few_and_cover_what_failed_and_nothing_else() {
        assert_eq!(covered(|_| true), ["a/b@*"]);
        assert_eq!(covered(|id| id.contains("loose")), ["a/b@loose,*"]);
        assert_eq!(covered(|id| id.contains("tls1.3")), ["a/b@*,tls1.3,*"]);
        assert_eq!(covered(|id| id.ends_with(",dots")), ["a/b@*,dots"]);
        assert_eq!(
            covered(|id| id.ends_with("t,tls1.3,p256,dots")),
            ["a/b@strict,tls1.3,p256,dots"]
        );
        let but_one = covered(|id| id != "a/b@strict,tls1.3,p256,dots");
        assert_eq!(but_one, ["a/b@loose,*", "a/b@*,tls1.2,*", "a/b@strict,tls1.3,p256,dots-more"]);
        assert!(covered(|_| false).is_empty());
    }
}
