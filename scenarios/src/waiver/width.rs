//! Which waivers are too wide: a waiver is for failures that somebody has looked at.

use std::collections::BTreeSet;

use crate::Case;

/// Most scenarios that one waiver may cover.
const MOST_SCENARIOS: usize = 8;

/// Why a pattern that covers these cases is too wide, where it is.
pub(super) fn too_wide(pattern: &str, covered: &[&Case]) -> Option<String> {
    let is_wild = |text: &str| text.contains(['*', '?']);
    let scenario = pattern.split('@').next().unwrap_or(pattern);
    let Some((folder, name)) =
        scenario.split_once('/').filter(|(folder, _)| !folder.is_empty() && !is_wild(folder))
    else {
        return Some("it does not name the folder of the scenarios that it is about".to_owned());
    };
    if !name.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Some(format!("it covers all scenarios of `{folder}`"));
    }
    let scenarios: BTreeSet<_> = covered.iter().map(|case| case.scenario.as_str()).collect();
    (scenarios.len() > MOST_SCENARIOS)
        .then(|| format!("it covers {} scenarios; {MOST_SCENARIOS} are the most", scenarios.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Alpn, Cell, KeyAlgorithm, Mode, TlsVersion};

    fn cases(number: usize) -> Vec<Case> {
        let cell = Cell {
            mode: Mode::Strict,
            tls: TlsVersion::Tls13,
            key: KeyAlgorithm::P256,
            alpn: Alpn::Http1,
            resumption: None,
            credential: None,
            variant: None,
        };
        let case = |scenario: String| Case {
            id: format!("{scenario}@{cell}"),
            scenario,
            cell: cell.clone(),
        };
        (0..number).map(|n| case(format!("certificate/odd-{n}"))).collect()
    }

    fn told(pattern: &str, number: usize) -> String {
        let cases = cases(number);
        too_wide(pattern, &cases.iter().collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn a_scenario_or_a_few_is_narrow_enough() {
        for pattern in [
            "certificate/expired@*",
            "certificate/expired@loose,*",
            "certificate/odd-*",
            "certificate/*-ca@*",
        ] {
            assert_eq!(told(pattern, 8), "", "{pattern}");
        }
    }

    #[test]
    fn folders_names_and_numbers_are_looked_at() {
        for pattern in
            ["*", "expired", "*/expired@*", "cert*/expired", "/expired", "*@loose,tls1.3/x"]
        {
            assert!(told(pattern, 1).contains("does not name the folder"), "{pattern}");
        }
        for pattern in [
            "certificate/*",
            "certificate/",
            "certificate/?*@loose,tls1.3,p256",
            "certificate/**/*",
        ] {
            assert!(told(pattern, 1).contains("all scenarios of `certificate`"), "{pattern}");
        }
        assert_eq!(told("certificate/odd-*", 9), "it covers 9 scenarios; 8 are the most");
    }
}
