//! Ctrl-C: the first ends the run with what is known, the second ends it as it is.

use std::future::pending;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::terminal;

/// What the first interrupt of a run comes to.
pub(super) const ENDING: &str = "interrupted: ending with what is known; once more to end at once";

/// How often the user (or an orchestrator) has asked the run to end.
#[derive(Clone, Debug)]
pub(super) struct Interrupts(watch::Receiver<u32>);

impl Interrupts {
    /// Counts interrupts from now on, and says at the first what comes of it. Without handlers a signal ends the process, which
    /// is what it is for.
    pub(super) fn listen(said: Option<&'static str>) -> Self {
        let (count, seen) = watch::channel(0);
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        if let (Ok(mut interrupt), Ok(mut terminate)) = signals {
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                    }
                    // Before anybody can act on it: what ends now says nothing more.
                    if let (Some(said), 0) = (said, *count.borrow()) {
                        terminal::note(said);
                    }
                    count.send_modify(|count| *count += 1);
                }
            });
        }
        Self(seen)
    }

    /// Completes with the first interrupt.
    pub(super) async fn asked(&self) {
        self.reached(1).await;
    }

    /// Completes with the second interrupt.
    pub(super) async fn second(&self) {
        self.reached(2).await;
    }

    async fn reached(&self, count: u32) {
        if self.0.clone().wait_for(|seen| *seen >= count).await.is_err() {
            pending::<()>().await;
        }
    }
}
