//! The frames of HTTP/2 (RFC 9113 4.1), by name.

/// Octets of a frame's header.
const HEADER: usize = 9;
/// Most frames of one record that are named.
const MAX_NAMED: usize = 8;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
/// `END_STREAM` and `END_HEADERS`; with other flags the field block begins later.
const PLAIN_FLAGS: u8 = 0x05;

/// Finds the frames of one direction; a frame may be spread over records.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The beginning of a header.
    pending: Vec<u8>,
    /// Octets of a payload that are still to come.
    skip: usize,
}

impl Frames {
    /// Whether these octets begin with a `SETTINGS` frame, as HTTP/2 does.
    pub(super) fn begin_here(octets: &[u8]) -> bool {
        matches!(octets, [0, _, length, SETTINGS, 0, 0, 0, 0, 0, ..] if length.is_multiple_of(6))
    }

    /// Names of the frames that begin in these octets.
    pub(super) fn names(&mut self, octets: &[u8]) -> String {
        self.pending.extend_from_slice(octets);
        let mut names = Vec::new();
        let mut more = 0_usize;
        loop {
            let skipped = self.skip.min(self.pending.len());
            self.pending.drain(..skipped);
            self.skip -= skipped;
            let Some((header, payload)) = self.pending.split_first_chunk::<HEADER>() else { break };
            let [high, middle, low, kind, flags, stream @ ..] = *header;
            let length = u32::from_be_bytes([0, high, middle, low]);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let payload = payload.get(..length.min(payload.len())).unwrap_or_default();
            if names.len() < MAX_NAMED {
                names.push(named(kind, flags, u32::from_be_bytes(stream), payload));
            } else {
                more += 1;
            }
            self.pending.drain(..HEADER);
            self.skip = length;
        }
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        names.join(", ")
    }
}

fn named(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> String {
    let name = match kind {
        0 => "DATA",
        HEADERS => "HEADERS",
        2 => "PRIORITY",
        RST_STREAM => "RST_STREAM",
        SETTINGS if flags & 1 == 1 => return "SETTINGS ack".to_owned(),
        SETTINGS => "SETTINGS",
        5 => "PUSH_PROMISE",
        6 => "PING",
        GOAWAY => "GOAWAY",
        8 => "WINDOW_UPDATE",
        9 => "CONTINUATION",
        _ => return format!("frame of type {kind}"),
    };
    let about = match (kind, payload) {
        (HEADERS, [first, ..]) if flags & !PLAIN_FLAGS == 0 => status(*first),
        (RST_STREAM, [_, _, _, code]) | (GOAWAY, [_, _, _, _, _, _, _, code, ..]) => error(*code),
        _ => None,
    };
    let stream = if stream == 0 { String::new() } else { format!(" {stream}") };
    about.map_or_else(|| format!("{name}{stream}"), |about| format!("{name}{stream} ({about})"))
}

/// A `:status` that is one entry of the static table (RFC 7541 appendix A).
fn status(octet: u8) -> Option<&'static str> {
    Some(match octet {
        0x88 => "200",
        0x89 => "204",
        0x8a => "206",
        0x8b => "304",
        0x8c => "400",
        0x8d => "404",
        0x8e => "500",
        _ => return None,
    })
}

/// RFC 9113 7.
fn error(code: u8) -> Option<&'static str> {
    let names = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    names.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: [u8; 27] = [
        0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88, // HEADERS: 200
        0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11, // GOAWAY
    ];

    #[test]
    fn frames_are_named() {
        let named = Frames::default().names(&RESPONSE);
        assert_eq!(named, "HEADERS 1 (200), GOAWAY (ENHANCE_YOUR_CALM)");
    }

    #[test]
    fn frames_are_found_wherever_they_are_cut() {
        for cut in 0..RESPONSE.len() {
            let (first, second) = RESPONSE.split_at(cut);
            let mut frames = Frames::default();
            let named = [frames.names(first), frames.names(second)].join(" ");
            assert!(named.contains("HEADERS 1") && named.contains("GOAWAY"), "{cut}: {named}");
        }
    }
}
