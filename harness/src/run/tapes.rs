//! The tapes of a case: one for each connection that its steps make. Controls are not recorded.

use std::sync::{Mutex, PoisonError};

use crate::tape::{Recording, Tape};

/// Most connections of a case that are recorded. Whoever opens a thousand does the same on each.
const MAX_TAPES: usize = 16;

/// The tapes of a case, in the order in which its connections were made.
#[derive(Debug)]
pub(super) struct Tapes {
    /// Most that are used; none where nobody will ask.
    limit: usize,
    /// What the step at hand does; empty where there is only one.
    step: String,
    used: Mutex<Vec<(String, Tape)>>,
}

/// A connection of a case.
#[derive(Debug)]
pub(super) struct Taped {
    /// The step that made it; empty where there is only one.
    pub(super) step: String,
    pub(super) recording: Recording,
}

impl Tapes {
    pub(super) fn new(records: bool) -> Self {
        let limit = if records { MAX_TAPES } else { 0 };
        Self { limit, step: String::new(), used: Mutex::default() }
    }

    /// The next step begins.
    pub(super) fn step(&mut self, step: String) {
        self.step = step;
    }

    /// A tape for a connection that the step at hand makes.
    pub(super) fn blank(&self) -> Tape {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= self.limit {
            return Tape::default();
        }
        let tape = Tape::blank();
        used.push((self.step.clone(), tape.clone()));
        tape
    }

    /// Says on the tape of a connection that was made before that the step at hand goes on with it.
    pub(super) fn go_on(&self, tape: &Tape) {
        if tape.is_recording() && !self.step.is_empty() {
            tape.note(self.step.clone());
        }
    }

    /// What is on them.
    pub(super) fn recordings(self) -> Vec<Taped> {
        let used = self.used.into_inner().unwrap_or_else(PoisonError::into_inner);
        let recorded = |(step, tape): (String, Tape)| Some(Taped { step, recording: tape.take()? });
        used.into_iter().filter_map(recorded).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_asks_nothing_is_recorded() {
        let tapes = Tapes::new(false);
        assert!(!tapes.blank().is_recording());
        assert!(tapes.recordings().is_empty());
    }

    #[test]
    fn tapes_are_told_apart_by_their_steps_and_bounded() {
        let mut tapes = Tapes::new(true);
        tapes.step("one".to_owned());
        let first = tapes.blank();
        tapes.step("two".to_owned());
        (0..100).for_each(|_| drop(tapes.blank()));
        first.sent(b"x");
        let taped = tapes.recordings();
        let steps: Vec<_> = taped.iter().map(|taped| taped.step.as_str()).collect();
        assert_eq!(steps.first(), Some(&"one"));
        assert_eq!(steps.iter().filter(|step| **step == "two").count(), MAX_TAPES - 1);
        assert_eq!(taped.first().unwrap().recording.entries.len(), 1);
    }
}
