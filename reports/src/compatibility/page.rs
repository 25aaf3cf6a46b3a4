//! The page as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::documented::{Documented, documented};
use super::markdown::{list, plain, reference, table};
use super::profile::Profile;
use super::signals::{signal, signals};
use crate::model::CaseResult;
use crate::{Comparison, PeerText, Run};

/// What the page says of itself.
const ABOUT: &str = "The page shows documented behaviour only: what is as the standards and the server's own promises \
    say, and deviations with a public reference. A dash means that there is nothing of the kind to show.";

/// The page about the servers of a comparison. The same runs give the same bytes.
pub(crate) fn render(comparison: &Comparison) -> Vec<u8> {
    let runs: Vec<&Run> = comparison.runs().collect();
    let mut sections = vec![top(comparison, &runs)];
    if !runs.is_empty() {
        sections.push(format!("## Overview\n\n{}", overview(&runs)));
        sections.extend(runs.iter().map(|run| server(run)));
    }
    sections.join("\n").into_bytes()
}

fn top(comparison: &Comparison, runs: &[&Run]) -> String {
    let tool = runs.first().map_or("", |run| run.header.tool_version.as_str());
    let days: BTreeSet<&str> = runs.iter().filter_map(|run| run.header.started.get(..10)).collect();
    let days: Vec<String> = days.into_iter().map(plain).collect();
    format!(
        "# Compatibility\n\nWhat servers do with client certificates, as mtls-harness {} saw it on {}. Made by\n\n\
         ```console\nmtls-harness {} --report compatibility=compatibility.md\n```\n\n{ABOUT}\n",
        plain(tool),
        days.join(" and "),
        crate::text::harmless(&comparison.arguments),
    )
}

fn overview(runs: &[&Run]) -> String {
    let header = [
        "server",
        "version",
        "modes",
        "TLS",
        "application protocols",
        "resumption",
        "LOOSE with an invalid certificate",
    ];
    let code = |words: BTreeSet<&'static str>| list(words.iter().map(|word| format!("`{word}`")));
    let rows = runs.iter().map(|run| {
        let Profile { modes, versions, protocols, resumption, loose } = Profile::of(run);
        let version = run.header.target_version.as_ref().map_or("", PeerText::as_str);
        vec![
            plain(&run.header.target),
            list((!version.is_empty()).then(|| plain(version))),
            list(modes.iter().map(|mode| mode.as_str().to_uppercase())),
            list(versions.iter().map(|&version| version.to_owned())),
            list(protocols.iter().map(|protocol| plain(protocol))),
            code(resumption),
            code(loose),
        ]
    });
    table(&header, &rows.collect::<Vec<_>>())
}

fn server(run: &Run) -> String {
    let mut text = format!("## {}\n", plain(&run.header.target));
    for (title, part) in
        [("How it refuses", signals(run)), ("Documented deviations", deviations(run))]
    {
        if !part.is_empty() {
            text.extend(["\n### ", title, "\n\n", &part]);
        }
    }
    text
}

/// What is known to be otherwise, by what is known and where.
fn deviations(run: &Run) -> String {
    let mut known: BTreeMap<(&str, Documented<'_>), Vec<&CaseResult>> = BTreeMap::new();
    for case in &run.results {
        if let Some(about) = documented(case) {
            known.entry((&case.scenario, about)).or_default().push(case);
        }
    }
    if known.is_empty() {
        return String::new();
    }
    let rows = known.iter().map(|((scenario, about), cases)| {
        let title = cases.first().map_or("", |case| case.title.as_str());
        let places: BTreeSet<String> = cases.iter().map(|case| place(case)).collect();
        let seen: BTreeSet<String> = cases.iter().filter_map(|case| signal(case)).collect();
        let references = about.references.iter().map(|given| reference(given));
        vec![
            format!("{} ({})", plain(title), plain(scenario)),
            list(places),
            list(seen),
            plain(about.reason),
            list(references),
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(&["client", "where", "what it does", "why", "references"], &rows)
}

fn place(case: &CaseResult) -> String {
    format!("{} {}", case.mode.as_str().to_uppercase(), crate::words::version(case.tls))
}
