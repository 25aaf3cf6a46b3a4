//! What people and programs read, held fast.

use insta::assert_snapshot;
use mtls_reports::{Format, Run, Style, grid, render, story};
use mtls_scenarios::Severity;

use crate::fixture;

fn rendered(format: Format) -> String {
    String::from_utf8(render(format, &fixture::every_verdict()).unwrap()).unwrap()
}

#[test]
fn grid_in_unicode() {
    let style = Style { unicode: true, ..Style::default() };
    assert_snapshot!(grid(&fixture::every_verdict(), style));
}

#[test]
fn grid_in_ascii() {
    assert_snapshot!(grid(&fixture::every_verdict(), Style::default()));
}

#[test]
fn grid_in_colour() {
    let style = Style { unicode: true, colour: true, width: 0 };
    // Escapes made visible: the snapshot is to be read in a diff.
    assert_snapshot!(grid(&fixture::every_verdict(), style).replace('\u{1b}', "␛"));
}

#[test]
fn grid_on_a_narrow_terminal() {
    let style = Style { unicode: true, colour: false, width: 60 };
    assert_snapshot!(grid(&fixture::every_verdict(), style));
}

#[test]
fn grid_of_an_incomplete_run() {
    let mut run = fixture::every_verdict();
    run.results.truncate(1);
    run.footer = None;
    assert_snapshot!(grid(&run, Style { unicode: true, ..Style::default() }));
}

#[test]
fn one_case_in_full() {
    let run = fixture::every_verdict();
    let style = Style { unicode: true, ..Style::default() };
    let told = run.results.iter().take(2).map(|case| story(case, style));
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn grid_with_waivers() {
    let style = Style { unicode: true, ..Style::default() };
    assert_snapshot!(grid(&fixture::with_waivers(), style));
}

#[test]
fn junit_with_waivers() {
    let bytes = render(Format::Junit, &fixture::with_waivers()).unwrap();
    assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn a_waived_case_in_full() {
    let run = fixture::with_waivers();
    let waived = run.results.iter().find(|case| case.waiver.is_some()).unwrap();
    assert_snapshot!(story(waived, Style::default()));
}

#[test]
fn junit() {
    assert_snapshot!(rendered(Format::Junit));
}

#[test]
fn junit_of_an_incomplete_run() {
    let mut run = fixture::every_verdict();
    run.results.truncate(1);
    run.footer = None;
    assert_snapshot!(String::from_utf8(render(Format::Junit, &run).unwrap()).unwrap());
}

#[test]
fn json() {
    assert_snapshot!(rendered(Format::Json));
}

#[test]
fn jsonl() {
    assert_snapshot!(rendered(Format::Jsonl));
}

#[test]
fn the_grid_shows_at_most_forty_problems_worst_first() {
    let template = fixture::every_verdict().results.remove(1);
    let mut results = Vec::new();
    for number in 0..50 {
        let mut case = template.clone();
        case.scenario = format!("bulk/s{number:02}");
        case.id = format!("{}@strict,tls1.3,p256", case.scenario);
        case.severity = if number == 49 { Severity::Critical } else { Severity::Low };
        results.push(case);
    }
    let text = grid(&fixture::run(results), Style::default());
    let problems: Vec<&str> = text.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(problems.len(), 40);
    assert!(problems[0].starts_with("FAIL bulk/s49@"), "{}", problems[0]);
    assert!(text.contains("\nand 10 more (10 cases): the reports have them all\n"), "{text}");
}

#[test]
fn a_long_list_of_cells_is_cut_to_the_line() {
    let template = fixture::every_verdict().results.remove(1);
    let results = (0..50).map(|number| {
        let mut case = template.clone();
        case.id = format!("certificate/expired@strict,tls1.3,k{number}");
        case
    });
    let text = grid(&fixture::run(results.collect()), Style { width: 80, ..Style::default() });
    let cells = text.lines().find(|line| line.contains("in 50 cells:")).unwrap();
    assert!(cells.len() <= 80 && cells.ends_with(" more"), "{cells:?}");
}

#[test]
fn names_that_do_not_fit_are_cut_so_that_the_table_fits() {
    let mut run = fixture::every_verdict();
    for case in &mut run.results {
        case.scenario.push_str("-of-a-gate-that-has-a-very-long-name-indeed");
    }
    let text = grid(&run, Style { unicode: true, colour: false, width: 80 });
    let table = text.lines().skip(1).take_while(|line| !line.contains("as expected"));
    for line in table {
        assert!(line.chars().count() <= 80, "{line:?}");
    }
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    let run: Run = fixture::every_verdict();
    for format in Format::ALL {
        assert_eq!(render(format, &run).unwrap(), render(format, &run).unwrap());
    }
}
