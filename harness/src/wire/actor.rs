//! Who performs a script: move by move, in the order of the flow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::model::TlsFacts;
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, Delay, Epoch, Extra, Item, Script, Stop, Then};
use rustls::{ContentType, ProtocolVersion};

use super::dial::{Dial, Identity};
use super::failure::Failure;
use super::flow::Move;
use super::layout::Layout;
use super::link::Link;
use super::view::View;
use super::writer::Writer;
use crate::tls::Message;

/// Least time between two writes that are to reach the gate apart.
const APART: Duration = Duration::from_millis(1);

/// A client in the middle of its script.
pub(super) struct Actor {
    pub(super) dial: Dial,
    pub(super) script: Arc<Script>,
    pub(super) identity: Arc<Identity>,
    pub(super) link: Link,
    pub(super) writer: Writer,
    pub(super) view: View,
    pub(super) facts: TlsFacts,
    pub(super) authorities: Vec<Vec<u8>>,
    /// Whether this is the answer to a request after the handshake.
    pub(super) post_handshake: bool,
    /// Messages as they were sent, to send them again.
    sent: BTreeMap<Item, Vec<u8>>,
    /// Handshake messages that wait for others to share a record with.
    joined: Option<(Layout, Vec<u8>)>,
    /// Acts that the tape has not been told of.
    untold: VecDeque<Act>,
    /// Whether the `ClientHello` is on its way.
    greeted: bool,
    /// What is sent octet by octet while the connection stays open.
    drip: Option<(Vec<u8>, Duration)>,
}

impl Actor {
    /// A client that has not said anything yet.
    pub(super) fn new(dial: Dial, link: Link) -> Result<Self, Failure> {
        let script = Arc::clone(&dial.script);
        let identity = shown(&dial, &script, &dial.identity)?;
        let view = View::new(dial.version);
        Ok(Self {
            untold: script.0.iter().cloned().collect(),
            dial,
            script,
            identity,
            link,
            writer: Writer::new(),
            view,
            facts: TlsFacts::default(),
            authorities: Vec::new(),
            post_handshake: false,
            sent: BTreeMap::new(),
            joined: None,
            greeted: false,
            drip: None,
        })
    }

    /// Follows another script from now on.
    pub(super) fn turn_to(&mut self, script: &Script) -> Result<(), Failure> {
        self.script = Arc::new(script.clone());
        self.identity = shown(&self.dial, script, &self.dial.identity)?;
        self.untold = script.0.iter().cloned().collect();
        self.sent.clear();
        Ok(())
    }

    /// Performs a flow up to its application data and what comes before it in the script; the moves after that are left.
    pub(super) async fn shake_hands(&mut self, moves: &[Move]) -> Result<Vec<Move>, Failure> {
        let rest = self.run(moves).await?;
        let script = Arc::clone(&self.script);
        for act in &script.0 {
            if let Act::Renegotiate(again) = act {
                self.renegotiate(again).await?;
            }
        }
        Ok(rest)
    }

    /// Performs moves up to the application data; those after it are left.
    pub(super) async fn run(&mut self, moves: &[Move]) -> Result<Vec<Move>, Failure> {
        self.view.exchanges_keys = moves.contains(&Move::Do(Item::ClientKeyExchange));
        for (index, step) in moves.iter().enumerate() {
            if let Move::Do(item) = step {
                self.before(*item).await?;
                if *item == Item::ApplicationData {
                    self.enter_application();
                    self.flush().await?;
                    return Ok(moves.iter().skip(index.saturating_add(1)).cloned().collect());
                }
            }
            self.perform(step).await?;
        }
        self.flush().await?;
        Ok(Vec::new())
    }

