//! Both directions of a connection, told in the order in which it happened.

use std::time::Duration;

use mtls_reports::PeerText;
use mtls_reports::model::{DialogueLine, Speaker};
use rustls::{ContentType, HandshakeType, ProtocolVersion};

use super::flow::{Content, Flow};
use super::keyring::Keys;
use crate::tape::{End, Event, Recording};
use crate::tls::{ExtensionType, Received, ServerHello, Side, describe, describe_alert};

/// What was said on a connection, line by line. Lines that repeat each other are one.
pub fn dialogue(recording: &Recording) -> Vec<DialogueLine> {
    let mut conversation = Conversation::new(recording);
    for entry in &recording.entries {
        conversation.at = entry.at;
        match &entry.event {
            Event::Sent(octets) => conversation.octets(Speaker::Sent, octets),
            Event::Received(octets) => conversation.octets(Speaker::Received, octets),
            Event::Lie(text) => conversation.say(Speaker::Note, text, 0, true),
            Event::Note(text) => conversation.note(text),
            Event::Ended(End::Close) => {
                conversation.say(Speaker::Received, "end of stream", 0, false);
            }
            Event::Ended(End::Reset) => conversation.say(Speaker::Received, "reset", 0, false),
        }
    }
    conversation.finish(recording.is_cut)
}

struct Conversation {
    version: ProtocolVersion,
    client: Flow,
    server: Flow,
    at: Duration,
    lines: Vec<Said>,
}

/// A line and how often it was said in a row.
struct Said {
    line: DialogueLine,
    times: usize,
}

impl Conversation {
    fn new(recording: &Recording) -> Self {
        let secrets = &recording.secrets;
        // Until a ServerHello says so; only TLS 1.2 has a master secret in key logs.
        let is_tls12 = secrets.iter().any(|secret| secret.label == "CLIENT_RANDOM");
        Self {
            version: if is_tls12 { ProtocolVersion::TLSv1_2 } else { ProtocolVersion::TLSv1_3 },
            client: Flow::new(Side::Client, secrets),
            server: Flow::new(Side::Server, secrets),
            at: Duration::ZERO,
            lines: Vec::new(),
        }
    }

    fn flow(&mut self, who: Speaker) -> &mut Flow {
        if who == Speaker::Received { &mut self.server } else { &mut self.client }
    }

    fn octets(&mut self, who: Speaker, octets: &[u8]) {
        if !self.flow(who).push(octets) {
            self.raw(who, octets);
            return;
        }
        loop {
            let is_tls13 = self.version == ProtocolVersion::TLSv1_3;
            match self.flow(who).next(is_tls13) {
                Ok(Some((keys, content))) => self.content(who, keys, content),
                Ok(None) => return,
                Err(_) => return self.raw(who, octets),
            }
        }
    }

    /// What is no record: HTTP without TLS, or anything.
    fn raw(&mut self, who: Speaker, octets: &[u8]) {
        let said = self.flow(who).application.describe(octets);
        self.say(who, &format!("without TLS: {said}"), octets.len(), false);
    }

    fn content(&mut self, who: Speaker, keys: Keys, content: Content) {
        match content {
            Content::Handshake(messages, malformed) => {
                for (message, parts) in messages {
                    self.message(who, keys, &message, parts);
                }
                if let Some(malformed) = malformed {
                    self.say(who, &format!("handshake message: {malformed}"), 0, false);
                }
            }
            Content::Alert(payload) => {
                let said = format!("Alert: {}", describe_alert(&payload));
                self.say(who, &said, payload.len(), false);
            }
            Content::ChangeCipherSpec(payload) if payload == [1] => {
                self.say(who, "ChangeCipherSpec", payload.len(), false);
            }
            Content::ChangeCipherSpec(payload) => {
                self.say(who, "ChangeCipherSpec, with other contents", payload.len(), false);
            }
            Content::Application(payload) => {
                let said = self.flow(who).application.describe(&payload);
                let said = format!("{said}{}", unusual(keys, Keys::Application));
                self.say(who, &said, payload.len(), false);
            }
            Content::Other(kind, payload) => {
                self.say(who, &format!("{} record", name(kind)), payload.len(), false);
            }
            Content::Sealed(kind, octets) => {
                let text = format!("{} record that no recorded secret opens", name(kind));
                self.say(who, &text, octets, false);
            }
        }
    }

