//! The gate that a case plays at: the one that all share, or one of its own.

use std::time::Duration;

use tokio::sync::SemaphorePermit;

use super::context::Context;
use crate::target::{Running, StartError};

/// The gate that a case plays at.
pub(super) enum Stage<'a> {
    /// The one that all share; nobody may change it.
    Shared(&'a Running),
    /// One that was started for this case.
    Own {
        target: Box<Running>,
        /// Holds a place among those that may run at once; none on paper.
        _place: Option<SemaphorePermit<'a>>,
    },
}

impl<'a> Stage<'a> {
    /// A gate of its own, where the target can be started again.
    pub(super) async fn own(context: &'a Context) -> Result<Self, StartError> {
        if !context.blueprint.is_ours() {
            return Ok(Self::Shared(&context.target));
        }
        // A semaphore that is never closed.
        let Ok(place) = context.own_gates.acquire().await else {
            return Ok(Self::Shared(&context.target));
        };
        let target = Box::new(context.blueprint.clone().start().await?);
        Ok(Self::Own { target, _place: Some(place) })
    }

    /// One that was written down for a person to start; what all know where it was not.
    pub(super) fn on_paper(context: &'a Context, paper: Option<Running>) -> Self {
        match paper {
            Some(paper) => Self::Own { target: Box::new(paper), _place: None },
            None => Self::Shared(&context.target),
        }
    }

    pub(super) fn target(&self) -> &Running {
        match self {
            Self::Shared(target) => target,
            Self::Own { target, .. } => target,
        }
    }

    /// The gate, where it may be changed.
    pub(super) fn changeable(&mut self) -> Option<&mut Running> {
        match self {
            Self::Shared(_) => None,
            Self::Own { target, .. } => Some(target),
        }
    }

    pub(super) const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// Moves the gate's clock forward; whether it has one.
    pub(super) fn advance_clock(&self, by: Duration) -> bool {
        match self {
            Self::Shared(_) => false,
            Self::Own { target, .. } => target.advance_clock(by),
        }
    }

    /// Stops a gate that was started for the case.
    pub(super) async fn end(self) {
        if let Self::Own { target, .. } = self {
            // What it leaves in the temporary directory is the system's to clear.
            let _ = target.stop(false).await;
        }
    }
}
