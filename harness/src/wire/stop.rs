//! Scripts that end before their handshake does.

use std::time::Duration;

use mtls_scenarios::script::{Item, Stop, Then};
use rustls::ContentType;

use super::actor::Actor;
use super::failure::Failure;
use super::layout::Layout;

impl Actor {
    /// Sends nothing any more; why the connection ended.
    pub(super) async fn stop(&mut self, stop: &Stop) -> Result<Failure, Failure> {
        self.flush().await?;
        if let Some(pause) = stop.drip {
            let octets = self.dripping(stop.before)?;
            self.drip = Some((octets, Duration::from_millis(pause.into())));
        }
        match stop.then {
            Then::Close => Ok(Failure::Closed),
            Then::LeaveOpen => Ok(Failure::Left),
            Then::Wait => {
                self.dribble().await?;
                Ok(self.link.ended().await)
            }
        }
    }

    /// The records of an item, without the last octet.
    fn dripping(&mut self, item: Item) -> Result<Vec<u8>, Failure> {
        let Some(message) = self.message(item)? else { return Ok(Vec::new()) };
        let encoded = message.encode();
        let layout = Layout::of(&self.script, item, Some(&message), encoded.len())?;
        let version = self.record_version();
        let mut records =
            self.writer.records(ContentType::Handshake, &encoded, &layout, version)?;
        records.pop();
        Ok(records)
    }

    async fn dribble(&mut self) -> Result<(), Failure> {
        let Some((octets, pause)) = self.drip.take() else { return Ok(()) };
        self.link.queue(&octets);
        self.link.flush_in_segments(1, pause).await
    }

    /// Stays connected as long as the memory lasts, and drips what is to be dripped.
    pub(super) fn stay(mut self) {
        // It must not hold the memory that holds it: neither would ever end.
        let memory = std::mem::take(&mut self.dial.memory);
        self.link.deadline = self.dial.open_until;
        memory.leave_open(async move {
            // Nobody asks any more how the connection ends.
            let _ = self.dribble().await;
            std::future::pending::<()>().await;
        });
    }
}
