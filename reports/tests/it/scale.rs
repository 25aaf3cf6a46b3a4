//! Ten thousand cases are rendered whole, whatever became of them.

use mtls_reports::{Format, Run, Style, grid, read_log_from, render};

use crate::fixture;

fn large() -> Run {
    let template = fixture::every_verdict().results;
    let results = (0..10_000)
        .zip(template.iter().cycle())
        .map(|(number, case)| {
            let mut case = case.clone();
            case.scenario = format!("{}-{}", case.scenario, number / 100);
            case.id =
                format!("{}@{},{},k{number}", case.scenario, case.mode.as_str(), case.tls.as_str());
            case
        })
        .collect();
    fixture::run(results)
}

#[test]
fn ten_thousand_cases_in_every_format() {
    let run = large();
    let text = |format| String::from_utf8(render(format, &run).unwrap()).unwrap();
    assert_eq!(text(Format::Json).matches("\"id\": ").count(), 10_000);
    assert_eq!(text(Format::Junit).matches("<testcase ").count(), 10_000);
    let log = text(Format::Jsonl);
    assert_eq!(log.lines().count(), 10_002);
    assert_eq!(read_log_from(log.as_bytes()).unwrap(), run);
    let text = grid(&run, Style::default());
    assert!(text.contains("10000 cases: "), "the tally counts them all");
}
