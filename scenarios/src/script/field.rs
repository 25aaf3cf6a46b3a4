//! The fields of honest messages, by the names of the RFCs.

use super::Item;
use crate::TlsVersion;

/// Extensions that a `ClientHello` of the lying client may have without being told to.
const EXTENSIONS: [&str; 17] = [
    "application_layer_protocol_negotiation",
    "compress_certificate",
    "cookie",
    "early_data",
    "ec_point_formats",
    "extended_master_secret",
    "key_share",
    "padding",
    "post_handshake_auth",
    "pre_shared_key",
    "psk_key_exchange_modes",
    "renegotiation_info",
    "server_name",
    "session_ticket",
    "signature_algorithms",
    "supported_groups",
    "supported_versions",
];

/// The name of any extension in a path.
const ANY_EXTENSION: &str = "EXTENSION";
/// A place in a list.
const ANY_PLACE: &str = "0";

/// A field that a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownField {
    path: &'static str,
    has_length: bool,
}

impl KnownField {
    /// Whether it has a length to lie about.
    pub const fn has_length(self) -> bool {
        self.has_length
    }

    /// Its path, with `EXTENSION` for the name of any extension and `0` for any place.
    pub const fn path(self) -> &'static str {
        self.path
    }

    fn is_at(self, path: &str) -> bool {
        let mut own = self.path.split('.');
        let mut given = path.split('.');
        loop {
            match (own.next(), given.next()) {
                (None, None) => return true,
                (Some(own), Some(given)) if matches(own, given) => {}
                _ => return false,
            }
        }
    }
}

fn matches(own: &str, given: &str) -> bool {
    let is_place = !given.is_empty() && given.bytes().all(|digit| digit.is_ascii_digit());
    match own {
        ANY_PLACE => is_place,
        ANY_EXTENSION => is_place || given.starts_with("0x") || EXTENSIONS.contains(&given),
        _ => own == given,
    }
}

/// A field with a length.
const fn vector(path: &'static str) -> KnownField {
    KnownField { path, has_length: true }
}

/// A field without.
const fn plain(path: &'static str) -> KnownField {
    KnownField { path, has_length: false }
}

/// The fields of an item's message; `None` of an item that is no message with fields.
pub const fn fields(item: Item, version: TlsVersion) -> Option<&'static [KnownField]> {
    match (item, version) {
        (Item::ClientHello, _) => Some(
            const {
                &[
                    plain("legacy_version"),
                    plain("random"),
                    vector("legacy_session_id"),
                    vector("cipher_suites"),
                    vector("legacy_compression_methods"),
                    vector("extensions"),
                    plain("extensions.EXTENSION"),
                    plain("extensions.EXTENSION.extension_type"),
                    vector("extensions.EXTENSION.extension_data"),
                ]
            },
        ),
        (Item::Certificate, TlsVersion::Tls12) => {
            Some(const { &[vector("certificate_list"), vector("certificate_list.0")] })
        }
        (Item::Certificate, TlsVersion::Tls13) => Some(
            const {
                &[
                    vector("certificate_request_context"),
                    vector("certificate_list"),
                    plain("certificate_list.0"),
                    vector("certificate_list.0.cert_data"),
                    vector("certificate_list.0.extensions"),
                ]
            },
        ),
        (Item::ClientKeyExchange, _) => Some(const { &[vector("ecdh_public")] }),
        (Item::CertificateVerify, _) => Some(const { &[plain("algorithm"), vector("signature")] }),
        (Item::Finished, _) => Some(const { &[plain("verify_data")] }),
        (
            Item::ServerFlight
            | Item::ChangeCipherSpec
            | Item::ServerFinished
            | Item::ApplicationData,
            _,
        ) => None,
    }
}

/// The field at a path, of those that a message has.
pub fn find(known: &[KnownField], path: &str) -> Option<KnownField> {
    known.iter().copied().find(|field| field.is_at(path))
}

/// Names that may follow a path, for suggestions; those of the message's own fields after an empty one.
pub fn inside(known: &[KnownField], path: &str) -> Vec<&'static str> {
    let mut names: Vec<_> = known
        .iter()
        .filter_map(|field| match field.path.rsplit_once('.') {
            Some((parent, name)) => {
                KnownField { path: parent, ..*field }.is_at(path).then_some(name)
            }
            None => path.is_empty().then_some(field.path),
        })
        .collect();
    if let [ANY_EXTENSION] = names.as_slice() {
        names = EXTENSIONS.to_vec();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(item: Item, version: TlsVersion, path: &str) -> bool {
        find(fields(item, version).unwrap(), path).is_some()
    }

    #[test]
    fn paths_of_messages() {
        let (old, new) = (TlsVersion::Tls12, TlsVersion::Tls13);
        assert!(has(Item::Certificate, new, "certificate_list.12.cert_data"));
        assert!(!has(Item::Certificate, old, "certificate_list.0.cert_data"));
        assert!(!has(Item::Certificate, new, "certificate_list.x"));
        assert!(has(Item::ClientHello, new, "extensions.server_name.extension_data"));
        assert!(has(Item::ClientHello, new, "extensions.0xfafa"));
        assert!(!has(Item::ClientHello, new, "extensions.sni"));
        assert!(!has(Item::ClientHello, new, "extensions.server_name.extension_data.0"));
        assert!(fields(Item::ServerFlight, new).is_none());
    }
}
