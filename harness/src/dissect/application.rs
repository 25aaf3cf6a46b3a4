//! What application data says, in a few words: HTTP/1.1 by its first line, HTTP/2 by its frames.

use super::frames::Frames;

/// Longest part of a first line that is shown.
const MAX_LINE: usize = 80;
/// How a client begins HTTP/2 (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The application data of one direction.
#[derive(Debug, Default)]
pub(super) struct Application {
    /// The frames, where it is HTTP/2.
    pub(super) frames: Option<Frames>,
}

impl Application {
    /// What these octets say.
    pub(super) fn describe(&mut self, octets: &[u8]) -> String {
        if octets.is_empty() {
            return "application data: empty".to_owned();
        }
        let rest = octets.strip_prefix(PREFACE);
        if self.frames.is_none() && (rest.is_some() || Frames::begin_here(octets)) {
            self.frames = Some(Frames::default());
        }
        match (&mut self.frames, rest) {
            (Some(frames), Some(rest)) => {
                let named = frames.names(rest);
                format!("HTTP/2: preface{}{named}", if named.is_empty() { "" } else { ", " })
            }
            (Some(frames), None) => match frames.names(octets) {
                named if named.is_empty() => "HTTP/2: rest of a frame".to_owned(),
                named => format!("HTTP/2: {named}"),
            },
            (None, _) => first_line(octets)
                .map_or_else(|| "application data".to_owned(), |line| format!("HTTP: {line}")),
        }
    }

    /// Whether these octets begin a request or a response of HTTP/1.1.
    pub(super) fn is_http(octets: &[u8]) -> bool {
        first_line(octets).is_some()
    }
}

/// `GET /whoami`, `200 OK`.
fn first_line(octets: &[u8]) -> Option<String> {
    let end = octets.iter().position(|octet| *octet == b'\r' || *octet == b'\n')?;
    let line = std::str::from_utf8(octets.get(..end)?).ok()?;
    let shown = match line.strip_prefix("HTTP/1.") {
        Some(rest) => rest.split_once(' ')?.1,
        None => line.rsplit_once(" HTTP/1.")?.0,
    };
    Some(shown.chars().take(MAX_LINE).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_1_is_told_by_its_first_line() {
        let mut application = Application::default();
        assert_eq!(application.describe(b"GET /a b HTTP/1.1\r\nHost: x\r\n"), "HTTP: GET /a b");
        assert_eq!(application.describe(b"HTTP/1.1 404 Not Found\r\n\r\n"), "HTTP: 404 Not Found");
        assert_eq!(application.describe(b"\x00\x01"), "application data");
        assert_eq!(application.describe(b""), "application data: empty");
    }

    #[test]
    fn http_2_is_told_by_its_frames() {
        let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let mut client = Application::default();
        let first = [PREFACE, &settings].concat();
        assert_eq!(client.describe(&first), "HTTP/2: preface, SETTINGS");
        let mut server = Application::default();
        assert_eq!(server.describe(&settings), "HTTP/2: SETTINGS");
    }
}
