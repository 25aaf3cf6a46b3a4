//! What is sent beside the flow.

use mtls_scenarios::script::{Extra, Item};
use rustls::ContentType;

use super::actor::Actor;
use super::failure::Failure;
use super::layout::Layout;
use crate::tls::Message;

impl Actor {
    /// Sends something beside the flow.
    pub(super) async fn send_extra(&mut self, extra: &Extra) -> Result<(), Failure> {
        let layout = |actor: &Self, item| Layout::of(&actor.script, item, None, 0);
        match extra {
            Extra::Item(item) => self.send_anyway(*item).await,
            Extra::CertificateOf(name) => {
                let identity = self.dial.others.get(name).cloned().unwrap_or_default();
                let message = self.certificate(identity.list.as_deref().unwrap_or_default());
                self.put(Item::Certificate, &message).await
            }
            Extra::EmptyCertificate => {
                let message = self.certificate(&[]);
                self.put(Item::Certificate, &message).await
            }
            Extra::Handshake { kind, body } => {
                let message = Message::raw((*kind).into(), body.0.clone());
                let encoded = message.encode();
                self.view.say(&encoded);
                self.lay_out(ContentType::Handshake, &encoded, Layout::default()).await
            }
            Extra::KeyUpdate { request } => self.update_keys(*request).await,
            Extra::Alert { level, description } => {
                let octets = [*level, *description];
                self.lay_out(ContentType::Alert, &octets, Layout::default()).await
            }
            Extra::Record { kind, octets } => {
                let layout = layout(self, Item::ApplicationData)?;
                self.lay_out((*kind).into(), &octets.0, Layout { cuts: Vec::new(), ..layout }).await
            }
            Extra::Raw(octets) => {
                self.release().await?;
                self.link.queue(&octets.0);
                Ok(())
            }
        }
    }

    /// Sends an item whether or not the gate has asked for it.
    async fn send_anyway(&mut self, item: Item) -> Result<(), Failure> {
        if item == Item::ChangeCipherSpec {
            return self.lay_out(ContentType::ChangeCipherSpec, &[1], Layout::default()).await;
        }
        let message = self.message_anyway(item)?;
        self.put(item, &message).await?;
        self.after(item)
    }
}