    async fn perform(&mut self, step: &Move) -> Result<(), Failure> {
        match step {
            Move::Do(Item::ServerFlight) => {
                self.flush().await?;
                self.server_flight().await
            }
            Move::Do(Item::ServerFinished) => {
                self.flush().await?;
                self.server_finished().await
            }
            Move::Do(item) => self.send(*item).await,
            Move::Again(item) => {
                let Some(encoded) = self.sent.get(item).cloned() else { return Ok(()) };
                self.put_octets(*item, kind(*item), &encoded, None).await
            }
            Move::Extra(extra, times) => {
                for _ in 0..*times {
                    self.send_extra(extra).await?;
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, item: Item) -> Result<(), Failure> {
        if item == Item::ChangeCipherSpec {
            self.put_octets(item, ContentType::ChangeCipherSpec, &[1], None).await?;
            return self.change_keys12();
        }
        let Some(message) = self.message(item)? else { return Ok(()) };
        self.put(item, &message).await?;
        self.after(item)
    }

    /// Sends a handshake message.
    pub(super) async fn put(&mut self, item: Item, message: &Message) -> Result<(), Failure> {
        self.put_octets(item, ContentType::Handshake, &message.encode(), Some(message)).await
    }

    async fn put_octets(
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
        self.sent.insert(item, octets.to_vec());
        let layout = Layout::of(&self.script, item, message, octets.len())?;
        self.lay_out(kind, octets, layout).await
    }

    /// Puts contents into records.
    pub(super) async fn lay_out(
        &mut self,
        kind: ContentType,
        octets: &[u8],
        layout: Layout,
    ) -> Result<(), Failure> {
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
    async fn release(&mut self) -> Result<(), Failure> {
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
                self.link.flush_in_segments(every, pause.max(APART)).await?;
            }
        }
        Ok(())
    }

    /// RFC 8446 5.1: an initial `ClientHello` may say 0x0301 for compatibility, and everybody's does.
    const fn record_version(&self) -> ProtocolVersion {
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

    /// What the script does before an item.
    async fn before(&mut self, item: Item) -> Result<(), Failure> {
        if matches!(item, Item::ServerFlight | Item::ServerFinished) {
            // What is told from here on is about what comes after it.
            self.flush().await?;
        }
        self.tell(item);
        let script = Arc::clone(&self.script);
        for act in &script.0 {
            match act {
                Act::Delay(Delay { before, milliseconds }) if *before == item => {
                    self.flush().await?;
                    self.link.pause(Duration::from_millis((*milliseconds).into())).await?;
                }
                Act::HalfClose(before) if *before == item => {
                    self.flush().await?;
                    self.link.half_close().await;
                }
                Act::Stop(stop) if stop.before == item => return Err(self.stop(stop).await?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Tells the tape of every act that has been due by an item.
    pub(super) fn tell(&mut self, item: Item) {
        let (due, later): (VecDeque<Act>, _) =
            std::mem::take(&mut self.untold).into_iter().partition(|act| act.item() <= item);
        self.untold = later;
        for act in due {
            self.dial.tape.lie(act.to_string());
        }
    }

    /// Sends nothing any more; why the connection ended.
    async fn stop(&mut self, stop: &Stop) -> Result<Failure, Failure> {
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
        let memory = self.dial.memory.clone();
        self.link.deadline = self.dial.open_until;
        memory.leave_open(async move {
            // Nobody asks any more how the connection ends.
            let _ = self.dribble().await;
            std::future::pending::<()>().await;
        });
    }

    /// What follows from having sent an item.
    fn after(&mut self, item: Item) -> Result<(), Failure> {
        match item {
            Item::ClientKeyExchange => self.agree12(),
            Item::Finished => {
                self.finished();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn send_extra(&mut self, extra: &Extra) -> Result<(), Failure> {
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

    /// From here on application data is sent.
    fn enter_application(&mut self) {
        if self.view.version == TlsVersion::Tls13 {
            self.writer.epoch = Epoch::Application;
        }
        if !self.post_handshake {
            self.tell(Item::ApplicationData);
        }
    }
}

const fn kind(item: Item) -> ContentType {
    match item {
        Item::ChangeCipherSpec => ContentType::ChangeCipherSpec,
        _ => ContentType::Handshake,
    }
}

/// Whose certificates a script shows.
fn shown(dial: &Dial, script: &Script, own: &Arc<Identity>) -> Result<Arc<Identity>, Failure> {
    let named = script.0.iter().rev().find_map(|act| match act {
        Act::Show(name) => Some(name),
        _ => None,
    });
    let Some(name) = named else { return Ok(Arc::clone(own)) };
    let other = dial.others.get(name).cloned();
    other.ok_or_else(|| Failure::Unable(format!("there is no credential `{name}` to show")))
}
