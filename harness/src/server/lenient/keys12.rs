//! The keys of one TLS 1.2 handshake.

use super::channel::Channel;
use super::event::Epoch;
use super::failure::Failure;
use super::flight::Keys;
use super::hello::Hello;
use super::leniency::{Forgiven, Leniency};
use super::reading;
use crate::tls::{
    ClientKeyExchange, ExtensionType, KeyExchange, Protection, Side, Suite, Transcript,
    extended_master_secret, master_secret, protections, verify_data12,
};

/// The keys of one handshake, as far as they are known.
pub(super) struct Keys12 {
    suite: &'static Suite,
    /// The gate's half of the exchange; none where a session is resumed.
    own: Option<KeyExchange>,
    randoms: ([u8; 32], [u8; 32]),
    extended: bool,
    master: Vec<u8>,
    /// What will protect the gate's records.
    pub(super) outgoing: Option<Protection>,
    /// When the client's come into use.
    pub(super) epoch: Epoch,
    pub(super) forgiven: Forgiven,
    /// `verify_data` of the client's `Finished`, once it was looked at.
    pub(super) client_verify_data: Vec<u8>,
}

impl Keys12 {
    /// Those of a full handshake.
    pub(super) fn new(
        suite: &'static Suite,
        own: KeyExchange,
        hello: &Hello,
        server_random: [u8; 32],
    ) -> Self {
        let mut keys = Self::resumed(suite, hello, server_random, Vec::new());
        keys.own = Some(own);
        keys
    }

    /// Those of a session that is resumed.
    pub(super) fn resumed(
        suite: &'static Suite,
        hello: &Hello,
        server_random: [u8; 32],
        master: Vec<u8>,
    ) -> Self {
        Self {
            suite,
            own: None,
            randoms: (hello.parsed.random, server_random),
            extended: hello.has(ExtensionType::EXTENDED_MASTER_SECRET),
            master,
            outgoing: None,
            epoch: Epoch::Application,
            forgiven: Forgiven::by(None),
            client_verify_data: Vec::new(),
        }
    }

    pub(super) fn master(&self) -> &[u8] {
        &self.master
    }

    /// Makes the keys known that follow from the master secret.
    pub(super) fn announce(&mut self, channel: &mut Channel) {
        let (client, server) = &self.randoms;
        let block = protections(self.suite, &self.master, client, server);
        channel.know(self.epoch, block.client);
        self.outgoing = Some(block.server);
    }

    fn premaster(&self, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let weak = self.forgiven.has(Leniency::WeakShares);
        let Some(own) = &self.own else {
            return Err(Failure::unexpected("ClientKeyExchange"));
        };
        let shared = reading::parse(body, self.forgiven, ClientKeyExchange::parse)
            .and_then(|exchange| own.agree(&exchange.public));
        match shared {
            Err(_) if weak => Ok(vec![0; 32]),
            shared => Ok(shared?),
        }
    }
}

impl Keys for Keys12 {
    fn exchange(
        &mut self,
        body: &[u8],
        transcript: &Transcript,
        channel: &mut Channel,
    ) -> Result<(), Failure> {
        let premaster = self.premaster(body)?;
        let hash = self.suite.hash;
        let (client, server) = &self.randoms;
        self.master = if self.extended {
            extended_master_secret(hash, &premaster, &transcript.hash(hash))
        } else {
            master_secret(hash, &premaster, client, server)
        };
        self.announce(channel);
        Ok(())
    }

    fn verify_data(&mut self, transcript: &Transcript) -> Vec<u8> {
        let hash = transcript.hash(self.suite.hash);
        let data = verify_data12(self.suite.hash, &self.master, Side::Client, &hash);
        self.client_verify_data.clone_from(&data);
        data
    }
}
