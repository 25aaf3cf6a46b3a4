//! The messages of a client, as its script has them.

use mtls_reports::model::CertificateSent;
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Act, Epoch, Item};
use rustls::pki_types::CertificateDer;

use super::actor::Actor;
use super::compress::compress;
use super::edit::edit;
use super::failure::Failure;
use super::sign;
use crate::tls::{
    Certificate12, Certificate13, CertificateEntry, ClientKeyExchange, Finished, KeyExchange,
    KeyUpdate, Message, Side, extended_master_secret, master_secret, protections, verify_data12,
};
use mtls_reports::PeerText;
use rustls::ContentType;

use super::layout::Layout;

impl Actor {
    /// The message of an item; `None` where an honest client sends none, because the gate has not asked.
    pub(super) fn message(&mut self, item: Item) -> Result<Option<Message>, Failure> {
        let wanted = match item {
            Item::Certificate => self.is_asked() && !self.resumes12(),
            Item::CertificateVerify => self.signs() && !self.resumes12(),
            Item::ClientKeyExchange => !self.resumes12(),
            _ => true,
        };
        if wanted { self.message_anyway(item).map(Some) } else { Ok(None) }
    }

    /// The message of an item, asked for or not.
    pub(super) fn message_anyway(&mut self, item: Item) -> Result<Message, Failure> {
        let mut message = match item {
            Item::ClientHello => return self.client_hello(None),
            Item::Certificate => {
                let list = if self.shows_certificates() {
                    self.identity.list.clone().unwrap_or_default()
                } else {
                    Vec::new()
                };
                self.certificate(&list)
            }
            Item::ClientKeyExchange => self.client_key_exchange()?,
            Item::CertificateVerify => {
                sign::certificate_verify(&self.dial, &self.script, &self.identity, &self.view)?
                    .to_message()
            }
            Item::Finished => Finished { verify_data: self.verify_data()? }.to_message(),
            Item::ChangeCipherSpec
            | Item::ServerFlight
            | Item::ServerFinished
            | Item::ApplicationData => {
                return Err(Failure::Unable(format!("`{}` is no message", item.as_str())));
            }
        };
        edit(&mut message, item, &self.script)?;
        match self.compression().filter(|_| item == Item::Certificate) {
            Some(how) => {
                let encoded = message.encode();
                let body = encoded.get(Message::HEADER..).unwrap_or_default();
                Ok(compress(body, &how)?.to_message())
            }
            None => Ok(message),
        }
    }

    fn compression(&self) -> Option<mtls_scenarios::script::Compress> {
        self.script.0.iter().find_map(|act| match act {
            Act::Compress(how) => Some(how.clone()),
            _ => None,
        })
    }

