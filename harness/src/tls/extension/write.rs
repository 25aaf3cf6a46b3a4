//! Writers of extensions. What does not fit its length has the length cut: this is a writer that can write anything.

use rustls::{CertificateCompressionAlgorithm, NamedGroup, ProtocolVersion, SignatureScheme};

use super::{Extension, ExtensionType, OfferedPsks};
use crate::tls::field::{self, Field, encode};

const HOST_NAME: u8 = 0;
const OCSP: u8 = 1;

fn extension(kind: ExtensionType, fields: &[Field]) -> Extension {
    Extension::new(kind, encode(fields))
}

/// A vector of code points of two octets, with a length of `width` octets.
fn code_points<T: Copy + Into<u16>>(width: u8, values: &[T]) -> Field {
    Field::opaque("", width, field::code_points(values))
}

/// `server_name` of a client (RFC 6066 3).
pub fn server_name(host: impl AsRef<[u8]>) -> Extension {
    let entry =
        vec![Field::u8("name_type", HOST_NAME), Field::opaque("host_name", 2, host.as_ref())];
    extension(ExtensionType::SERVER_NAME, &[Field::vector("server_name_list", 2, entry)])
}

/// `supported_versions` of a client (RFC 8446 4.2.1).
pub fn supported_versions(versions: &[ProtocolVersion]) -> Extension {
    extension(ExtensionType::SUPPORTED_VERSIONS, &[code_points(1, versions)])
}

/// `supported_versions` of a server.
pub fn selected_version(version: ProtocolVersion) -> Extension {
    Extension::new(ExtensionType::SUPPORTED_VERSIONS, u16::from(version).to_be_bytes())
}

fn key_share_entry(group: NamedGroup, public: &[u8]) -> [Field; 2] {
    [Field::u16("group", group.into()), Field::opaque("key_exchange", 2, public)]
}

/// `key_share` of a client (RFC 8446 4.2.8).
pub fn key_share(shares: &[(NamedGroup, &[u8])]) -> Extension {
    let entries = shares.iter().flat_map(|(group, public)| key_share_entry(*group, public));
    extension(ExtensionType::KEY_SHARE, &[Field::vector("client_shares", 2, entries.collect())])
}

/// `key_share` of a `ServerHello`.
pub fn server_key_share(group: NamedGroup, public: &[u8]) -> Extension {
    extension(ExtensionType::KEY_SHARE, &key_share_entry(group, public))
}

/// `key_share` of a `HelloRetryRequest`.
pub fn retry_key_share(group: NamedGroup) -> Extension {
    Extension::new(ExtensionType::KEY_SHARE, u16::from(group).to_be_bytes())
}

/// `supported_groups` (RFC 8446 4.2.7).
pub fn supported_groups(groups: &[NamedGroup]) -> Extension {
    extension(ExtensionType::SUPPORTED_GROUPS, &[code_points(2, groups)])
}

/// `signature_algorithms` (RFC 8446 4.2.3).
pub fn signature_algorithms(schemes: &[SignatureScheme]) -> Extension {
    extension(ExtensionType::SIGNATURE_ALGORITHMS, &[code_points(2, schemes)])
}

/// `signature_algorithms_cert` (RFC 8446 4.2.3).
pub fn signature_algorithms_cert(schemes: &[SignatureScheme]) -> Extension {
    extension(ExtensionType::SIGNATURE_ALGORITHMS_CERT, &[code_points(2, schemes)])
}

/// `application_layer_protocol_negotiation` (RFC 7301 3.1); a server names one protocol.
pub fn alpn(protocols: &[&str]) -> Extension {
    let names = protocols.iter().map(|name| Field::opaque("", 1, name.as_bytes())).collect();
    extension(
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
        &[Field::vector("protocol_name_list", 2, names)],
    )
}

/// `psk_key_exchange_modes` (RFC 8446 4.2.9): 0 is `psk_ke`, 1 `psk_dhe_ke`.
pub fn psk_key_exchange_modes(modes: &[u8]) -> Extension {
    extension(ExtensionType::PSK_KEY_EXCHANGE_MODES, &[Field::opaque("ke_modes", 1, modes)])
}

