//! Who performs a script: move by move, in the order of the flow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mtls_reports::model::{CertificateSent, TlsFacts};
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, Delay, Epoch, Item, Script};
use rustls::ContentType;

use super::dial::{Dial, Identity};
use super::failure::Failure;
use super::flow::Move;
use super::layout::Layout;
use super::link::Link;
use super::view::View;
use super::writer::Writer;

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
    /// What has become of the certificate then.
    pub(super) later: Arc<OnceLock<CertificateSent>>,
    /// Requests after the handshake so far.
    pub(super) later_requests: u32,
    /// Messages as they were sent, to send them again.
    pub(super) sent: BTreeMap<Item, Vec<u8>>,
    /// Handshake messages that wait for others to share a record with.
    pub(super) joined: Option<(Layout, Vec<u8>)>,
    /// Acts that the tape has not been told of.
    untold: VecDeque<Act>,
    /// Whether the `ClientHello` is on its way.
    pub(super) greeted: bool,
    /// What is sent octet by octet while the connection stays open.
    pub(super) drip: Option<(Vec<u8>, Duration)>,
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
            later: Arc::default(),
            later_requests: 0,
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

    /// What follows from having sent an item.
    pub(super) fn after(&mut self, item: Item) -> Result<(), Failure> {
        match item {
            Item::ClientKeyExchange => self.agree12(),
            Item::Finished => {
                self.finished();
                Ok(())
            }
            _ => Ok(()),
        }
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
