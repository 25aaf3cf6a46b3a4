//! From messages to records on their way.

use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, Epoch, Item};
use rustls::{ContentType, ProtocolVersion};

use super::actor::Actor;
use super::failure::Failure;
use super::layout::Layout;
use crate::tls::Message;

impl Actor {
    /// Sends a handshake message.
    pub(super) async fn put(&mut self, item: Item, message: &Message) -> Result<(), Failure> {
        self.put_octets(item, ContentType::Handshake, &message.encode(), Some(message)).await
    }

    pub(super) async fn put_octets(
        &mut self,
        item: Item,
        kind: ContentType,
        octets: &[u8],
        message: Option<&Message>,
    ) -> Result<(), Failure> {
        if kind == ContentType::Handshake {
            if item == Item::ClientHello || (item == Item::Finished && self.ends_with_gate()) {
                self.view.say_last(octets);
            } else {
                self.view.say(octets);
            }
        }
        if self.script.0.contains(&Act::Duplicate(item)) {
            self.sent.insert(item, octets.to_vec());
        }
        let layout = Layout::of(&self.script, item, message, octets.len())?;
        self.lay_out(kind, octets, layout).await
    }

    /// Puts contents into records.
    pub(super) async fn lay_out(
        &mut self,
        kind: ContentType,
        octets: &[u8],
        mut layout: Layout,
    ) -> Result<(), Failure> {
        // RFC 8446 5: in TLS 1.3 it is plaintext whatever the keys.
        if kind == ContentType::ChangeCipherSpec && self.view.version == TlsVersion::Tls13 {
            layout.epoch = layout.epoch.or(Some(Epoch::Plaintext));
        }
        let joins = layout.joins && kind == ContentType::Handshake;
        match &mut self.joined {
            Some((_, joined)) if joins => joined.extend_from_slice(octets),
            None if joins => {
                // What shares a record shares the keys of the first.
                let epoch = Some(layout.epoch.unwrap_or(self.writer.epoch));
                self.joined = Some((Layout { epoch, ..layout }, octets.to_vec()));
            }
            _ => {
                self.release().await?;
                self.write(kind, octets, &layout).await?;
            }
        }
        Ok(())
    }

    /// Writes the record that messages were waiting to share.
    pub(super) async fn release(&mut self) -> Result<(), Failure> {
        let Some((layout, octets)) = self.joined.take() else { return Ok(()) };
        self.write(ContentType::Handshake, &octets, &layout).await
    }

    async fn write(
        &mut self,
        kind: ContentType,
        octets: &[u8],
        layout: &Layout,
    ) -> Result<(), Failure> {
        let version = self.record_version();
        let records = self.writer.records(kind, octets, layout, version)?;
        self.greeted |= kind == ContentType::Handshake;
        match layout.segments {
            None => self.link.queue(&records),
            Some((every, pause)) => {
                self.link.flush().await?;
                self.link.queue(&records);
                self.link.flush_in_segments(every, pause).await?;
            }
        }
        Ok(())
    }

    /// RFC 8446 5.1: an initial `ClientHello` may say 0x0301 for compatibility, and everybody's does.
    pub(super) const fn record_version(&self) -> ProtocolVersion {
        if self.greeted { ProtocolVersion::TLSv1_2 } else { ProtocolVersion::TLSv1_0 }
    }

    /// Whether the gate answers our `Finished` with its own.
    fn ends_with_gate(&self) -> bool {
        self.view.version == TlsVersion::Tls12 && !self.view.resumed
    }

    /// Writes everything that is waiting.
    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        self.release().await?;
        self.link.flush().await
    }
}
