//! Extensions (RFC 8446 4.2): writers here, readers in [`read`].

pub mod read;
mod write;

pub use write::{
    alpn, certificate_authorities, compress_certificate, cookie, early_data, early_data_limit,
    ec_point_formats, extended_master_secret, key_share, padding, post_handshake_auth,
    pre_shared_key, psk_key_exchange_modes, record_size_limit, renegotiation_info, retry_key_share,
    selected_psk, selected_version, server_key_share, server_name, session_ticket,
    signature_algorithms, signature_algorithms_cert, status_request, supported_groups,
    supported_versions,
};

use std::collections::BTreeSet;

use super::extension_type::ExtensionType;
use super::field::Field;
use super::reader::{Malformed, Reader};

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// `extension_type`.
    pub kind: ExtensionType,
    /// `extension_data`.
    pub data: Vec<u8>,
}

impl Extension {
    /// An extension with this `extension_data`.
    pub fn new(kind: ExtensionType, data: impl Into<Vec<u8>>) -> Self {
        Self { kind, data: data.into() }
    }

    /// An extension that says all by being there.
    pub const fn empty(kind: ExtensionType) -> Self {
        Self { kind, data: Vec::new() }
    }

    /// The extension as a field.
    pub fn to_field(&self) -> Field {
        let parts = vec![
            Field::u16("extension_type", self.kind.0),
            Field::opaque("extension_data", 2, self.data.as_slice()),
        ];
        Field::group(self.kind.name(), parts)
    }

    /// The first extension of a kind.
    pub fn find(extensions: &[Self], kind: ExtensionType) -> Option<&Self> {
        extensions.iter().find(|extension| extension.kind == kind)
    }
}

/// An entry of the `identities` of `pre_shared_key` (RFC 8446 4.2.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PskIdentity {
    /// A ticket, or the name of a key.
    pub identity: Vec<u8>,
    /// `obfuscated_ticket_age`.
    pub obfuscated_ticket_age: u32,
}

/// The `extension_data` of a client's `pre_shared_key` (RFC 8446 4.2.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedPsks {
    /// What the keys are known by.
    pub identities: Vec<PskIdentity>,
    /// One for each identity.
    pub binders: Vec<Vec<u8>>,
}

impl OfferedPsks {
    /// Octets that the binders take at the end of the `ClientHello`, their length included: what the binders do not cover.
    pub fn binders_size(&self) -> usize {
        2 + self.binders.iter().map(|binder| 1 + binder.len()).sum::<usize>()
    }
}

/// Extensions as the field `extensions`.
pub(super) fn to_field(extensions: &[Extension]) -> Field {
    Field::vector("extensions", 2, extensions.iter().map(Extension::to_field).collect())
}

/// Reads a vector of extensions, each of which may be there once (RFC 8446 4.2).
pub(super) fn read_list(reader: &mut Reader<'_>) -> Result<Vec<Extension>, Malformed> {
    const WHAT: &str = "extensions";
    let extensions = Reader::new(reader.vec16(WHAT)?).all(|list| {
        let kind = ExtensionType(list.u16("extension_type")?);
        Ok(Extension::new(kind, list.vec16("extension_data")?))
    })?;
    let kinds: BTreeSet<_> = extensions.iter().map(|extension| extension.kind).collect();
    if kinds.len() == extensions.len() {
        Ok(extensions)
    } else {
        Err(Malformed::Repeated { what: WHAT })
    }
}