    fn message(&mut self, who: Speaker, keys: Keys, message: &Received, parts: usize) {
        if message.kind == HandshakeType::ServerHello && who == Speaker::Received {
            self.negotiated(message);
        }
        let mut text = describe(message, self.version);
        text.push_str(unusual(keys, self.due(message.kind, keys)));
        if parts > 1 {
            text = format!("{text}, in {parts} records");
        }
        self.say(who, &text, message.encoded.len(), false);
    }

    fn negotiated(&mut self, message: &Received) {
        let Ok(hello) = ServerHello::parse(message.body()) else { return };
        let chosen = hello.extension(ExtensionType::SUPPORTED_VERSIONS);
        if let Some([high, low]) = chosen {
            self.version = u16::from_be_bytes([*high, *low]).into();
            return;
        }
        self.version = hello.legacy_version;
        for flow in [&mut self.client, &mut self.server] {
            flow.keyring.negotiated(hello.cipher_suite, &hello.random);
        }
    }

    /// What a handshake message is protected with as a rule.
    fn due(&self, kind: HandshakeType, keys: Keys) -> Keys {
        let is_tls13 = self.version == ProtocolVersion::TLSv1_3;
        match kind {
            HandshakeType::ClientHello | HandshakeType::ServerHello if is_tls13 => Keys::Clear,
            HandshakeType::EndOfEarlyData => Keys::Early,
            HandshakeType::NewSessionTicket | HandshakeType::KeyUpdate if is_tls13 => {
                Keys::Application
            }
            // After the handshake, too (RFC 8446 4.6.2).
            _ if is_tls13 && keys == Keys::Application => keys,
            _ if is_tls13 => Keys::Handshake,
            HandshakeType::Finished => Keys::Session,
            // In the clear, or in a renegotiation.
            _ => keys,
        }
    }

    fn note(&mut self, text: &str) {
        self.say(Speaker::Note, text, 0, false);
    }

    fn say(&mut self, who: Speaker, text: &str, octets: usize, lie: bool) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        let text = PeerText::new(text);
        if let Some(last) = self.lines.last_mut()
            && (last.line.who, last.line.octets, last.line.lie) == (who, octets, lie)
            && last.line.text == text
        {
            last.times += 1;
            return;
        }
        let at_us = u64::try_from(self.at.as_micros()).unwrap_or(u64::MAX);
        self.lines.push(Said { line: DialogueLine { who, text, octets, lie, at_us }, times: 1 });
    }

    fn finish(mut self, is_cut: bool) -> Vec<DialogueLine> {
        let mut unfinished = Vec::new();
        for (who, flow) in [("client", &self.client), ("gate", &self.server)] {
            if let Some(what) = flow.unfinished() {
                unfinished.push(format!("the last that the {who} sent is {what}"));
            }
        }
        for text in unfinished {
            self.note(&text);
        }
        if is_cut {
            self.note("the recording ends here: the tape was full");
        }
        let lines = self.lines.into_iter().map(|Said { line, times }| match times {
            1 => line,
            _ => DialogueLine {
                text: PeerText::new(&format!("{} ({times} times)", line.text)),
                ..line
            },
        });
        lines.collect()
    }
}

/// What to add where something is protected otherwise than as a rule.
const fn unusual(keys: Keys, due: Keys) -> &'static str {
    match (keys, due) {
        (Keys::Clear, Keys::Clear)
        | (Keys::Early, Keys::Early)
        | (Keys::Handshake, Keys::Handshake)
        | (Keys::Application | Keys::Session, Keys::Application | Keys::Session) => "",
        (Keys::Clear, _) => ", in the clear",
        (Keys::Early, Keys::Application) => ", as early data",
        (Keys::Early, _) => ", under early keys",
        (Keys::Handshake, _) => ", under handshake keys",
        (Keys::Application | Keys::Session, _) => ", under application keys",
    }
}

/// The name of a record's type (RFC 8446 5.1).
const fn name(kind: ContentType) -> &'static str {
    match kind {
        ContentType::ChangeCipherSpec => "change_cipher_spec",
        ContentType::Alert => "alert",
        ContentType::Handshake => "handshake",
        ContentType::ApplicationData => "application_data",
        ContentType::Heartbeat => "heartbeat",
        _ => "unknown",
    }
}
