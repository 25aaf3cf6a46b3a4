//! What a self-test came to: which deliberate faults of the mock gate were caught, and by which scenarios.

use serde::{Deserialize, Serialize};

use crate::ExitCode;
use crate::style::{Paint, Style, fit, pad};

/// Version of the JSON format.
pub const KILL_MATRIX_FORMAT_VERSION: u32 = 1;

/// Faults and the scenarios that caught them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KillMatrix {
    /// Version of the format; 1.
    pub format_version: u32,
    /// Version of the tool.
    pub tool_version: String,
    /// The mock without a fault.
    pub correct: CorrectMock,
    /// Every fault that was tried.
    pub faults: Vec<Kill>,
    /// Scenarios that no fault turned red.
    pub never_red: Vec<String>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Wall time, in microseconds.
    pub elapsed_us: u64,
}

/// What came of the mock without a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CorrectMock {
    /// Number of cases.
    pub cases: usize,
    /// Those that were not as expected: inconclusive ones, too.
    pub wrong: Vec<WrongCase>,
}

/// A case that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WrongCase {
    /// Case id.
    pub id: String,
    /// One line on why.
    pub explanation: String,
}

/// A fault and the scenarios about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kill {
    /// The fault by name.
    pub fault: String,
    /// What such a gate does, one line.
    pub meaning: String,
    /// Scenarios that turned red, those that name the fault first.
    pub caught_by: Vec<String>,
    /// Scenarios that name the fault and stayed green.
    pub missed_by: Vec<String>,
    /// How many scenarios name the fault.
    pub named_by: usize,
}

impl Kill {
    /// Whether every scenario that names the fault caught it, and at least one does.
    pub const fn is_killed(&self) -> bool {
        self.named_by > 0 && self.missed_by.is_empty()
    }
}

impl KillMatrix {
    /// 0 only if each fault is caught by the scenarios that name it, every scenario can fail, and the correct mock is all
    /// green.
    pub fn exit_code(&self) -> ExitCode {
        let all_killed = self.faults.iter().all(Kill::is_killed);
        if !self.correct.wrong.is_empty() || !all_killed || !self.never_red.is_empty() {
            return ExitCode::GateClosed;
        }
        if self.interrupted { ExitCode::Undecided } else { ExitCode::GateOpen }
    }

    /// The matrix for people: a line for each fault, then what is wrong.
    pub fn text(&self, style: Style) -> String {
        let width = self.faults.iter().map(|kill| kill.fault.len()).max().unwrap_or(0);
        let mut text = String::new();
        for kill in &self.faults {
            text.push_str(&line(kill, width, style));
        }
        text.push('\n');
        for problem in self.problems() {
            text.push_str(&style.paint(Paint::Bad, "FAIL "));
            text.push_str(&problem);
            text.push('\n');
        }
        text.push_str(&self.summary());
        text
    }

    fn problems(&self) -> Vec<String> {
        let wrong = self.correct.wrong.iter().map(|case| {
            format!("the correct mock is not green: {}: {}", case.id, case.explanation)
        });
        let unnamed = self.faults.iter().filter(|kill| kill.named_by == 0);
        let unnamed = unnamed.map(|kill| format!("no scenario names the fault {}", kill.fault));
        let missed = self.faults.iter().flat_map(|kill| {
            let by = kill.missed_by.iter();
            by.map(|id| format!("{id} names the fault {} and does not catch it", kill.fault))
        });
        let never = self.never_red.iter().map(|id| format!("no fault turns {id} red"));
        wrong.chain(unnamed).chain(missed).chain(never).collect()
    }

    fn summary(&self) -> String {
        let killed = self.faults.iter().filter(|kill| kill.is_killed()).count();
        let seconds = self.elapsed_us / 1_000_000;
        let hundredths = self.elapsed_us % 1_000_000 / 10_000;
        let code = self.exit_code();
        format!(
            "{killed} of {} faults caught by the scenarios that name them; the correct mock: {} of {} cases as expected; \
             {seconds}.{hundredths:02} s; exit code {}\n",
            self.faults.len(),
            self.correct.cases - self.correct.wrong.len().min(self.correct.cases),
            self.correct.cases,
            code.code(),
        )
    }
}

fn line(kill: &Kill, width: usize, style: Style) -> String {
    let (paint, symbol) = match (kill.is_killed(), style.unicode) {
        (true, true) => (Paint::Good, "✓"),
        (true, false) => (Paint::Good, "ok"),
        (false, true) => (Paint::Bad, "✗"),
        (false, false) => (Paint::Bad, "FAIL"),
    };
    let symbol = style.paint(paint, symbol);
    let names =
        if kill.caught_by.is_empty() { "nobody".to_owned() } else { kill.caught_by.join(", ") };
    let room = if style.width == 0 { usize::MAX } else { style.width.saturating_sub(width + 10) };
    let (fault, count) = (pad(&kill.fault, width), kill.caught_by.len());
    format!("{symbol} {fault}  {count:4}  {}\n", fit(&names, room, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kill(fault: &str, caught: &[&str], missed: &[&str]) -> Kill {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Kill {
            fault: fault.to_owned(),
            meaning: "Is wrong.".to_owned(),
            caught_by: owned(caught),
            missed_by: owned(missed),
            named_by: caught.len() + missed.len(),
        }
    }

    fn matrix(faults: Vec<Kill>) -> KillMatrix {
        KillMatrix {
            format_version: KILL_MATRIX_FORMAT_VERSION,
            tool_version: "0.0.0".to_owned(),
            correct: CorrectMock { cases: 3, wrong: Vec::new() },
            faults,
            never_red: Vec::new(),
            interrupted: false,
            elapsed_us: 1_230_000,
        }
    }

    #[test]
    fn a_fault_is_killed_by_all_that_name_it() {
        let good = matrix(vec![kill("a", &["x/y"], &[])]);
        assert_eq!(good.exit_code(), ExitCode::GateOpen);
        for bad in [kill("a", &["x/y"], &["x/z"]), kill("a", &[], &[])] {
            assert_eq!(matrix(vec![bad]).exit_code(), ExitCode::GateClosed);
        }
        let never_red = vec!["x/y".to_owned()];
        assert_eq!(KillMatrix { never_red, ..good.clone() }.exit_code(), ExitCode::GateClosed);
        let wrong = WrongCase { id: "x/y@z".to_owned(), explanation: "no".to_owned() };
        let correct = CorrectMock { cases: 3, wrong: vec![wrong] };
        assert_eq!(KillMatrix { correct, ..good.clone() }.exit_code(), ExitCode::GateClosed);
        assert_eq!(KillMatrix { interrupted: true, ..good }.exit_code(), ExitCode::Undecided);
    }

    #[test]
    fn people_see_who_caught_what_and_what_is_missing() {
        let faults = vec![kill("accept-all", &["path/unknown-ca", "path/self-signed"], &[])];
        let style = Style { unicode: true, colour: false, width: 60 };
        assert_eq!(
            matrix(faults).text(style),
            "✓ accept-all     2  path/unknown-ca, path/self-signed\n\n\
             1 of 1 faults caught by the scenarios that name them; the correct mock: 3 of 3 cases as expected; \
             1.23 s; exit code 0\n"
        );
        let text = matrix(vec![kill("b", &[], &["x/y"]), kill("c", &[], &[])]).text(style);
        assert!(text.contains("FAIL x/y names the fault b and does not catch it"), "{text}");
        assert!(text.contains("FAIL no scenario names the fault c"), "{text}");
    }
}
