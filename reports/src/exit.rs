//! Exit codes: what a run as a whole came to, as a process says it.

use crate::Dispositions;

/// Exit code of the tool. One decision, made here, from dispositions and waivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// 0. Gate open: every selected case as expected.
    GateOpen,
    /// 1. Gate closed: something unexpected.
    GateClosed,
    /// 2. Invalid use: arguments, configuration, scenario, target or waiver file.
    InvalidUse,
    /// 3. Undecided: target unreachable, controls failed, interrupted; nothing unexpected seen.
    Undecided,
    /// 4. Nothing selected.
    NothingSelected,
    /// 5. Performance regression beyond its threshold.
    PerformanceRegression,
}

impl ExitCode {
    /// Every code.
    pub const ALL: [Self; 6] = [
        Self::GateOpen,
        Self::GateClosed,
        Self::InvalidUse,
        Self::Undecided,
        Self::NothingSelected,
        Self::PerformanceRegression,
    ];

    /// What a run comes to: `selected` cases, of which `counts` are finished; `waiver_problems` waivers are expired or
    /// unused.
    ///
    /// Anything unexpected closes the gate, whatever else happened, and so does a waiver that should not be there any more. Otherwise the run is undecided
    /// if a case is, if it was interrupted, if cases are missing, or if all were skipped: none of
    /// these says that the gate is good.
    pub fn decide(
        selected: usize,
        counts: &Dispositions,
        interrupted: bool,
        waiver_problems: usize,
    ) -> Self {
        let finished = counts.total();
        if counts.unexpected > 0 || waiver_problems > 0 {
            Self::GateClosed
        } else if counts.undecided > 0 || interrupted || finished < selected {
            Self::Undecided
        } else if finished == 0 {
            Self::NothingSelected
        } else if counts.expected + counts.waived == 0 {
            Self::Undecided
        } else {
            Self::GateOpen
        }
    }

    /// The worse of two runs' codes: closed, then undecided, then nothing selected, then open.
    /// Anything else is worse than these.
    #[must_use]
    pub const fn worse(self, other: Self) -> Self {
        if other.badness() > self.badness() { other } else { self }
    }

    const fn badness(self) -> u8 {
        match self {
            Self::GateOpen => 0,
            Self::NothingSelected => 1,
            Self::Undecided => 2,
            Self::PerformanceRegression => 3,
            Self::GateClosed => 4,
            Self::InvalidUse => 5,
        }
    }

    /// The number that the process returns.
    pub const fn code(self) -> u8 {
        match self {
            Self::GateOpen => 0,
            Self::GateClosed => 1,
            Self::InvalidUse => 2,
            Self::Undecided => 3,
            Self::NothingSelected => 4,
            Self::PerformanceRegression => 5,
        }
    }

    /// The code with this number, where there is one.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// What it means, in words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::GateOpen => "gate open: every selected case as expected",
            Self::GateClosed => "gate closed: something is not as expected",
            Self::InvalidUse => "invalid use: arguments or files are wrong",
            Self::Undecided => {
                "undecided: nothing unexpected seen, but not everything could be judged"
            }
            Self::NothingSelected => "nothing selected",
            Self::PerformanceRegression => "performance regression beyond its threshold",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(
        expected: usize,
        unexpected: usize,
        undecided: usize,
        skipped: usize,
    ) -> Dispositions {
        Dispositions { expected, unexpected, undecided, skipped, waived: 0 }
    }

    #[test]
    fn precedence_is_closed_then_undecided_then_nothing_then_open() {
        let decide = |c: Dispositions| ExitCode::decide(c.total(), &c, false, 0);
        assert_eq!(decide(counts(5, 0, 0, 0)), ExitCode::GateOpen);
        assert_eq!(decide(counts(5, 0, 0, 9)), ExitCode::GateOpen);
        assert_eq!(decide(counts(5, 1, 1, 1)), ExitCode::GateClosed);
        assert_eq!(decide(counts(5, 0, 1, 1)), ExitCode::Undecided);
        assert_eq!(decide(counts(0, 0, 0, 3)), ExitCode::Undecided);
        assert_eq!(decide(counts(0, 0, 0, 0)), ExitCode::NothingSelected);
    }

    #[test]
    fn an_interrupted_or_short_run_is_undecided_unless_something_was_unexpected() {
        let interrupted = |c: Dispositions| ExitCode::decide(c.total(), &c, true, 0);
        assert_eq!(interrupted(counts(5, 0, 0, 0)), ExitCode::Undecided);
        assert_eq!(interrupted(counts(0, 0, 0, 0)), ExitCode::Undecided);
        assert_eq!(interrupted(counts(5, 1, 0, 0)), ExitCode::GateClosed);
        assert_eq!(ExitCode::decide(6, &counts(5, 0, 0, 0), false, 0), ExitCode::Undecided);
        assert_eq!(ExitCode::decide(6, &counts(5, 1, 0, 0), false, 0), ExitCode::GateClosed);
    }

    #[test]
    fn waived_failures_leave_the_gate_open_and_bad_waivers_close_it() {
        let waived = |c: Dispositions| Dispositions { waived: 2, ..c };
        let decide = |c: Dispositions, problems| {
            let c = waived(c);
            ExitCode::decide(c.total(), &c, false, problems)
        };
        assert_eq!(decide(counts(5, 0, 0, 0), 0), ExitCode::GateOpen);
        assert_eq!(decide(counts(0, 0, 0, 1), 0), ExitCode::GateOpen);
        assert_eq!(decide(counts(5, 1, 0, 0), 0), ExitCode::GateClosed);
        assert_eq!(decide(counts(5, 0, 1, 0), 0), ExitCode::Undecided);
        assert_eq!(decide(counts(5, 0, 1, 0), 1), ExitCode::GateClosed);
    }

    #[test]
    fn the_worst_run_decides() {
        use ExitCode::{GateClosed, GateOpen, NothingSelected, Undecided};
        let worst = |codes: &[ExitCode]| codes.iter().copied().reduce(ExitCode::worse).unwrap();
        assert_eq!(worst(&[GateOpen, GateOpen]), GateOpen);
        assert_eq!(worst(&[GateOpen, NothingSelected]), NothingSelected);
        assert_eq!(worst(&[Undecided, NothingSelected, GateOpen]), Undecided);
        assert_eq!(worst(&[GateOpen, GateClosed, Undecided]), GateClosed);
    }

    #[test]
    fn numbers_and_codes_are_one_to_one() {
        for code in ExitCode::ALL {
            assert_eq!(ExitCode::from_code(code.code()), Some(code));
        }
        assert_eq!(ExitCode::from_code(6), None);
    }
}
