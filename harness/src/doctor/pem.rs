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
    /// Labels of the sections that have no end, or are not base64 inside.
    pub(super) damaged: Vec<String>,
    /// A section without line breaks.
    pub(super) joined: bool,
    /// Line breaks are spelled `\n`.
    pub(super) escaped: bool,
}

/// Whether a text has a PEM section.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Finds all sections.
pub(super) fn read(text: &str) -> Found {
    let mut found = Found { escaped: is_escaped(text), ..Found::default() };
    let unescaped = text.replace("\\r", "").replace("\\n", "\n");
    let mut rest = if found.escaped { unescaped.as_str() } else { text };
    while let Some((_, after)) = rest.split_once(BEGIN) {
        rest = after;
        let Some((label, body)) = after.split_once(DASHES) else {
            break;
        };
        let end = format!("-----END {label}-----");
        let whole = body.split_once(&end).filter(|(body, _)| !body.contains(BEGIN));
        let Some((body, after)) = whole else {
            found.damaged.push(label.chars().take(40).collect());
            continue;
        };
        rest = after;
        found.joined |= !body.starts_with(['\n', '\r']);
        let encrypted = body.contains("ENCRYPTED");
        match decode(&without_headers(body)) {
            Some(der) => found.sections.push(Section { label: label.to_owned(), der, encrypted }),
            // The body of an encrypted key does not matter; that it is encrypted does.
            None if encrypted => {
                found.sections.push(Section {
                    label: label.to_owned(),
                    der: Vec::new(),
                    encrypted,
                });
            }
            None => found.damaged.push(label.chars().take(40).collect()),
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
        assert!(!found.joined && !found.escaped && found.damaged.is_empty());
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
        assert_eq!((read(&cut).damaged, read(&cut).sections.len()), (vec!["C".to_owned()], 2));
        let wrong = PLAIN.replace("AAEC", "AA*C");
        assert_eq!((read(&wrong).damaged, read(&wrong).sections.len()), (vec!["A".to_owned()], 1));
    }

    #[test]
    fn encrypted_keys_of_old_are_known() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n-----END RSA PRIVATE KEY-----";
        let found = read(text);
        assert!(found.sections[0].encrypted);
        assert_eq!(found.sections[0].der, [0, 1, 2]);
    }
}
