//! The gate's messages in TLS 1.2.

use std::time::Instant;

use mtls_scenarios::TlsVersion;
use rustls::HandshakeType;

use super::actor::Actor;
use super::failure::{Failure, misbehaved};
use super::flight13::unexpected;
use super::link::Incoming;
use super::session::Session;
use super::view::Request;
use crate::tls::{
    Certificate12, CertificateRequest12, ExtensionType, Finished, NewSessionTicket12, Received,
    ServerHello, ServerHelloDone, ServerKeyExchange, Side, verify_data12,
};

/// Handshake type of `CertificateStatus` (RFC 6066 8).
const CERTIFICATE_STATUS: HandshakeType = HandshakeType::CertificateStatus;

impl Actor {
    /// What follows a `ServerHello` of TLS 1.2.
    pub(super) async fn rest_of_flight12(&mut self, hello: &ServerHello) -> Result<(), Failure> {
        let extended = hello.extension(ExtensionType::EXTENDED_MASTER_SECRET);
        self.view.extended_master_secret = extended.is_some();
        let offered = self.view.offered.clone();
        let echoed = !hello.session_id.is_empty() && hello.session_id == self.view.session_id;
        self.view.resumed = offered.is_some() && echoed;
        self.facts.resumed = Some(self.view.resumed);
        self.view.session_id.clone_from(&hello.session_id);
        if let Some(session) = offered.filter(|_| self.view.resumed) {
            let mut master = session.secret;
            master.resize(MASTER, 0);
            self.know_master(master);
            return self.gate_finished().await;
        }
        self.full_flight12().await
    }

    async fn full_flight12(&mut self) -> Result<(), Failure> {
        let mut place = 0;
        loop {
            let message = self.handshake_message().await?;
            let next = match message.kind {
                HandshakeType::Certificate => 1,
                CERTIFICATE_STATUS => 2,
                HandshakeType::ServerKeyExchange => 3,
                HandshakeType::CertificateRequest => 4,
                HandshakeType::ServerHelloDone => 5,
                _ => return Err(unexpected(&message)),
            };
            let key_exchange_missing = next > 3 && place < 3;
            if next <= place || (place == 0 && next != 1) || key_exchange_missing {
                return Err(unexpected(&message));
            }
            place = next;
            self.note12(&message)?;
            self.view.transcript.push(&message.encoded);
            if message.kind == HandshakeType::ServerHelloDone {
                return Ok(());
            }
        }
    }

    fn note12(&mut self, message: &Received) -> Result<(), Failure> {
        match message.kind {
            HandshakeType::Certificate => drop(Certificate12::parse(message.body())?),
            HandshakeType::ServerKeyExchange => {
                let exchange = ServerKeyExchange::parse(message.body())?;
                self.view.gate_share = Some((exchange.group, exchange.public));
            }
            HandshakeType::CertificateRequest => {
                let request = CertificateRequest12::parse(message.body())?;
                self.authorities = request.certificate_authorities;
                let schemes = request.signature_algorithms;
                self.view.request = Some(Request { context: Vec::new(), schemes });
                self.note_request();
            }
            HandshakeType::ServerHelloDone => {
                ServerHelloDone::parse(message.body())?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Waits for the gate's `Finished`, where it comes last.
    pub(super) async fn server_finished(&mut self) -> Result<(), Failure> {
        if self.view.version == TlsVersion::Tls13 || self.view.resumed {
            return Ok(());
        }
        self.gate_finished().await?;
        self.view.take_turn();
        Ok(())
    }

    /// Reads `[NewSessionTicket], change_cipher_spec, Finished`.
    async fn gate_finished(&mut self) -> Result<(), Failure> {
        let mut ticket = Vec::new();
        loop {
            match self.link.next().await? {
                Incoming::ChangeCipherSpec => break,
                Incoming::Handshake(message)
                    if message.kind == HandshakeType::NewSessionTicket && ticket.is_empty() =>
                {
                    ticket = NewSessionTicket12::parse(message.body())?.ticket;
                    self.view.transcript.push(&message.encoded);
                }
                Incoming::Handshake(message) => return Err(unexpected(&message)),
                Incoming::Unreadable => {}
                Incoming::Application(_) if self.link.renegotiating => {}
                Incoming::Application(_) => return Err(misbehaved("early application data")),
            }
        }
        self.link.read_with(self.view.gate_keys.clone())?;
        let message = match self.link.next().await? {
            Incoming::Handshake(message) if message.kind == HandshakeType::Finished => message,
            Incoming::Handshake(message) => return Err(unexpected(&message)),
            // It has other keys than ours. What it makes of our Finished shows whether it minds.
            Incoming::Unreadable => return Ok(()),
            _ => return Err(misbehaved("something else than a Finished")),
        };
        let finished = Finished::parse(message.body())?;
        let master = self.view.master.clone().unwrap_or_default();
        let hash = self.view.transcript_hash();
        if finished.verify_data != verify_data12(self.view.hash(), &master, Side::Server, &hash) {
            return Err(misbehaved("a Finished that does not fit what was said"));
        }
        self.view.transcript.push(&message.encoded);
        self.view.gate_is_finished = true;
        self.remember12(master, ticket);
        Ok(())
    }

    fn remember12(&self, master: Vec<u8>, ticket: Vec<u8>) {
        // A session that goes on without a new ticket is kept as it is: its id was made up for this connection alone.
        if ticket.is_empty() && self.view.resumed {
            return;
        }
        let id = if ticket.is_empty() { self.view.session_id.clone() } else { Vec::new() };
        let Some(suite) = self.view.suite else { return };
        if ticket.is_empty() && id.is_empty() {
            return;
        }
        self.dial.memory.keep_session(Session {
            version: TlsVersion::Tls12,
            suite: suite.id,
            secret: master,
            ticket,
            id,
            age_add: 0,
            received: Instant::now(),
        });
    }
}

/// Octets of a master secret (RFC 5246 8.1).
const MASTER: usize = 48;
