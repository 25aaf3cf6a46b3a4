//! Messages that are written otherwise.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::{Item, Octets};

/// A field of a message, and what is done to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The message.
    pub item: Item,
    /// The field by the names of the RFC, with dots between them: `certificate_list.0.cert_data`. Empty: the message
    /// itself.
    #[serde(default)]
    pub field: String,
    /// What is done. Where octets change in number, the lengths around them follow.
    #[serde(rename = "do")]
    pub change: Change,
}

impl Edit {
    /// The fields that a message has, `*` for a place in a list or the name of an extension; none for an item that is no
    /// handshake message.
    pub const fn fields(item: Item) -> &'static [&'static str] {
        match item {
            Item::ClientHello => &[
                "legacy_version",
                "random",
                "legacy_session_id",
                "cipher_suites",
                "legacy_compression_methods",
                "extensions",
                "extensions.*",
                "extensions.*.extension_type",
                "extensions.*.extension_data",
            ],
            Item::Certificate => &[
                "certificate_request_context",
                "certificate_list",
                "certificate_list.*",
                "certificate_list.*.cert_data",
                "certificate_list.*.extensions",
            ],
            Item::ClientKeyExchange => &["ecdh_public"],
            Item::CertificateVerify => &["algorithm", "signature"],
            Item::Finished => &["verify_data"],
            Item::ServerFlight
            | Item::ChangeCipherSpec
            | Item::ServerFinished
            | Item::ApplicationData => &[],
        }
    }

    /// Whether a message has such a field; the empty path is the message itself.
    pub fn is_known(item: Item, path: &str) -> bool {
        let fields = Self::fields(item);
        let fits = |pattern: &&str| {
            pattern.split('.').count() == path.split('.').count()
                && pattern.split('.').zip(path.split('.')).all(|(p, part)| p == "*" || p == part)
        };
        !fields.is_empty() && (path.is_empty() || fields.iter().any(fits))
    }
}

/// What is done to a field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its contents become these octets.
    To(Octets),
    /// Octets are added to its contents.
    Append(Octets),
    /// So many octets are cut off its end.
    Cut(u32),
    /// One bit is turned over in the octet at this place; negative places count from the end.
    Flip(i32),
    /// It is left out, with its length.
    Remove,
    /// It is there so often.
    Repeat(NonZeroU32),
    /// Its length says something else, and nothing else changes.
    Length(LengthLie),
}

/// What a length says instead of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LengthLie {
    /// This.
    Exactly(u32),
    /// So much more (or less) than the truth.
    Plus(i32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_their_paths() {
        assert!(Edit::is_known(Item::Certificate, "certificate_list.0.cert_data"));
        assert!(Edit::is_known(Item::ClientHello, "extensions.server_name"));
        assert!(Edit::is_known(Item::Finished, ""));
        assert!(!Edit::is_known(Item::Certificate, "certificate_list.0.cert"));
        assert!(!Edit::is_known(Item::Certificate, "signature"));
        assert!(!Edit::is_known(Item::ChangeCipherSpec, ""));
    }
}