/// `pre_shared_key` of a client (RFC 8446 4.2.11).
pub fn pre_shared_key(offered: &OfferedPsks) -> Extension {
    let identities = offered.identities.iter().flat_map(|psk| {
        [
            Field::opaque("identity", 2, psk.identity.as_slice()),
            Field::u32("obfuscated_ticket_age", psk.obfuscated_ticket_age),
        ]
    });
    let binders = offered.binders.iter().map(|binder| Field::opaque("", 1, binder.as_slice()));
    extension(
        ExtensionType::PRE_SHARED_KEY,
        &[
            Field::vector("identities", 2, identities.collect()),
            Field::vector("binders", 2, binders.collect()),
        ],
    )
}

/// `pre_shared_key` of a server.
pub fn selected_psk(index: u16) -> Extension {
    Extension::new(ExtensionType::PRE_SHARED_KEY, index.to_be_bytes())
}

/// `session_ticket` (RFC 5077 3.2); empty to ask for one.
pub fn session_ticket(ticket: &[u8]) -> Extension {
    Extension::new(ExtensionType::SESSION_TICKET, ticket)
}

/// `extended_master_secret` (RFC 7627 5.1).
pub const fn extended_master_secret() -> Extension {
    Extension::empty(ExtensionType::EXTENDED_MASTER_SECRET)
}

/// `renegotiation_info` (RFC 5746 3.2); empty in a first handshake.
pub fn renegotiation_info(renegotiated_connection: &[u8]) -> Extension {
    extension(ExtensionType::RENEGOTIATION_INFO, &[Field::opaque("", 1, renegotiated_connection)])
}

/// `ec_point_formats` (RFC 8422 5.1.2): 0 is uncompressed.
pub fn ec_point_formats(formats: &[u8]) -> Extension {
    extension(ExtensionType::EC_POINT_FORMATS, &[Field::opaque("", 1, formats)])
}

/// `post_handshake_auth` (RFC 8446 4.2.6).
pub const fn post_handshake_auth() -> Extension {
    Extension::empty(ExtensionType::POST_HANDSHAKE_AUTH)
}

/// `compress_certificate` (RFC 8879 3).
pub fn compress_certificate(algorithms: &[CertificateCompressionAlgorithm]) -> Extension {
    extension(ExtensionType::COMPRESS_CERTIFICATE, &[code_points(1, algorithms)])
}

/// `certificate_authorities` (RFC 8446 4.2.4): names in DER.
pub fn certificate_authorities(names: &[Vec<u8>]) -> Extension {
    let names = names.iter().map(|name| Field::opaque("", 2, name.as_slice())).collect();
    extension(ExtensionType::CERTIFICATE_AUTHORITIES, &[Field::vector("authorities", 2, names)])
}

/// `padding` (RFC 7685 3) of so many octets.
pub fn padding(count: usize) -> Extension {
    Extension::new(ExtensionType::PADDING, vec![0; count])
}

/// `cookie` (RFC 8446 4.2.2).
pub fn cookie(cookie: &[u8]) -> Extension {
    extension(ExtensionType::COOKIE, &[Field::opaque("cookie", 2, cookie)])
}

/// `early_data` of a `ClientHello` and of `EncryptedExtensions` (RFC 8446 4.2.10).
pub const fn early_data() -> Extension {
    Extension::empty(ExtensionType::EARLY_DATA)
}

/// `early_data` of a `NewSessionTicket`: `max_early_data_size`.
pub fn early_data_limit(octets: u32) -> Extension {
    Extension::new(ExtensionType::EARLY_DATA, octets.to_be_bytes())
}

/// `record_size_limit` (RFC 8449 4).
pub fn record_size_limit(octets: u16) -> Extension {
    Extension::new(ExtensionType::RECORD_SIZE_LIMIT, octets.to_be_bytes())
}

/// `status_request` of a client that asks for an OCSP response (RFC 6066 8).
pub fn status_request() -> Extension {
    extension(
        ExtensionType::STATUS_REQUEST,
        &[
            Field::u8("status_type", OCSP),
            Field::opaque("responder_id_list", 2, []),
            Field::opaque("request_extensions", 2, []),
        ],
    )
}
