//! A capture: recordings as a pcapng file (draft-ietf-opsawg-pcapng) with the secrets inside, so that Wireshark opens one file.
//!
//! What the client wrote and read is true, and when. The packets around it are made up: acknowledged at once, never lost.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::key_log::key_log;
use super::packet::{MAX_PAYLOAD, Segment, flags};
use super::recording::{End, Ends, Event, Recording};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// `LINKTYPE_RAW`: packets begin with their IP header.
const RAW_IP: u16 = 101;
/// Secrets of the kind "TLS key log".
const TLS_KEY_LOG: u32 = 0x544c_534b;
const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
/// Longest comment on a packet.
const MAX_COMMENT: usize = 8 << 10;

/// The recordings as a pcapng file.
pub fn capture(recordings: &[Recording]) -> Vec<u8> {
    let mut file = Vec::new();
    block(&mut file, SECTION_HEADER, &section_header());
    let secrets = key_log(recordings.iter().flat_map(|recording| &recording.secrets));
    if !secrets.is_empty() {
        block(&mut file, DECRYPTION_SECRETS, &decryption_secrets(&secrets));
    }
    block(&mut file, INTERFACE_DESCRIPTION, &interface_description());
    for recording in recordings {
        if let Some(ends) = recording.ends {
            Conversation::new(&mut file, ends, recording.began).play(recording);
        }
    }
    file
}

/// One connection as packets.
struct Conversation<'a> {
    file: &'a mut Vec<u8>,
    began: SystemTime,
    client: Party,
    server: Party,
    /// What to say about the next packet.
    comment: String,
}

/// One end of it.
#[derive(Clone, Copy)]
struct Party {
    address: SocketAddr,
    /// The number of the next octet.
    next: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Client,
    Server,
}

impl<'a> Conversation<'a> {
    fn new(file: &'a mut Vec<u8>, ends: Ends, began: SystemTime) -> Self {
        let party = |address, next| Party { address, next };
        let (client, server) = (party(ends.local, 0x1000), party(ends.peer, 0x8000_0000));
        Self { file, began, client, server, comment: String::new() }
    }

    fn play(mut self, recording: &Recording) {
        let start = Duration::ZERO;
        if begins_in_pieces(recording) {
            let port = self.server.address.port();
            self.remark(&format!(
                "too small pieces to be recognized: decode TCP port {port} as TLS"
            ));
        }
        self.segment(start, From::Client, flags::SYN, &[]);
        self.segment(start, From::Server, flags::SYN | flags::ACK, &[]);
        self.segment(start, From::Client, flags::ACK, &[]);
        let mut last = start;
        let mut server_closed = false;
        for entry in &recording.entries {
            last = entry.at;
            match &entry.event {
                Event::Sent(octets) => self.data(last, From::Client, octets),
                Event::Received(octets) => self.data(last, From::Server, octets),
                Event::Lie(text) => self.remark(&format!("lie: {text}")),
                Event::Note(text) => self.remark(text),
                Event::Ended(End::Close) => {
                    server_closed = true;
                    self.segment(last, From::Server, flags::FIN | flags::ACK, &[]);
                    self.segment(last, From::Client, flags::ACK, &[]);
                }
                Event::Ended(End::Reset) => {
                    self.segment(last, From::Server, flags::RST | flags::ACK, &[]);
                    return;
                }
            }
        }
        if recording.is_cut {
            self.remark("the recording ends here: the tape was full");
        }
        self.segment(last, From::Client, flags::FIN | flags::ACK, &[]);
        if server_closed {
            self.segment(last, From::Server, flags::ACK, &[]);
        } else {
            self.segment(last, From::Server, flags::FIN | flags::ACK, &[]);
            self.segment(last, From::Client, flags::ACK, &[]);
        }
    }

    fn remark(&mut self, text: &str) {
        if !self.comment.is_empty() {
            self.comment.push('\n');
        }
        self.comment.push_str(text);
    }

    fn data(&mut self, at: Duration, from: From, octets: &[u8]) {
        let other = if from == From::Client { From::Server } else { From::Client };
        for payload in octets.chunks(MAX_PAYLOAD) {
            self.segment(at, from, flags::PSH | flags::ACK, payload);
            self.segment(at, other, flags::ACK, &[]);
        }
    }

    fn segment(&mut self, at: Duration, from: From, flags: u8, payload: &[u8]) {
        let (sender, receiver) = match from {
            From::Client => (self.client, self.server),
            From::Server => (self.server, self.client),
        };
        let acknowledged = if flags & flags::ACK == 0 { 0 } else { receiver.next };
        let segment = Segment {
            from: sender.address,
            to: receiver.address,
            sequence: sender.next,
            acknowledged,
            flags,
            payload,
        };
        let counted = flags & (flags::SYN | flags::FIN) != 0;
        let length = u32_of(payload.len()).wrapping_add(u32::from(counted));
        let party = match from {
            From::Client => &mut self.client,
            From::Server => &mut self.server,
        };
        party.next = party.next.wrapping_add(length);
        // An acknowledgement says nothing of the lie: that is about what the client sends.
        let comment = match from {
            From::Client => std::mem::take(&mut self.comment),
            From::Server => String::new(),
        };
        let packet = enhanced_packet(self.began + at, &segment.packet(), &comment);
        block(self.file, ENHANCED_PACKET, &packet);
    }
}

