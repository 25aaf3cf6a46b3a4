//! Ctrl-C: the first ends the run with what is known, the second ends the process.

use tokio::signal::unix::{SignalKind, signal};

use super::terminal;

/// Completes when the user (or an orchestrator) asks the run to end.
pub(super) async fn interrupted() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without handlers a signal ends the process, which is what it is for.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    terminal::note("interrupted: ending with what is known");
}
