//! The structured log: JSON Lines, written by a thread of its own so that a slow reader holds up nobody.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use serde::Serialize;

use super::stamp::Stamp;

/// Lines that wait to be written; more are lost, and counted.
const WAITING: usize = 4096;
/// Time that the last lines get when the service stops.
const LAST_LINES: Duration = Duration::from_secs(1);

/// A line: when, what, and the fields of what.
#[derive(Debug, Serialize)]
struct Line<'a, T> {
    time: Stamp,
    event: &'static str,
    #[serde(flatten)]
    fields: &'a T,
}

enum Message {
    Line(Vec<u8>),
    End(SyncSender<()>),
}

/// Where log lines go.
pub(super) struct Log {
    messages: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Log {
    /// Starts the thread that writes to `out`.
    pub(super) fn to(out: Box<dyn Write + Send>) -> Self {
        let (messages, waiting) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&lost);
        std::thread::spawn(move || write(out, &waiting, &counter));
        Self { messages, lost }
    }

    /// Writes a line, or counts it as lost. Never waits.
    pub(super) fn line(&self, time: Stamp, event: &'static str, fields: &impl Serialize) {
        let line = serde_json::to_vec(&Line { time, event, fields });
        let sent = line.ok().and_then(|mut line| {
            line.push(b'\n');
            self.messages.try_send(Message::Line(line)).ok()
        });
        if sent.is_none() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that could not be written.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Waits, but not for long, until everything is written. Blocks the thread.
    pub(super) fn finish(&self) {
        let (done, finished) = sync_channel(1);
        if self.messages.try_send(Message::End(done)).is_ok() {
            let _ = finished.recv_timeout(LAST_LINES);
        }
    }
}

fn write(mut out: Box<dyn Write + Send>, waiting: &Receiver<Message>, lost: &AtomicU64) {
    for message in waiting {
        match message {
            Message::Line(line) => {
                if out.write_all(&line).and_then(|()| out.flush()).is_err() {
                    lost.fetch_add(1, Ordering::Relaxed);
                }
            }
            Message::End(done) => {
                let _ = done.send(());
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Tells of each write, and waits before it for permission.
    struct Slow(Sender<Vec<u8>>, Receiver<()>);

    impl Write for Slow {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            self.1.recv().map_err(std::io::Error::other)?;
            let _ = self.0.send(octets.to_vec());
            Ok(octets.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stands_still_costs_lines_and_no_time() {
        let (written, lines) = channel();
        let (permit, permits) = channel();
        let log = Log::to(Box::new(Slow(written, permits)));
        for number in 0..WAITING + 10 {
            log.line(Stamp::from_unix(0), "test", &serde_json::json!({ "number": number }));
        }
        assert!((9..=10).contains(&log.lost()), "{}", log.lost());
        permit.send(()).unwrap();
        let first = String::from_utf8(lines.recv().unwrap()).unwrap();
        assert_eq!(
            first,
            "{\"time\":\"1970-01-01T00:00:00.000Z\",\"event\":\"test\",\"number\":0}\n"
        );
        // Whoever reads no more loses what was still to come.
        drop(permit);
    }
}