    /// A `Certificate` with this list.
    pub(super) fn certificate(&self, list: &[CertificateDer<'static>]) -> Message {
        match self.view.version {
            TlsVersion::Tls12 => {
                Certificate12 { list: list.iter().map(|der| der.to_vec()).collect() }.to_message()
            }
            TlsVersion::Tls13 => Certificate13 {
                context: self.view.request.as_ref().map(|r| r.context.clone()).unwrap_or_default(),
                entries: list.iter().map(|der| CertificateEntry::new(der.to_vec())).collect(),
            }
            .to_message(),
        }
    }

    pub(super) fn has_act(&self, wanted: &Act) -> bool {
        self.script.0.contains(wanted)
    }

    fn is_asked(&self) -> bool {
        self.view.request.is_some() || self.has_act(&Act::ShowUnasked)
    }

    /// Whether it has certificates, and a key that can sign by a scheme that the gate lists.
    pub(super) fn shows_certificates(&self) -> bool {
        let has_list = self.identity.list.as_ref().is_some_and(|list| !list.is_empty());
        has_list && !self.has_act(&Act::EmptyListSigned) && !self.withholds()
    }

    fn withholds(&self) -> bool {
        let (Some(key), Some(request)) = (&self.identity.key, &self.view.request) else {
            return false;
        };
        let said = sign::signing(&self.script).scheme.is_some();
        !said && sign::choose(key, self.view.version, &request.schemes).is_none()
    }

    fn signs(&self) -> bool {
        let signs_nothing = self.has_act(&Act::EmptyListSigned);
        let signs_list = self.identity.key.is_some() && self.shows_certificates();
        self.is_asked() && (signs_list || signs_nothing)
    }

    /// Notes what becomes of the certificate.
    pub(super) fn note_request(&mut self) {
        self.facts.certificate = match &self.identity.list {
            None => CertificateSent::None,
            Some(_) if self.withholds() => CertificateSent::Withheld,
            Some(_) => CertificateSent::Sent,
        };
    }

    fn resumes12(&self) -> bool {
        self.view.version == TlsVersion::Tls12 && self.view.resumed
    }

    fn client_key_exchange(&mut self) -> Result<Message, Failure> {
        let group = self.view.gate_share.as_ref().map(|(group, _)| *group);
        let group = group.ok_or_else(|| {
            Failure::Unable("a ClientKeyExchange needs the gate's key share first".to_owned())
        })?;
        let share = if self.has_act(&Act::WeakShare) {
            KeyExchange::of_zeros()
        } else {
            KeyExchange::generate(group)
                .map_err(|e| Failure::Misbehaved(PeerText::new(&e.to_string())))?
        };
        let message = ClientKeyExchange { public: share.public().to_vec() }.to_message();
        self.view.own_share = Some(share);
        Ok(message)
    }

    /// Computes the master secret of TLS 1.2. Without a `ClientKeyExchange` the premaster secret is empty.
    pub(super) fn agree12(&mut self) -> Result<(), Failure> {
        let premaster = match (&self.view.own_share, &self.view.gate_share) {
            (Some(own), Some((_, public))) => own.agree(public)?,
            _ => Vec::new(),
        };
        let view = &mut self.view;
        let hash = view.hash();
        let master = if view.extended_master_secret {
            extended_master_secret(hash, &premaster, &view.transcript.hash(hash))
        } else {
            master_secret(hash, &premaster, &view.client_random, &view.server_random)
        };
        self.know_master(master);
        Ok(())
    }

    /// The keys of TLS 1.2 follow from its master secret.
    pub(super) fn know_master(&mut self, master: Vec<u8>) {
        let view = &mut self.view;
        if let Some(suite) = view.suite {
            let block = protections(suite, &master, &view.client_random, &view.server_random);
            self.writer.set(Epoch::Application, block.client);
            self.writer.set(Epoch::Gate, block.server.clone());
            view.gate_keys = Some(block.server);
        }
        self.dial.tape.secret("CLIENT_RANDOM", &view.client_random, &master);
        view.master = Some(master);
    }

    /// What `change_cipher_spec` does in TLS 1.2. Before there are keys it changes nothing.
    pub(super) fn change_keys12(&mut self) -> Result<(), Failure> {
        if self.view.version == TlsVersion::Tls13 {
            return Ok(());
        }
        if self.view.master.is_none() && self.view.exchanges_keys {
            self.view.changed_early = true;
            return Ok(());
        }
        if self.view.master.is_none() {
            self.agree12()?;
        }
        self.writer.epoch = Epoch::Application;
        Ok(())
    }

    fn verify_data(&mut self) -> Result<Vec<u8>, Failure> {
        let hash = self.view.transcript_hash();
        if self.view.version == TlsVersion::Tls12 {
            if self.view.master.is_none() {
                self.agree12()?;
            }
            if self.view.changed_early {
                self.writer.epoch = Epoch::Application;
            }
            let master = self.view.master.as_deref().unwrap_or_default();
            let data = verify_data12(self.view.hash(), master, Side::Client, &hash);
            self.view.verify_data.clone_from(&data);
            return Ok(data);
        }
        let secrets = self.view.secrets.as_ref();
        let secret = if self.post_handshake {
            secrets.and_then(|secrets| secrets.application.as_ref()).map(|keys| &keys.client)
        } else {
            secrets.map(|secrets| &secrets.client_handshake)
        };
        let secret = secret.ok_or_else(|| {
            Failure::Unable("a Finished needs the gate's ServerHello first".to_owned())
        })?;
        Ok(secret.verify_data(&hash))
    }

    /// What follows from our `Finished`.
    pub(super) fn finished(&mut self) {
        let hash = self.view.transcript_hash();
        if self.post_handshake || self.view.version == TlsVersion::Tls12 {
            return;
        }
        let secrets = self.view.secrets.as_mut();
        if let Some(keys) = secrets.and_then(|secrets| secrets.application.as_mut()) {
            keys.resumption = Some(keys.master.derive("res master", &hash));
            self.writer.epoch = Epoch::Application;
        }
    }

    /// Sends a `KeyUpdate`, and changes the keys (RFC 8446 4.6.3).
    pub(super) async fn update_keys(&mut self, request_update: bool) -> Result<(), Failure> {
        let encoded = KeyUpdate { request_update }.to_message().encode();
        self.lay_out(ContentType::Handshake, &encoded, Layout::default()).await?;
        let secrets = self.view.secrets.as_mut().and_then(|secrets| secrets.application.as_mut());
        if let (Some(keys), Some(suite)) = (secrets, self.view.suite) {
            keys.client = keys.client.next();
            self.writer.set(Epoch::Application, keys.client.protection(suite));
        }
        Ok(())
    }
}
