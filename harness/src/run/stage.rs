//! The gate that a case plays at: the one that all share, or one of its own.

use std::time::Duration;

use super::gates::OwnGate;
use crate::target::Running;

/// The gate that a case plays at.
pub(super) enum Stage<'a> {
    /// The one that all share; nobody may change it.
    Shared(&'a Running),
    /// One that no other case is at.
    Own(OwnGate<'a>),
    /// One that the cases of a scenario are at together, as it is known to each.
    Company(Box<Running>),
    /// One that was written down for a person to start.
    Paper(Box<Running>),
}

impl Stage<'_> {
    pub(super) fn target(&self) -> &Running {
        match self {
            Self::Shared(target) => target,
            Self::Own(gate) => &gate.target,
            Self::Company(target) | Self::Paper(target) => target,
        }
    }

    /// The gate, where it may be changed.
    pub(super) fn changeable(&mut self) -> Option<&mut Running> {
        match self {
            Self::Shared(_) | Self::Company(_) => None,
            Self::Own(gate) => Some(&mut gate.target),
            Self::Paper(target) => Some(target),
        }
    }

    pub(super) const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// Moves the gate's clock forward; whether it has one.
    pub(super) fn advance_clock(&self, by: Duration) -> bool {
        match self {
            Self::Shared(_) | Self::Company(_) | Self::Paper(_) => false,
            Self::Own(gate) => gate.target.advance_clock(by),
        }
    }
}
