//! What is out of order in a log, and what the reader says about it.

use std::io::{self, Write};

use super::*;
use crate::model::{Event, RunFooter, RunHeader};

const HEADER: &str = r#"{"event":"run_started","format_version":1,"tool_version":"0.1.0","started":"2026-03-01T12:00:00Z","seed":1,"target":"mock","target_version":null,"selected":1,"rerun":"run"}"#;
const CASE: &str = r#"{"event":"case_finished","id":"a/b@strict","scenario":"a/b","title":"T","severity":"low","mode":"strict","tls":"1.3","expected":["rejected"],"observed":null,"verdict":{"pass":"exact"},"disposition":"expected","explanation":"","elapsed_us":1}"#;
const FOOTER: &str =
    r#"{"event":"run_finished","finished":1,"interrupted":false,"elapsed_us":9,"exit_code":0}"#;

fn log(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn error(text: &str) -> String {
    read_log_from(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_whole_log_is_a_complete_run() {
    let run = read_log_from(log(&[HEADER, CASE, FOOTER]).as_bytes()).unwrap();
    assert!(run.is_complete());
    assert_eq!((run.results.len(), run.exit_code().code()), (1, 0));
}

#[test]
fn a_log_without_its_end_is_an_incomplete_run() {
    let whole = log(&[HEADER, CASE, FOOTER]);
    let torn = &whole[..whole.len() - 10];
    for text in [log(&[HEADER, CASE]).as_str(), torn] {
        let run = read_log_from(text.as_bytes()).unwrap();
        assert!(!run.is_complete());
        assert_eq!((run.results.len(), run.footer.as_ref()), (1, None));
        assert_eq!(run.exit_code().code(), 3);
    }
}

#[test]
fn a_last_event_that_lacks_only_its_newline_counts() {
    let run = read_log_from(log(&[HEADER, CASE, FOOTER]).trim_end().as_bytes()).unwrap();
    assert!(run.is_complete());
}

#[test]
fn fields_of_later_minor_changes_are_ignored() {
    let header = HEADER.replace("\"seed\":1", "\"seed\":1,\"shard\":\"1/2\"");
    assert!(read_log_from(log(&[&header, CASE, FOOTER]).as_bytes()).is_ok());
}

#[test]
fn another_version_is_refused_however_its_header_looks() {
    let text = log(&[r#"{"event":"run_started","format_version":2,"begin":{}}"#]);
    assert_eq!(
        error(&text),
        "line 1: the log is of format version 2, this tool reads version 1: \
         use the version of the tool that wrote it"
    );
}

#[test]
fn a_log_begins_with_its_header_and_has_one() {
    for text in ["", "\n", "not json", HEADER.get(..40).unwrap(), &log(&[CASE, FOOTER])] {
        assert!(error(text).contains("does not begin with a `run_started` event"), "{text:?}");
    }
    assert!(error(&log(&[HEADER, HEADER])).starts_with("line 2: a second `run_started`"));
}

#[test]
fn nothing_follows_the_footer() {
    let again = log(&[HEADER, CASE, FOOTER, CASE]);
    assert!(error(&again).starts_with("line 4: an event after `run_finished`"));
}

#[test]
fn a_case_is_in_it_once() {
    assert_eq!(error(&log(&[HEADER, CASE, CASE])), "line 3: case a/b@strict is in the log twice");
}

#[test]
fn lines_missing_in_the_middle_are_noticed() {
    assert!(error(&log(&[HEADER, FOOTER])).starts_with("line 2: the footer says that 1 cases"));
}

#[test]
fn damage_before_the_last_line_is_an_error() {
    assert!(error(&log(&[HEADER, "{\"event\":", FOOTER])).starts_with("line 2: not an event: "));
    let unknown = error(&log(&[HEADER, r#"{"event":"case_\u001bpaused"}"#]));
    assert!(unknown.contains("line 2: not an event") && !unknown.contains('\u{1b}'), "{unknown}");
}

#[test]
fn lines_are_bounded_when_read() {
    let long = format!("{HEADER}\n{}", "x".repeat(2 * MAX_LINE));
    assert!(error(&long).starts_with("line 2: the line is over the limit"));
    assert!(matches!(
        read_log_from(io::BufReader::new(io::repeat(b'{'))).unwrap_err(),
        LogError::LineTooLong { .. }
    ));
}

#[test]
fn errors_name_the_file_and_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run.jsonl");
    assert!(matches!(read_log(&path).unwrap_err(), LogError::Open { .. }));
    std::fs::write(&path, log(&[HEADER, CASE, CASE])).unwrap();
    let error = read_log(&path).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}:3: ", path.display())), "{error}");
}

/// Takes note of each write and flush.
#[derive(Default)]
struct Recorder(Vec<String>);

impl Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.push("flush".to_owned());
        Ok(())
    }
}

fn header() -> RunHeader {
    match serde_json::from_str(HEADER).unwrap() {
        Event::RunStarted(header) => header,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_event_is_one_write_of_a_line_and_a_flush() {
    let footer = RunFooter {
        finished: 0,
        interrupted: true,
        elapsed_us: 1,
        waiver_problems: Vec::new(),
        exit_code: 3,
    };
    let log = LogWriter::start(Recorder::default(), &header()).unwrap().finish(&footer).unwrap();
    assert_eq!(log.0.len(), 4);
    assert_eq!((log.0[0].as_str(), log.0[1].as_str()), (&*format!("{HEADER}\n"), "flush"));
    assert!(log.0[2].starts_with("{\"event\":\"run_finished\"") && log.0[2].ends_with("}\n"));
}

#[test]
fn an_event_that_could_not_be_read_back_is_not_written() {
    let mut long = header();
    long.target = "x".repeat(MAX_LINE);
    let mut out = Vec::new();
    let error = LogWriter::start(&mut out, &long).unwrap_err();
    assert!(matches!(error, LogError::EventTooLong { .. }));
    assert!(out.is_empty());
}
