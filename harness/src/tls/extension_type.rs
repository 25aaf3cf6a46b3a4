//! The registry of extensions.

use std::borrow::Cow;

/// An `ExtensionType` (RFC 8446 4.2, and its IANA registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExtensionType(pub u16);

macro_rules! registry {
    ($($constant:ident = $value:literal $name:literal,)*) => {
        impl ExtensionType {
            $(
                #[doc = concat!("`", $name, "`")]
                pub const $constant: Self = Self($value);
            )*

            const fn registered(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

registry! {
    SERVER_NAME = 0 "server_name",
    MAX_FRAGMENT_LENGTH = 1 "max_fragment_length",
    CLIENT_CERTIFICATE_URL = 2 "client_certificate_url",
    TRUSTED_CA_KEYS = 3 "trusted_ca_keys",
    TRUNCATED_HMAC = 4 "truncated_hmac",
    STATUS_REQUEST = 5 "status_request",
    SUPPORTED_GROUPS = 10 "supported_groups",
    EC_POINT_FORMATS = 11 "ec_point_formats",
    SIGNATURE_ALGORITHMS = 13 "signature_algorithms",
    USE_SRTP = 14 "use_srtp",
    HEARTBEAT = 15 "heartbeat",
    APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16 "application_layer_protocol_negotiation",
    STATUS_REQUEST_V2 = 17 "status_request_v2",
    SIGNED_CERTIFICATE_TIMESTAMP = 18 "signed_certificate_timestamp",
    CLIENT_CERTIFICATE_TYPE = 19 "client_certificate_type",
    SERVER_CERTIFICATE_TYPE = 20 "server_certificate_type",
    PADDING = 21 "padding",
    ENCRYPT_THEN_MAC = 22 "encrypt_then_mac",
    EXTENDED_MASTER_SECRET = 23 "extended_master_secret",
    COMPRESS_CERTIFICATE = 27 "compress_certificate",
    RECORD_SIZE_LIMIT = 28 "record_size_limit",
    DELEGATED_CREDENTIAL = 34 "delegated_credential",
    SESSION_TICKET = 35 "session_ticket",
    PRE_SHARED_KEY = 41 "pre_shared_key",
    EARLY_DATA = 42 "early_data",
    SUPPORTED_VERSIONS = 43 "supported_versions",
    COOKIE = 44 "cookie",
    PSK_KEY_EXCHANGE_MODES = 45 "psk_key_exchange_modes",
    CERTIFICATE_AUTHORITIES = 47 "certificate_authorities",
    OID_FILTERS = 48 "oid_filters",
    POST_HANDSHAKE_AUTH = 49 "post_handshake_auth",
    SIGNATURE_ALGORITHMS_CERT = 50 "signature_algorithms_cert",
    KEY_SHARE = 51 "key_share",
    QUIC_TRANSPORT_PARAMETERS = 57 "quic_transport_parameters",
    TICKET_REQUEST = 58 "ticket_request",
    APPLICATION_SETTINGS = 17613 "application_settings",
    ENCRYPTED_CLIENT_HELLO = 65037 "encrypted_client_hello",
    RENEGOTIATION_INFO = 65281 "renegotiation_info",
}

impl ExtensionType {
    /// Its name in the registry, else its value in hexadecimal digits: `0x0a0a`.
    pub fn name(self) -> Cow<'static, str> {
        self.registered().map_or_else(|| format!("{:#06x}", self.0).into(), Cow::Borrowed)
    }
}

impl From<u16> for ExtensionType {
    fn from(value: u16) -> Self {
        Self(value)
    }
}

impl From<ExtensionType> for u16 {
    fn from(kind: ExtensionType) -> Self {
        kind.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(ExtensionType::SERVER_NAME.name(), "server_name");
        assert_eq!(ExtensionType(0xff01).name(), "renegotiation_info");
        assert_eq!(ExtensionType(0x0a0a).name(), "0x0a0a");
    }
}
