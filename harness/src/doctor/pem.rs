//! PEM as people leave it: sections anywhere in a text, with lines joined or line breaks spelled out.

use base64ct::{Base64, Encoding as _};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// One section. Private keys pass through here, so it has no `Debug`.
pub(super) struct Section {
    pub(super) label: String,
    pub(super) der: Vec<u8>,
    /// It has the headers of an encrypted key of old (RFC 1421).
    pub(super) encrypted: bool,
}

/// The sections of a text, and what was odd about it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) sections: Vec<Section>,
    /// Label of the first section that has no end, or is not base64 inside.
    pub(super) damaged: Option<String>,
    /// A section without line breaks.
    pub(super) joined: bool,
    /// Line breaks are spelled `\n`.
    pub(super) escaped: bool,
}

impl Found {
    fn damage(&mut self, label: &str) {
        self.damaged.get_or_insert_with(|| label.chars().take(40).collect());
    }
}

/// Whether a text has a PEM section.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Finds all sections.
pub(super) fn read(text: &str) -> Found {
    let mut found = Found { escaped: is_escaped(text), ..Found::default() };
    let unescaped = text.replace("\\r", "").replace("\\n", "\n");
    let text = if found.escaped { unescaped.as_str() } else { text };
    // A section ends before the next begins, so that each octet is looked at once.
    for part in text.split(BEGIN).skip(1) {
        let Some((label, rest)) = part.split_once(DASHES) else {
            continue;
        };
        let Some((body, _)) = rest.split_once(&format!("-----END {label}-----")) else {
            found.damage(label);
            continue;
        };
        found.joined |= !body.starts_with(['\n', '\r']);
        let encrypted = body.contains("ENCRYPTED");
        match decode(&without_headers(body)) {
            Some(der) => found.sections.push(Section { label: label.to_owned(), der, encrypted }),
            // The body of an encrypted key does not matter; that it is encrypted does.
            None if encrypted => {
                let der = Vec::new();
                found.sections.push(Section { label: label.to_owned(), der, encrypted });
            }
            None => found.damage(label),
        }
    }
    found
}

/// Whether the first section has its line breaks spelled out.
fn is_escaped(text: &str) -> bool {
    let body = text.split_once(BEGIN).and_then(|(_, after)| after.split_once(DASHES));
    body.is_some_and(|(_, body)| body.starts_with("\\n") || body.starts_with("\\r"))
}

/// RFC 1421 headers (`Proc-Type: 4,ENCRYPTED`) end with an empty line.
fn without_headers(body: &str) -> String {
    body.lines().filter(|line| !line.contains(':')).collect()
}

/// Base64, with white space anywhere; `None` where it is none, or nothing.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Base64::decode_vec(&compact).ok().filter(|octets| !octets.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "text\n-----BEGIN A-----\nAAEC\n-----END A-----\n-----BEGIN B-----\r\nAw==\r\n-----END B-----";

    fn octets(found: &Found) -> Vec<(&str, &[u8])> {
        found.sections.iter().map(|section| (section.label.as_str(), &*section.der)).collect()
    }

    #[test]
    fn sections_are_found_wherever_they_stand() {
        let expected: Vec<(&str, &[u8])> = vec![("A", &[0, 1, 2]), ("B", &[3])];
        let found = read(PLAIN);
        assert_eq!(octets(&found), expected);
        assert!(!found.joined && !found.escaped && found.damaged.is_none());
        let indented = PLAIN.replace('\n', "\n    ");
        assert_eq!(octets(&read(&indented)), expected);
        let joined = read(&PLAIN.replace('\r', "").replace('\n', " "));
        assert_eq!(octets(&joined), expected);
        assert!(joined.joined);
        let escaped = read(&PLAIN.replace('\r', "").replace('\n', "\\n"));
        assert_eq!(octets(&escaped), expected);
        assert!(escaped.escaped && !escaped.joined);
    }

    #[test]
    fn damage_is_told_and_does_not_hide_what_follows() {
        let cut = format!("-----BEGIN C-----\nAAEC\n{PLAIN}");
        assert_eq!((read(&cut).damaged, read(&cut).sections.len()), (Some("C".to_owned()), 2));
        let wrong = PLAIN.replace("AAEC", "AA*C");
        assert_eq!((read(&wrong).damaged, read(&wrong).sections.len()), (Some("A".to_owned()), 1));
    }

    #[test]
    fn a_text_of_nothing_but_beginnings_is_read_once() {
        let text = "-----BEGIN A-----".repeat(200_000);
        assert_eq!(read(&text).damaged.as_deref(), Some("A"));
    }

    #[test]
    fn encrypted_keys_of_old_are_known() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n-----END RSA PRIVATE KEY-----";
        let found = read(text);
        assert!(found.sections[0].encrypted);
        assert_eq!(found.sections[0].der, [0, 1, 2]);
    }
}
