//! Text that a peer chose must stay text, in every format: what is parsed back is what was put in,
//! and a terminal or a build system finds nothing to obey.

use mtls_reports::{
    Format, PeerText, Run, Style, grid,
    json::Report,
    model::{CaseResult, DialogueLine, Discrepancy, Fault, Identity, Outcome, Speaker, Verdict},
    read_log_from, render, story,
};
use mtls_scenarios::{Mode, Severity, TlsVersion};
use quick_junit::TestCaseStatus;

use crate::fixture;

fn hostile_bytes() -> Vec<Vec<u8>> {
    let texts = [
        "\u{1b}[2J\u{1b}[31mred\u{9b}31m",
        "\u{1b}]8;;https://evil.test\u{7}link\u{1b}]8;;\u{7}",
        "::add-mask::secret",
        "\r\n::stop-commands::x\r\n  ::error::x",
        "##[group]x ##vso[task.complete]",
        "</script><script>alert(1)</script>",
        "]]></failure><testcase name='x'/><![CDATA[",
        "&lt;&#0;\"'<",
        "\u{202e}gpj.exe\u{2066}\u{200f}\u{2028}",
        "NUL\0NUL \u{ffff}\u{fffe}\u{feff}",
        "| [link](https://evil.test) `code` |",
        "'; rm -rf / #",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.push(b"\xff\xfe\xc0\x80\xed\xa0\x80".to_vec());
    all.push(vec![b'A'; 1 << 20]);
    all.push("\u{202e}".repeat(1 << 18).into_bytes());
    all.push([0xff; 4096].to_vec());
    all
}

/// One failure for each hostile text, in every place a peer can reach.
fn hostile_run() -> Run {
    let mut results = Vec::new();
    for (number, bytes) in hostile_bytes().iter().enumerate() {
        let text = PeerText::from_bytes(bytes);
        let outcomes = [
            Outcome::Authenticated {
                identity: Some(Identity { subject: Some(text.clone()), ..Identity::default() }),
            },
            Outcome::Error { fault: Fault::Peer, message: text.clone() },
        ];
        for (kind, outcome) in outcomes.into_iter().enumerate() {
            let scenario = format!("hostile/text-{number}-{kind}");
            let mut case: CaseResult = fixture::case(
                (&scenario, "Hostile text", Severity::High),
                (Mode::Strict, TlsVersion::Tls13),
                Some(outcome),
                Verdict::Fail(Discrepancy::UnexpectedAcceptance),
            );
            let observed = case.observed.as_mut().unwrap();
            observed.unverified_identity =
                Some(Identity { sha1: Some(text.clone()), ..Identity::default() });
            case.dialogue.push(DialogueLine {
                who: Speaker::Received,
                text: text.clone(),
                octets: 1,
                lie: false,
                at_us: 1,
            });
            results.push(case);
        }
    }
    let mut run = fixture::run(results);
    run.header.target_version = Some(PeerText::new("\u{1b}]8;;https://evil.test\u{7}nginx"));
    run
}

fn peer_text(case: &CaseResult) -> &PeerText {
    match &case.observed.as_ref().unwrap().outcome {
        Outcome::Authenticated { identity } => identity.as_ref().unwrap().subject.as_ref().unwrap(),
        Outcome::Error { message, .. } => message,
        other => panic!("not in this run: {other:?}"),
    }
}

/// Nothing a terminal or a build system acts upon.
fn assert_harmless(text: &str) {
    for line in text.split('\n') {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!line.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{2028}']), "{line:?}");
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##"), "{line:?}");
    }
}

#[test]
fn the_grid_holds_nothing_to_obey() {
    let run = hostile_run();
    for unicode in [false, true] {
        let style = Style { unicode, colour: false, width: 80 };
        assert_harmless(&grid(&run, style));
        run.results.iter().for_each(|case| assert_harmless(&story(case, style)));
        let coloured = grid(&run, Style { colour: true, ..style });
        let own = ["32", "1;31", "33", "2", "1", "0"].map(|code| format!("\u{1b}[{code}m"));
        assert_harmless(&own.iter().fold(coloured, |text, code| text.replace(code, "")));
    }
}

#[test]
fn json_and_json_lines_give_back_what_was_put_in() {
    let run = hostile_run();
    let json = render(Format::Json, &run).unwrap();
    let report: Report<'static> = serde_json::from_slice(&json).unwrap();
    assert_eq!(report.cases.as_ref(), run.results);
    assert_eq!(report.header.as_ref(), &run.header);
    let log = render(Format::Jsonl, &run).unwrap();
    assert_eq!(std::str::from_utf8(&log).unwrap().lines().count(), run.results.len() + 2);
    assert_eq!(read_log_from(log.as_slice()).unwrap(), run);
}

#[test]
fn junit_gives_back_what_was_put_in() {
    let run = hostile_run();
    let xml = String::from_utf8(render(Format::Junit, &run).unwrap()).unwrap();
    assert_harmless(&xml);
    let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures), (run.results.len(), run.results.len()));
    let tests = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    for (test, case) in tests.zip(&run.results) {
        let TestCaseStatus::NonSuccess { message, description, .. } = &test.status else {
            panic!("{test:?}")
        };
        let text = peer_text(case).as_str();
        assert!(message.as_ref().unwrap().contains(text), "{message:?} lacks {text:?}");
        assert!(description.as_ref().unwrap().contains(text), "{description:?} lacks {text:?}");
    }
}

/// A log may come from anywhere: what no peer can reach may be hostile there all the same.
#[test]
fn a_forged_log_holds_nothing_to_obey_either() {
    for bytes in hostile_bytes() {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(20_000)]).into_owned();
        let mut run = fixture::every_verdict();
        run.header.target.clone_from(&text);
        run.header.rerun.clone_from(&text);
        for (number, case) in run.results.iter_mut().enumerate() {
            case.id = format!("{text}@{text}{number}");
            case.scenario = format!("{text}/{text}");
            case.title.clone_from(&text);
            case.explanation.clone_from(&text);
        }
        let run = read_log_from(fixture::log(&run).as_slice()).unwrap();
        assert_harmless(&grid(&run, Style::default()));
        let xml = String::from_utf8(render(Format::Junit, &run).unwrap()).unwrap();
        assert_harmless(&xml);
        quick_junit::Report::deserialize_from_str(&xml).unwrap();
    }
}