/// Whether the first segment is shorter than what Wireshark recognizes TLS by.
fn begins_in_pieces(recording: &Recording) -> bool {
    const RECOGNIZED: usize = 6;
    let mut sent = recording.entries.iter().filter_map(|entry| match &entry.event {
        Event::Sent(octets) => Some(octets.len()),
        _ => None,
    });
    sent.next().is_some_and(|octets| octets < RECOGNIZED)
}

/// Puts a block between its lengths.
fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = u32_of(body.len()).saturating_add(12).to_le_bytes();
    file.extend(kind.to_le_bytes());
    file.extend(length);
    file.extend(body);
    file.extend(length);
}

fn section_header() -> Vec<u8> {
    let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    body.extend(1_u16.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    body.extend(u64::MAX.to_le_bytes()); // length not given
    let application = concat!("mtls-harness ", env!("CARGO_PKG_VERSION"));
    options(&mut body, APPLICATION, application.as_bytes());
    body
}

fn decryption_secrets(lines: &str) -> Vec<u8> {
    let mut body = TLS_KEY_LOG.to_le_bytes().to_vec();
    body.extend(u32_of(lines.len()).to_le_bytes());
    padded(&mut body, lines.as_bytes());
    body
}

fn interface_description() -> Vec<u8> {
    let mut body = RAW_IP.to_le_bytes().to_vec();
    body.extend(0_u16.to_le_bytes());
    body.extend(0_u32.to_le_bytes()); // packets are whole
    body
}

fn enhanced_packet(at: SystemTime, packet: &[u8], comment: &str) -> Vec<u8> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let micros = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
    let high = u32::try_from(micros >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(micros & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let length = u32_of(packet.len());
    let mut body = Vec::with_capacity(packet.len() + 32);
    for word in [0, high, low, length, length] {
        body.extend(word.to_le_bytes());
    }
    padded(&mut body, packet);
    if !comment.is_empty() {
        let bytes = comment.as_bytes();
        options(&mut body, COMMENT, bytes.get(..MAX_COMMENT).unwrap_or(bytes));
    }
    body
}

/// One option, and the end of options.
fn options(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    padded(body, value);
    body.extend([0; 4]);
}

/// Octets, filled up to four.
fn padded(body: &mut Vec<u8>, octets: &[u8]) {
    body.extend(octets);
    let missing = octets.len().next_multiple_of(4) - octets.len();
    body.extend(std::iter::repeat_n(0, missing));
}

fn u32_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tape::Tape;

    fn recording() -> Recording {
        let tape = Tape::blank();
        tape.connected("127.0.0.1:40000".parse().unwrap(), "127.0.0.1:443".parse().unwrap());
        tape.sent(b"hello");
        tape.lie("nothing else".to_owned());
        tape.sent(&vec![0; MAX_PAYLOAD + 1]);
        tape.received(b"world");
        tape.ended(End::Close);
        tape.secret("CLIENT_RANDOM", &[7; 32], &[8; 48]);
        tape.recording().unwrap()
    }

    /// Kinds of the blocks of a file, with what is in them.
    fn blocks(mut file: &[u8]) -> Vec<(u32, &[u8])> {
        let word = |at: &[u8]| u32::from_le_bytes(at[..4].try_into().unwrap());
        let mut found = Vec::new();
        while !file.is_empty() {
            let length = usize::try_from(word(&file[4..])).unwrap();
            assert_eq!(length % 4, 0);
            assert_eq!(word(&file[4..]), word(&file[length - 4..]));
            found.push((word(file), &file[8..length - 4]));
            file = &file[length..];
        }
        found
    }

    #[test]
    fn the_secrets_come_before_the_packets() {
        let file = capture(&[recording()]);
        let kinds: Vec<_> = blocks(&file).into_iter().map(|(kind, _)| kind).collect();
        let head = [SECTION_HEADER, DECRYPTION_SECRETS, INTERFACE_DESCRIPTION];
        assert_eq!(kinds[..3], head);
        // Three to connect; two for each of four segments; two and two to end.
        assert_eq!(kinds[3..], vec![ENHANCED_PACKET; 3 + 8 + 4]);
    }

    #[test]
    fn a_lie_is_a_comment_on_the_packet_that_carries_it() {
        let file = capture(&[recording()]);
        let text = b"lie: nothing else";
        let found: Vec<_> = blocks(&file)
            .into_iter()
            .enumerate()
            .filter(|(_, (_, body))| body.windows(text.len()).any(|window| window == text))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(found, [8]);
    }

    #[test]
    fn what_wireshark_does_not_recognize_says_how_to_read_it() {
        let text = b"decode TCP port 443 as TLS";
        let has_hint = |tape: &Tape| {
            let file = capture(&[tape.recording().unwrap()]);
            file.windows(text.len()).any(|window| window == text)
        };
        let tape = Tape::blank();
        tape.connected("[::1]:40000".parse().unwrap(), "[::1]:443".parse().unwrap());
        assert!(!has_hint(&tape));
        tape.sent(&[22]);
        tape.sent(&[0; 100]);
        assert!(has_hint(&tape));
    }

    #[test]
    fn who_was_never_reached_has_no_packets() {
        let file = capture(&[Tape::blank().recording().unwrap()]);
        assert_eq!(blocks(&file).len(), 2);
    }
}
