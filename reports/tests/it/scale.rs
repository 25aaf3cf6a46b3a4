//! Ten thousand cases are rendered whole, whatever became of them.

use mtls_reports::{Format, Run, Style, grid, json::Report, read_log_from, render};

use crate::fixture;

fn large() -> Run {
    let template = fixture::every_verdict().results;
    let results = (0..10_000)
        .zip(template.iter().cycle())
        .map(|(number, case)| {
            let mut case = case.clone();
            case.scenario = format!("{}-{}", case.scenario, number / 100);
            case.id = format!(
                "{}@{},{},k{number}",
                case.scenario,
                case.mode.as_str(),
                case.tls.as_str()
            );
            case
        })
        .collect();
    fixture::run(results)
}

#[test]
fn ten_thousand_cases_in_every_format() {
    let run = large();
    let json = render(Format::Json, &run).unwrap();
    assert_eq!(
        serde_json::from_slice::<Report<'static>>(&json)
            .unwrap()
            .cases
            .len(),
        10_000
    );
    let log = render(Format::Jsonl, &run).unwrap();
    assert_eq!(read_log_from(log.as_slice()).unwrap(), run);
    let xml = String::from_utf8(render(Format::Junit, &run).unwrap()).unwrap();
    assert_eq!(
        quick_junit::Report::deserialize_from_str(&xml)
            .unwrap()
            .tests,
        10_000
    );
    let text = grid(&run, Style::default());
    assert!(text.contains("10000 cases: "), "the tally counts them all");
}
